// Messages on their way. Each has an id of its own and is kept until the server says that it is stored, over losses of
// the connection and reloads of the page; sent twice with the same id it is stored once. One at a time goes to a
// conversation, so that they arrive in the order in which they were written.
import { sizeOf, type Fields, type Frame } from '../protocol/codec';
import { MessageType } from '../protocol/messages.gen';
import { Refused, TRY_AGAIN } from '../protocol/refusals';
import { Emitter } from './emitter';
import { refusalOf } from './requests';

/** The file of a message, while it is uploaded. */
export interface PendingFile {
  /** As far as the browser can tell: what the message looks like until the server has said what it is. */
  kind: string;
  type: string;
  width?: number;
  height?: number;
  /** Nothing that was sent together with it went before it. */
  first?: boolean;
  /** Where the upload is, once it was begun. */
  path?: string;
  paused?: boolean;
  /** All of it is there. */
  done?: boolean;
}

export interface Outgoing {
  id: string;
  conversation: string;
  /** What is sent beside `id` and `trace_id`: `type`, `receiver_id`, `mess` and what goes with them. */
  request: Fields;
  /** When it was written (ms); orders them. */
  time: number;
  state: 'uploading' | 'queued' | 'sending' | 'failed';
  upload?: PendingFile;
  /** Id of a message that it follows: it waits for that one, unless that one failed. */
  after?: string;
  refusal?: { code: string; retryAfter?: number; text?: string };
}

export interface OutboxStorage {
  put(outgoing: Outgoing): Promise<void>;
  remove(id: string): Promise<void>;
}

export interface OutboxEvents {
  /** It is new, or its state is another. */
  changed: Outgoing;
  /** Stored: `frame` is the 110, or the message itself. */
  stored: { outgoing: Outgoing; seq: number; epoch: string; timestamp: number };
  discarded: Outgoing;
}

const RETRY_MS = 500;

/** The state of one that is to go. */
const toGo = ({ upload }: Pick<Outgoing, 'upload'>): 'uploading' | 'queued' => (upload && !upload.done ? 'uploading' : 'queued');

export class Outbox {
  readonly events = new Emitter<OutboxEvents>();
  private readonly held = new Map<string, Outgoing>();
  private readonly pauses = new Map<string, ReturnType<typeof setTimeout>>();
  private online = false;
  private maxSize = Infinity;
  private latest = 0;

  constructor(private readonly transmit: (message: Fields) => void, private readonly storage: OutboxStorage) {}

  /** Those of an earlier page, in their order. */
  restore(kept: readonly Outgoing[]): void {
    for (const outgoing of [...kept].sort((a, b) => a.time - b.time)) {
      if (this.held.has(outgoing.id)) continue;
      const again: Outgoing = { ...outgoing, state: outgoing.state === 'failed' ? 'failed' : toGo(outgoing) };
      this.held.set(again.id, again);
      this.latest = Math.max(this.latest, again.time);
      this.events.emit('changed', again);
    }
    this.pumpAll();
  }

  all(): Outgoing[] {
    return [...this.held.values()];
  }

  get(id: string): Outgoing | undefined {
    return this.held.get(id);
  }

  add(id: string, conversation: string, request: Fields, more: Pick<Outgoing, 'upload' | 'after'> = {}): Outgoing {
    // Never the same time twice: it is their order, also after a reload.
    this.latest = Math.max(Date.now(), this.latest + 1);
    const outgoing: Outgoing = { id, conversation, request, time: this.latest, state: toGo(more), ...more };
    this.held.set(id, outgoing);
    void this.storage.put(outgoing);
    this.events.emit('changed', outgoing);
    this.pump(conversation);
    return outgoing;
  }

  retry(id: string): void {
    const outgoing = this.held.get(id);
    if (outgoing?.state !== 'failed') return;
    // It goes to the end of the line, as what was written after it may be stored already.
    this.held.delete(id);
    this.held.set(id, outgoing);
    this.latest = outgoing.time = Math.max(Date.now(), this.latest + 1);
    delete outgoing.refusal;
    this.change(outgoing, toGo(outgoing));
    this.pump(outgoing.conversation);
  }

  /** Keeps what became of its upload. With what is to be sent now: all is there, and it goes like any other. */
  uploaded(id: string, what: Partial<PendingFile>, request?: Fields): void {
    const outgoing = this.held.get(id);
    if (!outgoing?.upload) return;
    outgoing.upload = { ...outgoing.upload, ...what, ...(request && { done: true }) };
    outgoing.request = { ...outgoing.request, ...request };
    void this.storage.put(outgoing);
    if (!request) return;
    this.change(outgoing, 'queued');
    this.pump(outgoing.conversation);
  }

