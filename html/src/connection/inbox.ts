// Keeps every conversation in order, as docs/protocol.md ("Resuming") says: what comes live while resuming waits for
// what was missed, what came twice is dropped, and a gap is found out.
import { LOBBY } from '../protocol/conversation';
import type { Json } from '../protocol/messages.gen';
import type { Batch, BatchState, Entry } from './entry';

export interface Place {
  seq: number;
  epoch: string;
  /** When its newest message was sent. */
  time?: number;
}

export interface LiveMessage extends Entry {
  conversation: string;
}

export interface ResumePage {
  conversation: string;
  state: string;
  epoch: string;
  first_seq: number;
  last_seq: number;
  complete: boolean;
  mess: Entry[];
}

const STATES: readonly string[] = ['continued', 'new', 'too_far', 'trimmed', 'renumbered'] satisfies BatchState[];

export class Inbox {
  /** Up to where everything was told, by conversation. */
  readonly places = new Map<string, Place>();
  private readonly early = new Map<string, LiveMessage[]>();
  private resumed = false;

  constructor(
    private readonly tell: (batch: Batch) => void,
    /** The user is not in that conversation any more. */
    private readonly gone: (conversation: string) => void,
  ) {}

  /** The connection is lost: what comes live from now on waits for `settle`. */
  lose(): void {
    this.resumed = false;
    this.early.clear();
  }

  forget(conversation: string): void {
    this.places.delete(conversation);
    this.early.delete(conversation);
  }

  /** What to resume from: the newest `most` places; the others are forgotten. */
  resumeFrom(count: number, most: number): Json {
    const rank = (conversation: string, { time = 0 }: Place) => (conversation === LOBBY ? Infinity : time);
    const newest = [...this.places].sort((a, b) => (rank(...a) < rank(...b) ? 1 : -1));
    for (const [conversation, { seq, epoch }] of newest.slice(most)) {
      this.places.delete(conversation);
      this.tell({ conversation, state: 'forgotten', epoch, entries: [], lastSeq: seq });
    }
    const places = [...this.places].map(([conversation, { seq, epoch }]) => ({ conversation, seq, epoch }));
    return { places, count };
  }

  takePage(page: ResumePage): void {
    const { conversation } = page;
    if (page.state === 'not_a_member') {
      this.forget(conversation);
      this.gone(conversation);
      return;
    }
    const state = (STATES.includes(page.state) ? page.state : 'renumbered') as BatchState;
    let place = this.places.get(conversation);
    if (state !== 'continued' || !place) {
      const first = page.mess[0]?.seq ?? page.last_seq + 1;
      place = { seq: first - 1, epoch: page.epoch };
      this.places.set(conversation, place);
    }
    // The place of an empty conversation had none.
    place.epoch = page.epoch;
    const entries = page.mess.filter((entry) => entry.seq > place.seq);
    place.time = entries.at(-1)?.timestamp ?? place.time;
    place.seq = Math.max(place.seq, entries.at(-1)?.seq ?? 0, page.complete ? page.last_seq : 0);
    this.tell({ conversation, state, epoch: page.epoch, entries, firstSeq: page.first_seq, lastSeq: page.last_seq });
  }

  /** False when something before this message is missing, or its numbering is another: resume anew. */
  takeLive(message: LiveMessage): boolean {
    if (!this.resumed) {
      const waiting = this.early.get(message.conversation);
      if (waiting) waiting.push(message);
      else this.early.set(message.conversation, [message]);
      return true;
    }
    return this.follow(message);
  }

  /** All that was missed is told; what came live meanwhile follows it. False as of `takeLive`. */
  settle(): boolean {
    this.resumed = true;
    // No page of the lobby: it is empty, of no epoch yet.
    if (!this.places.has(LOBBY)) this.places.set(LOBBY, { seq: 0, epoch: '' });
    const waiting = [...this.early.values()];
    this.early.clear();
    return waiting.every((messages) => messages.sort((a, b) => a.seq - b.seq).every((message) => this.follow(message)));
  }

  private follow(message: LiveMessage): boolean {
    const { conversation, seq } = message;
    let place = this.places.get(conversation);
    // A conversation that begins now, or that this user came into just now.
    if (!place) this.places.set(conversation, place = { seq: seq - 1, epoch: message.epoch ?? '' });
    if (place.seq === 0 && place.epoch === '') place.epoch = message.epoch ?? '';
    if ((message.epoch ?? place.epoch) !== place.epoch || seq > place.seq + 1) return false;
    if (seq <= place.seq) return true;
    place.seq = seq;
    place.time = message.timestamp;
    this.tell({ conversation, state: 'live', epoch: place.epoch, entries: [message], lastSeq: seq });
    return true;
  }
}
