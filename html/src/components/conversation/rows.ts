import type { Message } from '../../stores/model';
import { dayOf } from '../shared/dates';

/** A message with what the list draws around it. */
export interface Row {
  key: string;
  message: Message;
  /** The day (ms) that a separator above it names; 0: none. */
  day: number;
  /** The divider of what is new stands above it. */
  unread: boolean;
  /** It begins, or ends, a run of messages of one sender. */
  first: boolean;
  last: boolean;
}

const RUN_MS = 5 * 60_000;

function continues(message: Message, before: Message | undefined): boolean {
  return before !== undefined && before.kind !== 'event' && message.kind !== 'event'
    && before.senderId === message.senderId && message.time - before.time < RUN_MS;
}

/** The rows of a conversation. The divider stands above the first message from number `divider` on; 0: nowhere. */
export function rowsOf(messages: readonly Message[], divider: number): Row[] {
  const rows: Row[] = [];
  let before: Message | undefined;
  let day = 0;
  let divided = divider <= 0;
  for (const message of messages) {
    const today = dayOf(message.time);
    const unread = !divided && message.seq >= divider && !message.mine;
    const newDay = today !== day;
    const first = newDay || unread || !continues(message, before);
    const previous = rows[rows.length - 1];
    if (first && previous) previous.last = true;
    rows.push({ key: message.key, message, day: newDay ? today : 0, unread, first, last: false });
    divided ||= unread;
    before = message;
    day = today;
  }
  const final = rows[rows.length - 1];
  if (final) final.last = true;
  return rows;
}