  /** Its upload came to nothing. */
  refuse(id: string, refused: Refused): void {
    const outgoing = this.held.get(id);
    if (outgoing?.state === 'uploading') this.fail(outgoing, refused);
  }

  discard(id: string): void {
    const outgoing = this.held.get(id);
    if (!outgoing) return;
    this.drop(outgoing);
    this.events.emit('discarded', outgoing);
    for (const other of this.held.values()) if (other.after === id) other.after = outgoing.after;
    this.pump(outgoing.conversation);
  }

  /** Everything that waits for this conversation, which cannot be written to any more. */
  discardAll(conversation: string): void {
    for (const { id, conversation: to } of this.all()) if (to === conversation) this.discard(id);
  }

  goOnline(maxSize: number): void {
    this.online = true;
    this.maxSize = maxSize;
    this.pumpAll();
  }

  /** What is on its way is in doubt, and goes again; with `rejected` it is what the server closed the connection for. */
  goOffline(rejected: boolean): void {
    this.online = false;
    for (const pause of this.pauses.values()) clearTimeout(pause);
    this.pauses.clear();
    for (const outgoing of this.all()) {
      if (outgoing.state !== 'sending') continue;
      if (rejected) this.fail(outgoing, new Refused('bad_format'));
      else this.change(outgoing, 'queued');
    }
  }

  /** Whether the frame says what became of one of these messages. */
  take(frame: Frame): boolean {
    const outgoing = this.held.get(frame.trace_id);
    if (!outgoing) return false;
    if (frame.type === MessageType.message_stored) {
      this.settle(outgoing.id, Number(frame.seq), String(frame.epoch), frame.timestamp);
      return true;
    }
    if (typeof frame.code !== 'string') return false;
    const refused = refusalOf(frame);
    if (TRY_AGAIN.has(refused.code)) this.pause(outgoing, refused);
    else this.fail(outgoing, refused);
    return true;
  }

  /** The message is stored: by its 110, or because it came itself. */
  settle(id: string, seq: number, epoch: string, timestamp: number): void {
    const outgoing = this.held.get(id);
    if (!outgoing) return;
    this.drop(outgoing);
    this.events.emit('stored', { outgoing, seq, epoch, timestamp });
    this.pump(outgoing.conversation);
  }

  private pause(outgoing: Outgoing, { retryAfter }: Refused): void {
    const { conversation } = outgoing;
    clearTimeout(this.pauses.get(conversation));
    this.change(outgoing, 'queued');
    this.pauses.set(conversation, setTimeout(() => {
      this.pauses.delete(conversation);
      this.pump(conversation);
    }, retryAfter ? retryAfter * 1000 : RETRY_MS * (0.5 + Math.random())));
  }

  private fail(outgoing: Outgoing, { code, retryAfter, text }: Refused): void {
    outgoing.refusal = { code, ...(retryAfter !== undefined && { retryAfter }), ...(text !== undefined && { text }) };
    this.change(outgoing, 'failed');
    void this.storage.put(outgoing);
    this.pump(outgoing.conversation);
  }

  private change(outgoing: Outgoing, state: Outgoing['state']): void {
    outgoing.state = state;
    this.events.emit('changed', outgoing);
  }

  private drop(outgoing: Outgoing): void {
    this.held.delete(outgoing.id);
    void this.storage.remove(outgoing.id);
  }

  private pumpAll(): void {
    for (const conversation of new Set(this.all().map((outgoing) => outgoing.conversation))) this.pump(conversation);
  }

  /** Sends the first that waits for this conversation, when none is on its way there. */
  private pump(conversation: string): void {
    if (!this.online || this.pauses.has(conversation)) return;
    const line = this.all().filter((outgoing) => outgoing.conversation === conversation && outgoing.state !== 'failed');
    const next = line.find(({ state, after }) => state === 'queued' && !line.some(({ id }) => id === after));
    if (!next || line.some((outgoing) => outgoing.state === 'sending')) return;
    const message = { ...next.request, id: next.id, trace_id: next.id };
    // A frame too large would end the connection, again and again.
    if (sizeOf(message) > this.maxSize) return this.fail(next, new Refused('too_large'));
    this.change(next, 'sending');
    this.transmit(message);
  }
}
