// What is held of one conversation: stretches of messages without gaps, one of them in view. Pages join stretches that
// they meet; the last stretch, the tail, grows by what comes live.
import type { Batch, Entry } from '../connection/entry';
import { MessageType } from '../protocol/messages.gen';
import { isRecord } from '../protocol/shapes';
import type { Message } from './model';

/** All numbers from first to last are held; those that are nothing to look at have no message. */
export interface Stretch {
  first: number;
  last: number;
  messages: readonly Message[];
}

/** The newest entries as they came, for the cache. */
const RECENT = 60;

export class Timeline {
  epoch = '';
  /** Number of the oldest message that can be had; 0: not told yet. */
  firstSeq = 0;
  lastSeq = 0;
  /** Whether the server told what there is at all. */
  known = false;
  current: Stretch | null = null;
  tail: Stretch | null = null;
  recent: Entry[] = [];
  private stretches: Stretch[] = [];

  constructor(private readonly translate: (entry: Entry) => Message | null) {}

  /** Messages in order from the connection. */
  takeBatch(batch: Batch): void {
    const { state, entries } = batch;
    const follows = state === 'live' || state === 'continued';
    // What changed in a hole is not known: what lies before it may be out of date.
    if (!follows || (this.epoch && batch.epoch !== this.epoch)) this.clear();
    this.epoch = batch.epoch;
    this.known = true;
    this.firstSeq = batch.firstSeq || this.firstSeq;
    this.lastSeq = Math.max(this.lastSeq, batch.lastSeq);
    if (entries.length === 0) return;
    this.recent = [...this.recent, ...entries].slice(-RECENT);
    this.tail = this.insert(entries);
    this.current ??= this.tail;
    for (const entry of entries) this.applyChange(entry);
  }

  /** A page of the history; the stretch that holds it, null for an empty one. */
  takePage(page: { entries: readonly Entry[]; epoch: string; firstSeq: number; lastSeq: number }): Stretch | null {
    if (this.epoch && page.epoch !== this.epoch) this.clear();
    this.epoch = page.epoch;
    this.known = true;
    this.firstSeq = page.firstSeq;
    this.lastSeq = Math.max(this.lastSeq, page.lastSeq);
    return page.entries.length > 0 ? this.insert(page.entries) : null;
  }

  get atStart(): boolean {
    return this.known && (this.current ? this.current.first <= Math.max(1, this.firstSeq) : this.lastSeq === 0);
  }

  get atEnd(): boolean {
    return this.current === this.tail;
  }

  holding(seq: number): Stretch | null {
    return this.stretches.find(({ first, last }) => first <= seq && seq <= last) ?? null;
  }

  find(seq: number): Message | null {
    const messages = this.holding(seq)?.messages ?? [];
    let low = 0;
    let high = messages.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((messages[middle] as Message).seq < seq) low = middle + 1;
      else high = middle;
    }
    return messages[low]?.seq === seq ? messages[low] as Message : null;
  }

  /** Replaces a message, and its entry for the cache, by what they are now. */
  private change(seq: number, message: (before: Message) => Message, entry: (before: Entry) => Entry): void {
    this.recent = this.recent.map((one) => (one.seq === seq ? entry(one) : one));
    const stretch = this.holding(seq);
    if (stretch) stretch.messages = stretch.messages.map((one) => (one.seq === seq ? message(one) : one));
  }

  /** Back to the newest messages; what is far from them may be asked for again. */
  release(most: number): void {
    this.stretches = this.tail ? [this.tail] : [];
    this.current = this.tail;
    const tail = this.tail;
    if (!tail || tail.messages.length <= 2 * most) return;
    tail.messages = tail.messages.slice(-most);
    tail.first = (tail.messages[0] as Message).seq;
  }

  clear(): void {
    this.stretches = [];
    this.current = this.tail = null;
    this.recent = [];
    this.firstSeq = this.lastSeq = 0;
    this.known = false;
  }

  /** Joins entries without gaps to the stretches that they meet. */
  private insert(entries: readonly Entry[]): Stretch {
    const first = (entries[0] as Entry).seq;
    const last = (entries.at(-1) as Entry).seq;
    const met = this.stretches.filter((one) => one.last >= first - 1 && one.first <= last + 1);
    const kept = this.stretches.filter((one) => !met.includes(one));
    const made: Stretch = met.find((one) => one === this.current) ?? met[0] ?? { first, last, messages: [] };
    const fresh = entries.flatMap((entry) => this.translate(entry) ?? []);
    const before = met.flatMap((one) => one.messages.filter(({ seq }) => seq < first));
    const behind = met.flatMap((one) => one.messages.filter(({ seq }) => seq > last));
    if (met.includes(this.tail as Stretch)) this.tail = made;
    if (met.includes(this.current as Stretch)) this.current = made;
    made.first = Math.min(first, ...met.map((one) => one.first));
    made.last = Math.max(last, ...met.map((one) => one.last));
    made.messages = [...before, ...fresh, ...behind];
    this.stretches = [...kept, made].sort((a, b) => a.first - b.first);
    return made;
  }

  /** An edit or a recall changes the message that it names, unless that came in a page and is newer. */
  private applyChange({ type, mess, timestamp }: Entry): void {
    if (!isRecord(mess)) return;
    const seq = Number(mess.seq);
    if (type === MessageType.message_recall) {
      this.change(seq, recalledMessage, recalledEntry);
    } else if (type === MessageType.message_edit && typeof mess.mess === 'string') {
      const text = mess.mess;
      const mentions = Array.isArray(mess.mentions) ? mess.mentions as string[] : [];
      const isNews = (edited = 0, recalled = false) => !recalled && timestamp > edited;
      this.change(seq,
        (one) => (isNews(one.edited / 1000, one.recalled) ? { ...one, text, mentions, edited: timestamp * 1000 } : one),
        (one) => (isNews(one.edited, one.recalled) ? { ...one, mess: text, mentions, edited: timestamp } : one));
    }
  }
}

function recalledMessage({ file: _file, replyTo: _replyTo, ...rest }: Message): Message {
  return { ...rest, text: '', mentions: [], edited: 0, recalled: true };
}

function recalledEntry({ reply_to: _replyTo, mentions: _mentions, edited: _edited, ...rest }: Entry): Entry {
  return { ...rest, mess: '', recalled: true };
}
