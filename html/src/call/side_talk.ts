// What the people of a call write and give each other beside the media, as one list. It is on these pages only.
import { Emitter } from '../connection/emitter';
import { newId } from '../protocol/ids';
import type { Peer } from './peer';
import { LARGEST_FILE, SideChannel, type FileEnd } from './side_channel';

/** How far a file is with one of the others: offered, on its way, or how that ended. */
export interface Passage {
  state: 'offered' | 'moving' | FileEnd;
  bytes: number;
}

export interface SideEntry {
  id: string;
  /** Whose; "": one's own. */
  from: string;
  at: number;
  text: string;
  file: { name: string; size: number } | null;
  /** Of a file: with whom it goes how; of somebody else's, with that one. */
  passages: Readonly<Record<string, Passage>>;
  /** Own ones: whom it did not reach. */
  missed: readonly string[];
  /** A file that arrived. */
  blob: Blob | null;
}

const MOST_ENTRIES = 500;
/** A file's progress is told in steps of this part of it. */
const STEP = 0.02;

export class SideTalk {
  readonly events = new Emitter<{ changed: void; came: SideEntry }>();
  entries: readonly SideEntry[] = [];
  private readonly channels = new Map<string, SideChannel>();

  /** Follows somebody's peer connections, for as long as they stay. */
  meet(userId: string, peer: Peer): void {
    peer.events.on('channel', (made) => {
      this.part(userId);
      const channel = new SideChannel(made);
      this.channels.set(userId, channel);
      channel.events.on('open', () => this.events.emit('changed', undefined));
      channel.events.on('text', ({ id, text }) => this.come(userId, { id, text }));
      channel.events.on('offered', ({ id, name, size }) =>
        this.come(userId, { id, file: { name, size }, passages: { [userId]: { state: 'offered', bytes: 0 } } }));
      channel.events.on('moved', ({ id, bytes }) => this.pass(id, userId, { state: 'moving', bytes }));
      channel.events.on('over', ({ id, end, file }) => {
        this.pass(id, userId, { state: end });
        if (file) this.change(id, { blob: file });
      });
    });
  }

  part(userId: string): void {
    this.channels.get(userId)?.close();
    this.channels.delete(userId);
  }

  /** Those who would get what is said now. */
  get reached(): string[] {
    return [...this.channels].filter(([, { isOpen }]) => isOpen).map(([userId]) => userId);
  }

  say(text: string, everybody: readonly string[]): void {
    const id = newId();
    const reached = [...this.channels].filter(([, channel]) => channel.say(id, text)).map(([userId]) => userId);
    this.add({ id, text, missed: everybody.filter((userId) => !reached.includes(userId)) });
  }

  /** Offers a file to everybody; false: it is too large. */
  give(file: File, everybody: readonly string[]): boolean {
    if (file.size > LARGEST_FILE) return false;
    const offer = { id: newId(), name: file.name, size: file.size, mime: file.type };
    const reached = [...this.channels].filter(([, channel]) => channel.offer(offer, file)).map(([userId]) => userId);
    this.add({
      id: offer.id, file: { name: file.name, size: file.size },
      passages: Object.fromEntries(reached.map((userId) => [userId, { state: 'offered', bytes: 0 }])),
      missed: everybody.filter((userId) => !reached.includes(userId)),
    });
    return true;
  }

  /** Takes a file that somebody offers, or does not. */
  answer(id: string, yes: boolean): void {
    const from = this.entries.find((entry) => entry.id === id)?.from ?? '';
    this.channels.get(from)?.answer(id, yes);
    if (yes) this.pass(id, from, { state: 'moving', bytes: 0 });
  }

  /** Gives a file up that is offered or on its way. */
  cancel(id: string): void {
    for (const channel of this.channels.values()) channel.cancel(id);
  }

  close(): void {
    for (const userId of [...this.channels.keys()]) this.part(userId);
  }

  private come(from: string, what: Partial<SideEntry> & { id: string }): void {
    if (this.entries.some(({ id }) => id === what.id)) return;
    this.events.emit('came', this.add({ from, ...what }));
  }

  private add(what: Partial<SideEntry> & { id: string }): SideEntry {
    const entry = { from: '', at: Date.now(), text: '', file: null, passages: {}, missed: [], blob: null, ...what };
    this.entries = [...this.entries, entry].slice(-MOST_ENTRIES);
    this.events.emit('changed', undefined);
    return entry;
  }

  private pass(id: string, userId: string, passage: Partial<Passage>): void {
    const entry = this.entries.find((one) => one.id === id);
    const before = entry?.passages[userId];
    if (!entry?.file || !before) return;
    const small = passage.state === 'moving' && before.state === 'moving'
      && (passage.bytes ?? 0) - before.bytes < entry.file.size * STEP;
    if (!small) this.change(id, { passages: { ...entry.passages, [userId]: { ...before, ...passage } } });
  }

  private change(id: string, what: Partial<SideEntry>): void {
    this.entries = this.entries.map((entry) => (entry.id === id ? { ...entry, ...what } : entry));
    this.events.emit('changed', undefined);
  }
}
