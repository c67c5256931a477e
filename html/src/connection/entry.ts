// A numbered message as the server tells it, live or in a page. Its type may be one this client does not know.
export interface Entry {
  type: number;
  seq: number;
  timestamp: number;
  sender_id?: string;
  receiver_id?: string;
  mess?: unknown;
  id?: string;
  epoch?: string;
  members?: string[];
  reply_to?: number;
  mentions?: string[];
  edited?: number;
  recalled?: boolean;
}

/**
 * live: it came just now; continued: missed, follows what was held. The others replace or leave behind what was held:
 * new: nothing was; too_far: too much was missed; trimmed: what follows is gone; renumbered: other numbers; forgotten: the
 * server tells what is new in so many conversations only, and this one is older than those.
 */
export type BatchState = 'live' | 'continued' | 'new' | 'too_far' | 'trimmed' | 'renumbered' | 'forgotten';

/** Messages of one conversation without gaps, oldest first, each told once. */
export interface Batch {
  conversation: string;
  state: BatchState;
  epoch: string;
  entries: Entry[];
  /** Number of the oldest message that can still be had, when that was told. */
  firstSeq?: number;
  /** Number of the newest. */
  lastSeq: number;
}
