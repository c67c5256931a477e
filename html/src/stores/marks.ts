// How far each conversation was read, which are pinned and muted: the server's, so that every device knows it; this
// browser's own with a server that keeps none.
import { defineStore } from 'pinia';
import { shallowReactive } from 'vue';

import type { Frame } from '../protocol/codec';
import { LOBBY } from '../protocol/conversation';
import { MessageType, type Mark as WireMark } from '../protocol/messages.gen';
import { Refused } from '../protocol/refusals';
import { once } from './later';
import { outcomeOf, useLink } from './link';
import { useMessages } from './messages';
import type { ConversationKey, Outcome } from './model';

export interface Mark {
  /** Null until it is known where reading began. */
  readSeq: number | null;
  epoch: string;
  pinned: boolean;
  muted: boolean;
}

const UNMARKED: Mark = { readSeq: null, epoch: '', pinned: false, muted: false };
const { conversation_mark, conversation_marks } = MessageType;

export const useMarks = defineStore('marks', () => {
  const link = useLink();
  const messages = useMessages();
  const marks = shallowReactive(new Map<ConversationKey, Mark>());
  /** Read here, and not told to the server yet. */
  const untold = new Set<ConversationKey>();
  /** Newest number and numbering of conversations that have no mark. */
  const met = new Map<ConversationKey, { seq: number; epoch: string }>();
  /** The numbering in use and its newest number, as last heard. */
  const newest = new Map<ConversationKey, { seq: number; epoch: string }>();
  const listeners: ((key: ConversationKey) => void)[] = [];
  const { storage } = link.options;
  // Not in the cache: what is written when the page is left must be there when it comes back.
  const keep = once(1_000, () => storage.setItem(placeOf(link.userId), JSON.stringify([...marks])));
  const tell = once(400, () => {
    for (const key of [...untold]) tellOne(key);
  });

  const of = (key: ConversationKey): Mark => marks.get(key) ?? UNMARKED;

  /** As far as it was read; all of it while that is not known. */
  const readSeq = (key: ConversationKey): number => of(key).readSeq ?? Infinity;

  function change(key: ConversationKey, changes: Partial<Mark>): void {
    marks.set(key, { ...of(key), ...changes });
    keep.soon();
    for (const listener of listeners) listener(key);
  }

  function take({ conversation, read_seq, epoch, pinned, muted }: WireMark): void {
    const mine = of(conversation);
    const now = newest.get(conversation);
    if (now && epoch !== now.epoch) {
      // A mark of other numbers: what was read before cannot be told from what was not.
      untold.add(conversation);
      return change(conversation, { readSeq: mine.epoch === now.epoch ? mine.readSeq : now.seq, epoch: now.epoch, pinned, muted });
    }
    // Read here further than the server was told, perhaps before a reload.
    const further = mine.epoch === epoch ? mine.readSeq ?? 0 : 0;
    if (further > read_seq) untold.add(conversation);
    change(conversation, { readSeq: Math.max(read_seq, further), epoch, pinned, muted });
  }

  function tellOne(key: ConversationKey): void {
    const { readSeq, epoch } = of(key);
    if (messages.extended === false || readSeq === null) return void untold.delete(key);
    if (messages.extended !== true || epoch === '') return;
    untold.delete(key);
    link.ask(conversation_mark, { mess: { conversation: key, read_seq: readSeq, epoch } }, [conversation_mark])
      .then(takeAnswer, (error: unknown) => {
        if (error instanceof Refused && ['offline', 'timeout'].includes(error.code)) untold.add(key);
      });
  }

  function takeAnswer(frame: Frame): void {
    take(frame.mess as WireMark);
    if (untold.size > 0) tell.soon();
  }

  /** Where reading begins in conversations without a mark: a lobby's past is not news to who comes in. */
  function begin(): void {
    for (const [key, { seq, epoch }] of met) {
      const past = key === LOBBY || messages.extended === false;
      if (of(key).readSeq === null) change(key, { readSeq: past ? seq : 0, epoch });
      if (past && seq > 0) untold.add(key);
    }
    met.clear();
    if (untold.size > 0) tell.soon();
  }

  async function refresh(): Promise<void> {
    try {
      const answer = await link.ask(conversation_marks, {}, [conversation_marks]);
      messages.extended = true;
      const told = answer.mess as WireMark[];
      for (const mark of told) take(mark);
      const known = new Set(told.map(({ conversation }) => conversation));
      for (const [key, { readSeq }] of marks) if (!known.has(key) && (readSeq ?? 0) > 0) untold.add(key);
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== 'unknown_type') return;
      messages.extended = false;
    }
    begin();
  }

  link.events.on('begin', ({ account }) => {
    try {
      const kept = JSON.parse(storage.getItem(placeOf(account.user_id)) ?? '[]') as [string, Mark][];
      for (const [key, mark] of kept) marks.set(key, mark);
    } catch {
      storage.removeItem(placeOf(account.user_id));
    }
  });
  link.events.on('end', () => {
    for (const held of [marks, untold, met, newest]) held.clear();
  });
  link.events.on('gone', (key) => marks.delete(key));
  link.events.on('phase', (phase) => {
    if (phase === 'online') void refresh();
  });
  link.events.on('frame', (frame) => {
    if (frame.type === conversation_mark) takeAnswer(frame);
  });

  /** A conversation has messages up to `seq`, which were there before this moment. */
  function meet(key: ConversationKey, epoch: string, seq: number): void {
    const mark = of(key);
    newest.set(key, { seq, epoch });
    if (mark.readSeq !== null && mark.epoch !== '' && mark.epoch !== epoch) {
      // Other numbers: what was read before cannot be told from what was not.
      change(key, { readSeq: seq, epoch });
    } else if (mark.readSeq === null) {
      met.set(key, { seq, epoch });
      if (messages.extended !== null) begin();
    } else if (mark.epoch === '') {
      change(key, { epoch });
    }
  }

  function read(key: ConversationKey, seq: number): void {
    const mark = of(key);
    if (mark.readSeq === null || seq <= mark.readSeq) return;
    change(key, { readSeq: seq });
    untold.add(key);
    tell.soon();
  }

  async function set(key: ConversationKey, changes: { pinned?: boolean; muted?: boolean }): Promise<Outcome> {
    if (messages.extended === false) {
      change(key, changes);
      return { ok: true };
    }
    const before = of(key);
    change(key, changes);
    const outcome = await outcomeOf(
      link.ask(conversation_mark, { mess: { conversation: key, ...changes } }, [conversation_mark]).then(takeAnswer));
    if (!outcome.ok) change(key, { pinned: before.pinned, muted: before.muted });
    return outcome;
  }

  /** `listener` hears of every conversation whose mark changed. */
  const onChange = (listener: (key: ConversationKey) => void): void => void listeners.push(listener);

  return { of, readSeq, meet, read, set, onChange };
});

/** Where a user's marks are kept. */
export const placeOf = (userId: string): string => `marks-${userId}`;
