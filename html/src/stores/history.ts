// One page of a conversation's history.
import type { Entry } from '../connection/entry';
import { is, type Fields } from '../protocol/codec';
import { kindOf, peerOf } from '../protocol/conversation';
import { MessageType } from '../protocol/messages.gen';
import { Refused } from '../protocol/refusals';
import type { Link } from './link';

/** A time in seconds, or numbers; a page of the newest messages without either. */
export type Cursor = number | { before_seq?: number; after_seq?: number; count?: number };

export interface HistoryPage {
  entries: Entry[];
  epoch: string;
  firstSeq: number;
  lastSeq: number;
}

/** Throws Refused. */
export async function readHistory(link: Link, key: string, cursor: Cursor): Promise<HistoryPage> {
  const { history_common, history_personal } = MessageType;
  const type = kindOf(key) === 'user' ? history_personal : history_common;
  const fields: Fields = { receiver_id: peerOf(key), mess: cursor as Fields[string] };
  const answer = await link.ask(type, fields, [type]);
  if (!is(answer, history_common, history_personal)) throw new Refused('bad_format');
  return {
    entries: answer.mess as unknown as Entry[],
    epoch: answer.epoch,
    firstSeq: answer.first_seq,
    lastSeq: answer.last_seq,
  };
}
