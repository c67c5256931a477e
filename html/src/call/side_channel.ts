// Text and files beside the media, over one data channel: from browser to browser, and never through the server. A file
// is offered first, and its bytes go only to whoever wants them.
import { Emitter } from '../connection/emitter';
import { isRecord } from '../protocol/shapes';

export const LONGEST_TEXT = 4_000;
/** Bytes; a file is held in memory until it is saved. */
export const LARGEST_FILE = 512 * 1024 * 1024;
const LONGEST_NAME = 200;
const MOST_OFFERS = 50;
/** Bytes of a message that every browser takes. */
const CHUNK = 16 * 1024;
const READ_AT_ONCE = 64 * CHUNK;
/** Bytes that wait in the browser at most, and when it goes on. */
const FULL = 1024 * 1024;
const DRAINED = 256 * 1024;

export interface FileOffer {
  id: string;
  name: string;
  size: number;
  mime: string;
}

/** wanted: the other one takes it; refused: does not; broken: the way was lost, or one of them gave up. */
export type FileEnd = 'done' | 'refused' | 'broken';

export interface SideEvents {
  open: void;
  text: { id: string; text: string };
  offered: FileOffer;
  /** Bytes of a file so far, either way. */
  moved: { id: string; bytes: number };
  /** `file`: what arrived; null: it went the other way, or did not arrive. */
  over: { id: string; end: FileEnd; file: Blob | null };
}

interface Coming extends FileOffer {
  parts: ArrayBuffer[];
  got: number;
}

const text = (value: unknown, most: number): string => (typeof value === 'string' ? value.slice(0, most) : '');

export class SideChannel {
  readonly events = new Emitter<SideEvents>();
  /** Of this side: offered, and not over. */
  private readonly going = new Map<string, Blob>();
  private readonly wanted: string[] = [];
  /** Of the other side: offered, and not over. */
  private readonly offers = new Map<string, FileOffer>();
  private readonly accepted = new Set<string>();
  private coming: Coming | null = null;
  private sending = false;
  private wake: (() => void) | null = null;
  private closed = false;

  constructor(private readonly channel: RTCDataChannel) {
    channel.binaryType = 'arraybuffer';
    channel.bufferedAmountLowThreshold = DRAINED;
    channel.onopen = () => this.events.emit('open', undefined);
    channel.onclose = () => this.close();
    channel.onbufferedamountlow = () => this.wake?.();
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'string') this.take(data);
      else if (data instanceof ArrayBuffer) this.takeBytes(data);
    };
  }

  get isOpen(): boolean {
    return !this.closed && this.channel.readyState === 'open';
  }

  /** Whether it is on its way. */
  say(id: string, words: string): boolean {
    return this.write({ type: 'text', id, text: words.slice(0, LONGEST_TEXT) });
  }

  offer({ id, name, size, mime }: FileOffer, file: Blob): boolean {
    if (!this.write({ type: 'file', id, name, size, mime })) return false;
    this.going.set(id, file);
    return true;
  }

  /** Takes a file that was offered, or does not. */
  answer(id: string, yes: boolean): void {
    if (!this.offers.has(id) || this.accepted.has(id)) return;
    if (yes) this.accepted.add(id);
    else this.offers.delete(id);
    this.write({ type: yes ? 'want' : 'refuse', id });
    if (!yes) this.end(id, 'refused');
  }

  /** Gives a file up, whichever way it goes. */
  cancel(id: string): void {
    this.write({ type: 'cancel', id });
    this.forget(id, 'broken');
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.wake?.();
    for (const id of [...this.going.keys(), ...this.offers.keys()]) this.forget(id, 'broken');
    this.channel.onopen = this.channel.onclose = this.channel.onmessage = this.channel.onbufferedamountlow = null;
    this.channel.close();
  }

  private write(message: object): boolean {
    if (!this.isOpen) return false;
    try {
      this.channel.send(JSON.stringify(message));
      return true;
    } catch {
      return false;
    }
  }

  private take(said: string): void {
    let message: unknown;
    try {
      message = JSON.parse(said);
    } catch {
      return;
    }
    if (!isRecord(message)) return;
    const id = text(message.id, 64);
    if (!id) return;
    switch (message.type) {
      case 'text':
        return this.events.emit('text', { id, text: text(message.text, LONGEST_TEXT) });
      case 'file':
        return this.takeOffer({ id, name: text(message.name, LONGEST_NAME), size: Number(message.size), mime: text(message.mime, 100) });
      case 'want':
        if (this.going.has(id)) this.wanted.push(id);
        return void this.pump();
      case 'refuse':
        return this.forget(id, 'refused');
      case 'cancel':
        return this.forget(id, 'broken');
      case 'data':
        return this.begin(id);
      default:
    }
  }

  private takeOffer(offer: FileOffer): void {
    const sound = offer.name !== '' && Number.isSafeInteger(offer.size) && offer.size >= 0;
    if (!sound || this.offers.size >= MOST_OFFERS || this.offers.has(offer.id)) return;
    if (offer.size > LARGEST_FILE) return void this.write({ type: 'refuse', id: offer.id });
    this.offers.set(offer.id, offer);
    this.events.emit('offered', offer);
  }

  private begin(id: string): void {
    const offer = this.offers.get(id);
    this.coming = offer && this.accepted.has(id) ? { ...offer, parts: [], got: 0 } : null;
    this.finishComing();
  }

  private takeBytes(bytes: ArrayBuffer): void {
    const { coming } = this;
    if (!coming) return;
    coming.parts.push(bytes);
    coming.got += bytes.byteLength;
    if (coming.got > coming.size) return this.cancel(coming.id);
    this.events.emit('moved', { id: coming.id, bytes: coming.got });
    this.finishComing();
  }

  private finishComing(): void {
    const { coming } = this;
    if (!coming || coming.got < coming.size) return;
    this.coming = null;
    this.offers.delete(coming.id);
    this.accepted.delete(coming.id);
    // Its type is the sender's word: nothing here shows it, it is only saved.
    this.end(coming.id, 'done', new Blob(coming.parts, { type: 'application/octet-stream' }));
  }

  /** Sends what is wanted, one file after the other. */
  private async pump(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    for (let id = this.wanted.shift(); id !== undefined; id = this.wanted.shift()) {
      const file = this.going.get(id);
      if (!file) continue;
      const sent = await this.pour(id, file).catch(() => false);
      if (!this.going.has(id)) continue;
      if (!sent) this.cancel(id);
      else this.going.delete(id), this.end(id, 'done');
    }
    this.sending = false;
  }

  private async pour(id: string, file: Blob): Promise<boolean> {
    if (!this.write({ type: 'data', id })) return false;
    for (let at = 0; at < file.size; at += READ_AT_ONCE) {
      const block = await file.slice(at, at + READ_AT_ONCE).arrayBuffer();
      for (let from = 0; from < block.byteLength; from += CHUNK) {
        if (this.channel.bufferedAmount > FULL) await new Promise<void>((done) => (this.wake = done));
        if (!this.isOpen || !this.going.has(id)) return false;
        this.channel.send(block.slice(from, from + CHUNK));
      }
      this.events.emit('moved', { id, bytes: Math.min(file.size, at + block.byteLength) });
    }
    return true;
  }

  private forget(id: string, end: FileEnd): void {
    if (this.coming?.id === id) this.coming = null;
    const known = this.going.delete(id);
    this.accepted.delete(id);
    if (this.offers.delete(id) || known) this.end(id, end);
  }

  private end(id: string, end: FileEnd, file: Blob | null = null): void {
    this.events.emit('over', { id, end, file });
  }
}
