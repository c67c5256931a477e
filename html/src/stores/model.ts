// What the stores hold and the views show. Times are milliseconds since 1970, ids are the server's.

/** `lobby`, `group:ID` or `user:ID`. */
export type ConversationKey = string;

/** Why something was refused: a code of docs/protocol.md's table, or `offline`, `unreachable`, `timeout`. */
export interface Refusal {
  code: string;
  /** Seconds after which it may be tried again, where that is known. */
  retryAfter?: number;
  /** The server's words, for codes that the locale files do not know. */
  text?: string;
}

/** What an action of a store comes to: nothing to say, or why not. */
export type Outcome = { ok: true } | { ok: false; refusal: Refusal };

export interface Me {
  id: string;
  name: string;
  /** Address of the picture, ready for `src`, or "". */
  avatar: string;
  isAdmin: boolean;
}

export interface Person {
  id: string;
  /** The id until the server told the name. */
  name: string;
  avatar: string;
  online: boolean;
  /** Whether name and picture are known. */
  known: boolean;
}

export interface Device {
  id: string;
  agent: string;
  address: string;
  created: number;
  used: number;
  current: boolean;
}

/**
 * uploading: its file is on its way, see the uploads store; queued: waits for a connection; sending: on its way;
 * stored: the server has it for good; failed: refused, stays until it is sent again or discarded.
 */
export type MessageState = 'uploading' | 'queued' | 'sending' | 'stored' | 'failed';

export type MessageKind = 'text' | 'image' | 'emotion' | 'music' | 'file' | 'event';

export interface MessageFile {
  name: string;
  /** Ready for `src` or `href`; "" when the message named something that is no upload. */
  url: string;
  /** Bytes; 0 when unknown. */
  size: number;
  /** `image`, `audio`, `video` or `file`, and the MIME type, as the server says; "" when it does not. */
  kind: string;
  type: string;
  /** Pixels of a picture; 0 when unknown. */
  width: number;
  height: number;
  animated: boolean;
  /** A smaller picture, ready for `src`, or "". */
  preview: string;
  /** A tiny one, as a data: address, or "". */
  placeholder: string;
}

/** What happened to a group, told in its own conversation. */
export interface GroupEvent {
  action: 'created' | 'joined' | 'left' | 'removed' | 'dissolved' | 'renamed' | 'pictured';
  /** Whom it happened to. */
  members: string[];
  /** The group's name, when it was created or renamed. */
  name?: string;
}

/** What a call was, told in its conversation. */
export interface CallSummary {
  video: boolean;
  /** `ended`, or why nobody talked: `cancelled`, `declined`, `busy`, `do_not_disturb`, `no_answer`. */
  result: string;
  /** How long at least two were connected. */
  seconds: number;
  /** Whether this user was called and did not come. */
  missed: boolean;
}

export interface Message {
  /** Stays the same from sending to stored: what lists are keyed by. */
  key: string;
  conversation: ConversationKey;
  /** Number in the conversation; 0 until stored. */
  seq: number;
  /** The sender's id for it, when it has one. */
  id?: string;
  senderId: string;
  mine: boolean;
  kind: MessageKind;
  /** kind `text`: as it was sent (may be a legacy client's HTML). kind `emotion`: `set_name`. */
  text: string;
  /** kinds `image`, `music` and `file`. */
  file?: MessageFile;
  /** kind `event`: one of both. */
  event?: GroupEvent;
  call?: CallSummary;
  time: number;
  state: MessageState;
  /** state `failed`. */
  refusal?: Refusal;
  /** Number of the message it answers, in the same conversation. */
  replyTo?: number;
  /** Ids of the people it mentions; `0`: everybody. */
  mentions: string[];
  /** Time of the last change; 0: never. */
  edited: number;
  recalled: boolean;
}

/** Whether it is to be counted, and told of: of what happens to groups, being brought into one is. */
export function isNews({ mine, recalled, kind, event, call }: Message, userId: string): boolean {
  if (mine || recalled) return false;
  if (kind !== 'event' || call?.missed) return true;
  return event !== undefined && ['created', 'joined'].includes(event.action) && event.members.includes(userId);
}

/** The stretch of a conversation that is in view: without a gap, wherever in the conversation it lies. */
export interface MessageWindow {
  /** Oldest first; those not stored yet come last, in the order of sending. */
  messages: readonly Message[];
  /** Whether nothing older can be had. */
  atStart: boolean;
  /** Whether the newest message is held: what arrives is appended. */
  atEnd: boolean;
  loadingOlder: boolean;
  loadingNewer: boolean;
  /** Why the last loading failed. */
  refusal: Refusal | null;
}

export interface Conversation {
  key: ConversationKey;
  kind: 'lobby' | 'group' | 'user';
  /** Id of the group or the other user; `0` for the lobby. */
  peerId: string;
  /** "" for the lobby, whose name is the locale's. */
  title: string;
  avatar: string;
  /** Whether the other user is online; false for lobby and groups. */
  online: boolean;
  last: Message | null;
  /** Time of the last message, of its creation, or 0. */
  time: number;
  /** Messages of others above `readSeq`. */
  unread: number;
  /** Messages above `readSeq` that mention me. */
  mentions: number;
  readSeq: number;
  lastSeq: number;
  pinned: boolean;
  muted: boolean;
  /** The text that was begun, "" when none. */
  draft: string;
}

export interface GroupMember {
  id: string;
  name: string;
  avatar: string;
  /** The group's administrator. */
  isOwner: boolean;
  /** An administrator of the server. */
  isServerAdmin: boolean;
  online: boolean;
  joined: number;
}

export interface Group {
  id: string;
  name: string;
  avatar: string;
  ownerId: string;
  created: number;
  /** Null until `loadMembers`. */
  members: GroupMember[] | null;
}

export interface Invitation {
  group: Group;
  /** Who invites. */
  from: string;
  time: number;
}

export interface Outgoing {
  text: string;
  replyTo?: number;
  mentions?: string[];
  /** Id of a message of one's own that is on its way: this one follows it. */
  after?: string | undefined;
}
