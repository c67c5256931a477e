// From what the server tells to what the views show.
import type { Addresses } from '../connection/addresses';
import type { Entry } from '../connection/entry';
import type { Outgoing } from '../connection/outbox';
import { MessageType } from '../protocol/messages.gen';
import { isChat, isRecord } from '../protocol/shapes';
import { UNSEEN } from '../text/file_names';
import type { GroupEvent, Message, MessageFile, MessageKind } from './model';

const KINDS: Record<number, MessageKind> = { 100: 'text', 300: 'image', 400: 'emotion', 500: 'music', 1000: 'file' };
const ACTIONS: readonly string[] = ['joined', 'left', 'removed', 'dissolved', 'renamed'] satisfies GroupEvent['action'][];

const BASE64 = /^[\w+/=]{1,8192}$/;

const amount = (value: unknown): number => (Number(value) > 0 ? Number(value) : 0);
const words = (value: unknown): string => (typeof value === 'string' ? value : '');
const ids = (value: unknown): string[] => (Array.isArray(value) ? value.filter((id) => typeof id === 'string') : []);

export class Translator {
  constructor(private readonly me: string, private readonly addresses: Addresses) {}

  /** Null for what has a number, and is nothing to look at: changes of other messages, types of a later server. */
  message(conversation: string, entry: Entry): Message | null {
    const content = isChat(entry.type) ? this.content(entry.type, entry.mess) : this.event(entry);
    if (!content) return null;
    const senderId = words(entry.sender_id);
    const mine = senderId === this.me;
    return {
      key: mine && entry.id ? entry.id : `s${entry.seq}`,
      conversation,
      seq: entry.seq,
      ...(entry.id && { id: entry.id }),
      senderId,
      mine,
      time: entry.timestamp * 1000,
      state: 'stored',
      ...(entry.reply_to && !entry.recalled && { replyTo: entry.reply_to }),
      mentions: entry.recalled ? [] : ids(entry.mentions),
      edited: (entry.edited ?? 0) * 1000,
      recalled: entry.recalled === true,
      ...content,
    };
  }

  outgoing(outgoing: Outgoing): Message {
    const { type, mess, reply_to, mentions } = outgoing.request;
    const shown = outgoing.upload && isRecord(mess) ? { ...outgoing.upload, ...mess } : mess;
    return {
      key: outgoing.id,
      conversation: outgoing.conversation,
      seq: 0,
      id: outgoing.id,
      senderId: this.me,
      mine: true,
      time: outgoing.time,
      state: outgoing.state,
      ...(outgoing.refusal && { refusal: outgoing.refusal }),
      ...(typeof reply_to === 'number' && { replyTo: reply_to }),
      mentions: ids(mentions),
      edited: 0,
      recalled: false,
      ...this.content(Number(type), shown),
    };
  }

  private content(type: number, mess: unknown): Pick<Message, 'kind' | 'text' | 'file'> {
    const kind = KINDS[type - (type % 10)] ?? 'text';
    if (kind === 'text' || kind === 'emotion') return { kind, text: words(mess) };
    return { kind, text: '', file: this.file(mess) };
  }

  /** Legacy clients send a path alone. */
  private file(mess: unknown): MessageFile {
    const it: Record<string, unknown> = isRecord(mess) ? mess : { path: mess };
    const placeholder = words(it.placeholder);
    return {
      name: words(it.name).replace(UNSEEN, '') || words(it.path).split('/').at(-1) || '',
      url: this.addresses.upload(it.path),
      size: amount(it.size),
      kind: words(it.kind),
      type: words(it.type),
      width: amount(it.width),
      height: amount(it.height),
      animated: it.animated === true,
      preview: this.addresses.upload(it.preview),
      placeholder: BASE64.test(placeholder) ? `data:image/webp;base64,${placeholder}` : '',
    };
  }

  private event({ type, mess, members }: Entry): Pick<Message, 'kind' | 'text' | 'event' | 'call'> | null {
    if (!isRecord(mess)) return null;
    if (type === MessageType.call_record) {
      const { video, result, seconds, missed } = mess;
      return {
        kind: 'event', text: '',
        call: { video: video === true, result: words(result), seconds: Number(seconds) || 0, missed: ids(missed).includes(this.me) },
      };
    }
    const name = words(mess.name);
    const named = name && { name };
    if (type === MessageType.group_create) {
      return { kind: 'event', text: '', event: { action: 'created', members: ids(members), ...named } };
    }
    if (type !== MessageType.group_changed || !ACTIONS.includes(words(mess.action))) return null;
    const action = mess.action === 'renamed' && !name ? 'pictured' : mess.action as GroupEvent['action'];
    return { kind: 'event', text: '', event: { action, members: ids(mess.members), ...named } };
  }
}
