// The messages of the chat protocol, as the msgpack wire carries them.
// Generated from src/protocol/messages.def by `make protocol`; not to be edited.

/** Whatever JSON can say; msgpack says no more here. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What every request may carry. */
export interface Envelope {
  session_id?: string;
  sender_id?: string;
  receiver_id?: string;
  /** Repeated in every answer to this request. */
  trace_id?: string;
  /** Chosen by the client for a message that it may have to send again. */
  id?: string;
}

/** What every message of the server carries. */
export interface EventBase {
  /** Seconds since 1970. */
  timestamp: number;
  /** Of the message, when its sender chose one. */
  id?: string;
  /** Of the request that caused it, or "". */
  trace_id: string;
}

/** Where to read a history: a time in seconds, numbers, or null for the newest messages. */
export type HistoryCursor =
  | null
  | number
  | { before_seq?: number; after_seq?: number; count?: number };

/** A message in a history. */
export type HistoryEntry =
  | Omit<Chat, "trace_id">
  | Omit<GroupCreated, "trace_id" | "members">
  | Omit<GroupChanged, "trace_id">;

/** The numbers of all messages. */
export const MessageType = {
  /** First message of every connection: the server and its limits */
  welcome: 1,
  /** Text to the lobby or a group */
  text: 100,
  /** Private text, as its sender sees it */
  text_self: 101,
  /** Private text, as its receiver sees it */
  text_other: 102,
  /** Private text, as it is sent and stored */
  text_private: 103,
  /** A message of this client is durable and has its number */
  message_stored: 110,
  /** Change a text; from the server: it is changed */
  message_edit: 120,
  /** Take a message back; from the server: it is taken back */
  message_recall: 121,
  /** Somebody came online */
  user_online: 200,
  /** Somebody went offline */
  user_quit: 201,
  /** Who is online */
  user_list: 202,
  /** One user */
  user_query: 203,
  /** Register or log in; from the server: please log in */
  user_register: 204,
  /** Log in by session; from the server: logged in */
  user_login: 205,
  /** The account is disabled */
  user_disabled: 206,
  /** Logged in elsewhere */
  user_downline: 207,
  /** Wrong name or password */
  user_incorrect: 208,
  /** An administrator removes a user; to that user: you are removed */
  user_remove: 209,
  /** Make an uploaded picture the avatar */
  avatar_upload: 210,
  /** The avatar is set */
  avatar_success: 211,
  /** The avatar is refused */
  avatar_fail: 212,
  /** How many are online */
  online_total: 213,
  /** How many are online, in place of single comings and goings */
  presence_digest: 214,
  /** End the session */
  logout: 215,
  /** Change the password; from the server: it is changed */
  password_change: 216,
  /** One's own sessions */
  session_list: 217,
  /** End one of one's own sessions; from the server: it is over */
  session_end: 218,
  /** Users by their ids, or by how their names begin */
  people: 219,
  /** Picture to the lobby or a group */
  image: 300,
  /** Private picture, as its sender sees it */
  image_self: 301,
  /** Private picture, as its receiver sees it */
  image_other: 302,
  /** Private picture, as it is sent and stored */
  image_private: 303,
  /** Emotion to the lobby or a group */
  emotion: 400,
  /** Private emotion, as its sender sees it */
  emotion_self: 401,
  /** Private emotion, as its receiver sees it */
  emotion_other: 402,
  /** Private emotion, as it is sent and stored */
  emotion_private: 403,
  /** Music to the lobby or a group */
  music: 500,
  /** Private music, as its sender sees it */
  music_self: 501,
  /** Private music, as its receiver sees it */
  music_other: 502,
  /** Private music, as it is sent and stored */
  music_private: 503,
  /** Open a call */
  rtc_create: 600,
  /** Join a call */
  rtc_join: 601,
  /** Offer, answer, candidate or refusal between two people of a call */
  rtc_message: 602,
  /** Who could not be reached */
  rtc_offline: 603,
  /** Leave a call */
  rtc_close: 604,
  /** The call is over */
  rtc_exit: 605,
  /** Call a user or a group */
  call_start: 610,
  /** A call as it stands */
  call_state: 611,
  /** A call rings */
  call_ring: 612,
  /** Answer a call, join one, come back to it, or move it to this device */
  call_join: 613,
  /** Decline a call that rings */
  call_decline: 614,
  /** Somebody's part in a call has changed */
  call_member: 615,
  /** Offer, answer or candidate between two people of a call */
  call_signal: 616,
  /** Leave a call, cancel it, or end it for all */
  call_leave: 617,
  /** A call is over */
  call_ended: 618,
  /** Call further people into a call */
  call_invite: 619,
  /** The calls that concern the one who asks */
  call_list: 620,
  /** Tell the others of a call what is muted, shown and recorded */
  call_media: 621,
  /** Open a call room, or join it, by a code */
  call_room: 622,
  /** Somebody did not get into a call room that is full */
  call_full: 623,
  /** STUN and TURN servers for calls, with credentials */
  ice_servers: 624,
  /** Whether calls ring at all */
  do_not_disturb: 625,
  /** A call of a group began, or is over */
  call_running: 626,
  /** Take somebody out of a call */
  call_remove: 627,
  /** What a call was, as an entry of its conversation */
  call_record: 630,
  /** History of the lobby or a group */
  history_common: 800,
  /** History with one user */
  history_personal: 801,
  /** Go on where this client stopped; from the server: all that was missed is told */
  resume: 810,
  /** Messages of a conversation that this client missed */
  resume_page: 811,
  /** What a user notes of a conversation: read up to, pinned, muted */
  conversation_mark: 820,
  /** All that a user noted of conversations */
  conversation_marks: 821,
  /** The message was not understood, or not stored */
  error: 900,
  /** The request is refused */
  warning: 901,
  /** Notice of the server */
  system: 902,
  /** The upload is kept */
  file_success: 903,
  /** The upload is refused */
  file_fail: 904,
  /** File to the lobby or a group */
  file: 1000,
  /** Private file, as its sender sees it */
  file_self: 1001,
  /** Private file, as its receiver sees it */
  file_other: 1002,
  /** Private file, as it is sent and stored */
  file_private: 1003,
  /** Found a group; from the server: the group exists */
  group_create: 1100,
  /** The groups of the one who asks */
  group_list: 1101,
  /** The members of a group */
  group_members: 1102,
  /** One group */
  group_info: 1103,
  /** Bring members into a group, or join by invitation */
  group_join: 1104,
  /** Leave a group */
  group_exit: 1105,
  /** Dissolve a group */
  group_dissolve: 1106,
  /** Invite people into a group; to them: you are invited */
  group_invite: 1107,
  /** Who is in a group, or what it is called, has changed */
  group_changed: 1108,
  /** Give a group another name or picture */
  group_update: 1109,
  /** Take members out of a group */
  group_remove: 1110,
} as const;

/** The user who logged in. */
export interface Account {
  /** the user's id */
  user_id: string;
  /** the user's name */
  username: string;
  /** `YYYY-MM-DD HH:MM:SS`, after a registration only */
  reg_time?: string;
  /** whether the account is enabled */
  is_active: boolean;
  /** path of the picture, or "" */
  avatar: string;
  /** address, after a registration only */
  ip?: string;
  /** User-Agent, after a registration only */
  agent?: string;
  /** whether the user has an administrator's role */
  is_super_admin: boolean;
}

/** An old and a new password. */
export interface PasswordPair {
  /** the password so far */
  old_password: string;
  /** the password from now on */
  new_password: string;
}

/** A session of one's own. */
export interface SessionInfo {
  /** names it, and opens nothing */
  id: string;
  /** the User-Agent that logged in, or "" */
  agent: string;
  /** where it was last used to log in */
  address: string;
  /** seconds since 1970 */
  created: number;
  /** when it was last used to log in, seconds since 1970 */
  used: number;
  /** whether it is the session of this connection */
  current: boolean;
}

/** Somebody who came or went. */
export interface Person {
  /** the user's id */
  user_id: string;
  /** the user's name */
  username: string;
  /** path of the picture, or ""; absent when somebody went */
  avatar?: string;
}

/** A user in a list, or asked for. */
export interface ListedUser {
  /** the user's id */
  user_id: string;
  /** the user's name */
  username: string;
  /** path of the picture, or "" */
  avatar: string;
  /** whether the user is online */
  is_online: boolean;
}

/** Whom to look for: either `ids` or `prefix`. */
export interface PeopleSought {
  /** user ids, at most 100 */
  ids?: string[];
  /** how the name begins; capital and small letters of ASCII are the same */
  prefix?: string;
  /** with `prefix`: users wanted, at most 50; 0: 50 */
  count?: number;
}

/** A part of a long list. */
export interface Page {
  /** entries to skip */
  offset?: number;
  /** entries wanted; 0: as many as the server gives at once */
  count?: number;
}

/** How far a client has read a conversation. */
export interface Place {
  /** `lobby`, `group:ID` or `user:ID` */
  conversation: string;
  /** the number up to which nothing is missing; 0: it was empty */
  seq: number;
  /** the numbering `seq` belongs to; 0 needs none */
  epoch?: string;
}

/** What a client holds. */
export interface ResumeFrom {
  /** the conversations it knows */
  places?: Place[];
  /** newest messages wanted of each conversation that cannot go on where it stopped or is new; 0: as many as in a page of history */
  count?: number;
}

/** What was told. */
export interface Resumed {
  /** conversations that had something to tell */
  conversations: number;
  /** messages in their pages */
  messages: number;
}

/** What a user noted of a conversation. */
export interface Mark {
  /** `lobby`, `group:ID` or `user:ID` */
  conversation: string;
  /** the number up to which it is read; 0: nothing of it */
  read_seq: number;
  /** the numbering `read_seq` belongs to */
  epoch: string;
  /** whether it stays on top of the list */
  pinned: boolean;
  /** whether nobody is to be alerted of what comes in it */
  muted: boolean;
}

/** What to note of a conversation; what is absent stays as it was. */
export interface MarkChange {
  /** `lobby`, `group:ID` or `user:ID` */
  conversation: string;
  /** the number up to which it is read; a lower one than noted changes nothing */
  read_seq?: number;
  /** the numbering that is meant: refused when it is over, whatever else is asked */
  epoch?: string;
  /** whether it stays on top of the list */
  pinned?: boolean;
  /** whether nobody is to be alerted of what comes in it */
  muted?: boolean;
}

/** A file the server keeps. */
export interface UploadedFile {
  /** sha256 of the content, hexadecimal */
  hash: string;
  /** where it is served */
  path: string;
  /** bytes */
  size: number;
}

/** A file, as `/files/ID/info` tells it. */
export interface FileInfo {
  /** names it */
  id: string;
  /** where it is served, and what messages that show it say */
  path: string;
  /** as the one who uploaded it called it; text, nothing else */
  name: string;
  /** bytes to fetch */
  size: number;
  /** SHA-256 of what was uploaded, hexadecimal */
  hash: string;
  /** `image`, `audio`, `video`: shown in place; `file`: to be saved */
  kind: string;
  /** the MIME type it is served with */
  type: string;
  /** pixels of a picture, as it is to be shown */
  width?: number;
  /** likewise */
  height?: number;
  /** true: the picture moves */
  animated?: boolean;
  /** path of a smaller picture, WebP, if there is one */
  preview?: string;
  /** of a picture: a tiny WebP, base64 */
  placeholder?: string;
}

/** An uploaded picture. */
export interface AvatarFile {
  /** as the upload's answer gave it */
  path: string;
  /** bytes */
  size?: number;
}

/** Another text for a message. */
export interface TextChange {
  /** number of the message to change */
  seq: number;
  /** the text from now on */
  mess: string;
  /** user ids of those it calls upon from now on; absent: nobody */
  mentions?: string[];
}

/** A message of a conversation. */
export interface MessageNumber {
  /** its number */
  seq: number;
}

/** A group to found. */
export interface NewGroup {
  /** the group's name */
  name: string;
  /** user ids beside the founder's, at least two */
  members: string[];
  /** path of an uploaded picture */
  avatar?: string;
}

/** A group. */
export interface Group {
  /** the group's name */
  name: string;
  /** user id of its administrator */
  admin_id: string;
  /** when it was founded, seconds since 1970 */
  create_time: number;
  /** path of the picture */
  avatar?: string;
  /** the group's id, where nothing else gives it */
  id?: string;
}

/** A member of a group. */
export interface GroupMember {
  /** the user's id */
  user_id: string;
  /** the user's name */
  username: string;
  /** above 0: an administrator of the server */
  role_id: number;
  /** whether the account is enabled */
  is_active: boolean;
  /** path of the picture, or "" */
  avatar: string;
  /** when the user joined, seconds since 1970 */
  join_timestamp: number;
}

/** A group's members. */
export interface GroupRoster {
  /** the group asked for */
  group_id: string;
  /** by the time they joined */
  members: GroupMember[];
}

/** People for a group. */
export interface GroupPeople {
  /** the group */
  group_id: string;
  /** user ids */
  members: string[];
}

/** What to change of a group; what is absent stays as it was. */
export interface GroupFacts {
  /** the group */
  group_id: string;
  /** its new name */
  name?: string;
  /** path of an uploaded picture; "" takes it away */
  avatar?: string;
}

/** What happened to a group or members of it. */
export interface GroupChange {
  /** `joined`, `left`, `removed`, `dissolved` or `renamed` */
  action: string;
  /** user ids whom it happened to; none when `renamed` */
  members: string[];
  /** when `renamed`: the new name, if it changed */
  name?: string;
  /** when `renamed`: path of the new picture, if it changed; "": it has none any more */
  avatar?: string;
  /** user id of the group's new administrator, when the one before left */
  admin_id?: string;
}

/** What the server understands of a call's message; the rest is passed on. */
export interface CallInfo {
  /** user id of the one who opened the call; the server adds it to 600 */
  room_id?: string;
  /** whether `receiver_id` is a group */
  is_group?: boolean;
  /** with pictures, or sound only */
  video?: boolean;
}

/** What somebody in a call sends and does. */
export interface MediaFlags {
  /** whether the microphone is off */
  muted?: boolean;
  /** whether the camera is on */
  camera?: boolean;
  /** whether the screen is shown */
  screen?: boolean;
  /** whether the call is being recorded there */
  recording?: boolean;
}

/** Somebody's part in a call. */
export interface CallMember {
  /** the user's id */
  user_id: string;
  /** `ringing`, `joined`, `away`, `left`, `removed`, `declined`, `busy`, `do_not_disturb` or `no_answer` */
  state: string;
  /** number of this stay in the call; a higher one than before means new peer connections; 0: never joined */
  stay: number;
  /** as the client named itself; "": never joined, or a legacy client */
  device: string;
  /** whether this stay is on types 600 to 605 */
  legacy: boolean;
  /** of the members inside with a lower stay, those to whom this one makes the offer; the others of them make it to this one */
  offers_to: string[];
  /** as 613 or 621 told last */
  media: MediaFlags;
}

/** A call. */
export interface Call {
  /** names the call */
  call_id: string;
  /** counts the changes of the call, without gaps */
  rev: number;
  /** `direct`, `group` or `room` */
  kind: string;
  /** `direct`: the two whose conversation it belongs to */
  between: string[];
  /** `group`: whose call it is */
  group_id?: string;
  /** `room`: what it is joined by */
  code?: string;
  /** whether it was begun with pictures */
  video: boolean;
  /** who may end it for all and remove people */
  owner_id: string;
  /** who began it */
  starter_id: string;
  /** when it began, seconds since 1970 */
  started: number;
  /** when the second one joined, seconds since 1970 */
  answered?: number;
  /** people who can be inside at once */
  size: number;
  /** everybody who was called or joined, in no order */
  members: CallMember[];
}

/** Signals between two members in their present stays. */
export interface SignalCount {
  /** the other one */
  user_id: string;
  /** the number of the last one; 0: none */
  n: number;
}

/** A call, and what the one who asked needs to go on in it. */
export interface CallSnapshot {
  /** the call */
  call: Call;
  /** how far the server took this user's signals to each member inside */
  taken?: SignalCount[];
}

/** A call that rings. */
export interface CallRinging {
  /** the call */
  call: Call;
  /** who calls */
  caller_id: string;
  /** when it stops ringing, seconds since 1970 */
  until: number;
}

/** A change of one member of a call. */
export interface MemberChange {
  /** the call */
  call_id: string;
  /** the call's revision after the change */
  rev: number;
  /** that member from now on */
  member: CallMember;
  /** who did it: the member, another one, or "" when it was the time */
  by: string;
  /** the call's owner from now on */
  owner_id: string;
  /** when the second one joined, seconds since 1970 */
  answered?: number;
  /** of a member who is back in the same stay: which signals of each other member arrived; what follows is to be sent again */
  received?: SignalCount[];
}

/** The end of a call. */
export interface CallEnd {
  /** the call */
  call_id: string;
  /** the call's last revision */
  rev: number;
  /** `ended`; without an answer: `cancelled`, `declined`, `busy`, `do_not_disturb` or `no_answer` */
  reason: string;
  /** who ended it, or "" */
  by: string;
}

/** Whether a group has a call. */
export interface CallBanner {
  /** the group */
  group_id: string;
  /** the call */
  call_id: string;
  /** true: it began; false: it is over */
  running: boolean;
  /** whether it was begun with pictures */
  video: boolean;
  /** who began it */
  starter_id: string;
}

/** A call to make. */
export interface NewCall {
  /** `user:ID` or `group:ID` */
  conversation: string;
  /** with pictures, or sound only */
  video?: boolean;
  /** of a group: the members to call; absent: all of them */
  invite?: string[];
  /** a random name of this page, new whenever it is loaded */
  device: string;
  /** what this one sends at first */
  media?: MediaFlags;
}

/** A call to join. */
export interface CallEntry {
  /** the call */
  call_id: string;
  /** as in 610; the same as before: back in the same stay */
  device: string;
  /** whether a stay on another device is taken over */
  move?: boolean;
  /** what this one sends; absent: as before */
  media?: MediaFlags;
  /** back in the same stay: the last signal that arrived from each member inside */
  received?: SignalCount[];
}

/** A call. */
export interface CallName {
  /** the call */
  call_id: string;
}

/** A call to leave. */
export interface CallDeparture {
  /** the call */
  call_id: string;
  /** whether it ends for all; the owner's to say */
  for_all?: boolean;
}

/** People for a call. */
export interface CallPeople {
  /** the call */
  call_id: string;
  /** user ids */
  users: string[];
}

/** What one sends and does in a call. */
export interface CallMediaChange {
  /** the call */
  call_id: string;
  /** from now on */
  media: MediaFlags;
}

/** Something of one member for another. */
export interface Signal {
  /** the call */
  call_id: string;
  /** the sender's stay; 0: a legacy client's, whatever it is */
  from_stay: number;
  /** the receiver's stay */
  to_stay: number;
  /** 1, 2, 3, … from that stay to that stay */
  n: number;
  /** `{type: "offer" or "answer", description}`, `{type: "new-ice-candidate", candidate}`, or what the two agree upon; passed on as it is */
  signal: Json;
}

/** A call room to open or to join. */
export interface RoomEntry {
  /** 4 to 64 of the characters A-Z, a-z, 0-9, - and _; "": the server draws one */
  code?: string;
  /** whether a room that is not there is refused, not opened */
  join_only?: boolean;
  /** to open: with pictures, or sound only */
  video?: boolean;
  /** to open: people who can be inside at once */
  size?: number;
  /** as in 610 */
  device: string;
  /** as in 613 */
  move?: boolean;
  /** what this one sends at first */
  media?: MediaFlags;
}

/** Somebody who did not get in. */
export interface RoomFull {
  /** the call */
  call_id: string;
  /** who it was */
  user_id: string;
}

/** What a client needs to know of calls after its login. */
export interface CallOverview {
  /** calls one is in or that ring, and those running in one's groups */
  calls: Call[];
  /** whether nobody can ring */
  do_not_disturb: boolean;
}

/** An entry of RTCConfiguration.iceServers. */
export interface IceServer {
  /** where it is */
  urls: string[];
  /** with TURN */
  username?: string;
  /** with TURN */
  credential?: string;
}

/** What a client may use to reach others. */
export interface IceConfiguration {
  /** for RTCConfiguration.iceServers; may be empty */
  servers: IceServer[];
  /** when the credentials are over, seconds since 1970 */
  expires?: number;
}

/** Whether calls ring. */
export interface Quiet {
  /** true: nobody can ring */
  on: boolean;
}

/** Anybody. An unknown name is registered, a known one logged in. */
export interface RegisterRequest extends Envelope {
  type: 204;
  /** the name to log in by */
  username: string;
  /** the password, text or number */
  password: string;
  /** an unknown name is refused like a wrong password */
  login_only: boolean;
}

/** Anybody who has a session: `session_id` says which, or else the handshake's cookie. */
export interface LoginRequest extends Envelope {
  type: 205;
}

/** Users. The session is over on every device that uses it. */
export interface LogoutRequest extends Envelope {
  type: 215;
}

/** Users. Every other session of theirs is over. */
export interface PasswordChangeRequest extends Envelope {
  type: 216;
  /** the password so far and the new one */
  mess: PasswordPair;
}

/** Users. */
export interface SessionListRequest extends Envelope {
  type: 217;
}

/** Users, for a session of their own. */
export interface SessionEndRequest extends Envelope {
  type: 218;
  /** the session's id, as 217 gave it */
  mess: string;
}

/** Users. */
export interface UserListRequest extends Envelope {
  type: 202;
  /** which part; absent: the first */
  mess?: Page;
}

/** Users. `receiver_id` is the user asked for. */
export interface UserQueryRequest extends Envelope {
  type: 203;
}

/** Users. */
export interface OnlineTotalRequest extends Envelope {
  type: 213;
}

/** Users. */
export interface PeopleRequest extends Envelope {
  type: 219;
  /** whom to look for */
  mess: PeopleSought;
}

/** Administrators. `receiver_id` is the user to remove. */
export interface UserRemoveRequest extends Envelope {
  type: 209;
  /** why, told to the one removed: at most 256 characters */
  mess?: string;
}

/** Users. */
export interface AvatarUploadRequest extends Envelope {
  type: 210;
  /** the picture */
  mess: AvatarFile;
}

/** Users to the lobby (`receiver_id` "0"), members to their group. */
export interface SendCommonRequest extends Envelope {
  type: 100 | 300 | 400 | 500 | 1000;
  /** text; for 400 `set_name`; for 300, 500 and 1000 `{name, path, size}` */
  mess: Json;
  /** number of the message in the same conversation that this one answers */
  reply_to?: number;
  /** user ids of those it calls upon; "0", everybody, is for the administrators of the server in the lobby and the group's in a group */
  mentions?: string[];
}

/** Users to another user, `receiver_id`. */
export interface SendPersonalRequest extends Envelope {
  type: 103 | 303 | 403 | 503 | 1003;
  /** as in the public types */
  mess: Json;
  /** number of the message in the same conversation that this one answers */
  reply_to?: number;
  /** user ids of those it calls upon */
  mentions?: string[];
}

/** The sender of a text. `receiver_id`: as it was sent, "0", a group or the other user. */
export interface MessageEditRequest extends Envelope {
  type: 120;
  /** which message, and its new text */
  mess: TextChange;
}

/** The sender of a message; administrators in the lobby, the group's in a group. `receiver_id`: as in 120. */
export interface MessageRecallRequest extends Envelope {
  type: 121;
  /** which message */
  mess: MessageNumber;
}

/** Users. */
export interface GroupCreateRequest extends Envelope {
  type: 1100;
  /** the group to found */
  mess: NewGroup;
}

/** Users. */
export interface GroupListRequest extends Envelope {
  type: 1101;
}

/** Members. */
export interface GroupMembersRequest extends Envelope {
  type: 1102;
  /** the group's id */
  mess: string;
}

/** Users. */
export interface GroupInfoRequest extends Envelope {
  type: 1103;
  /** the group's id */
  mess: string;
}

/** The group's administrator for others, somebody invited for themselves. */
export interface GroupJoinRequest extends Envelope {
  type: 1104;
  /** who joins what */
  mess: GroupPeople;
}

/** Members. */
export interface GroupExitRequest extends Envelope {
  type: 1105;
  /** the group's id */
  mess: string;
}

/** The group's administrator. */
export interface GroupDissolveRequest extends Envelope {
  type: 1106;
  /** the group's id */
  mess: string;
}

/** The group's administrator. */
export interface GroupUpdateRequest extends Envelope {
  type: 1109;
  /** what to change */
  mess: GroupFacts;
}

/** The group's administrator, for others; 1105 is for oneself. */
export interface GroupRemoveRequest extends Envelope {
  type: 1110;
  /** who is taken out of what; all of them or nobody */
  mess: GroupPeople;
}

/** The group's administrator. */
export interface GroupInviteRequest extends Envelope {
  type: 1107;
  /** who is invited to what */
  mess: GroupPeople;
}

/** Users, to a user or to a group they are in. */
export interface RtcCreateRequest extends Envelope {
  type: 600;
  /** the call */
  mess: CallInfo;
}

/** People the call was opened to. */
export interface RtcJoinRequest extends Envelope {
  type: 601;
  /** the call */
  mess: CallInfo;
}

/** People of a call, to another of it, `receiver_id`. */
export interface RtcSignalRequest extends Envelope {
  type: 602;
  /** `{type: "offer" or "answer", description}`, `{type: "new-ice-candidate", candidate}` or `{type: "deny", message}` */
  mess: Json;
}

/** People of a call; when its owner does, it is over for all. */
export interface RtcCloseRequest extends Envelope {
  type: 604;
  /** the call */
  mess: CallInfo;
}

/** Users, to a user or to a group they are in. */
export interface CallStartRequest extends Envelope {
  type: 610;
  /** whom to call, and how */
  mess: NewCall;
}

/** People who were called, the two of the conversation, members of the group. */
export interface CallJoinRequest extends Envelope {
  type: 613;
  /** which call, and from where */
  mess: CallEntry;
}

/** People for whom a call rings. */
export interface CallDeclineRequest extends Envelope {
  type: 614;
  /** which call */
  mess: CallName;
}

/** People inside a call, to another of it, `receiver_id`. */
export interface CallSendRequest extends Envelope {
  type: 616;
  /** the signal */
  mess: Signal;
}

/** People inside a call; for all: its owner. */
export interface CallLeaveRequest extends Envelope {
  type: 617;
  /** which call */
  mess: CallDeparture;
}

/** People inside a call; into a group's call its members only. */
export interface CallInviteRequest extends Envelope {
  type: 619;
  /** whom to call into what */
  mess: CallPeople;
}

/** Users. */
export interface CallListRequest extends Envelope {
  type: 620;
}

/** People inside a call. */
export interface CallMediaRequest extends Envelope {
  type: 621;
  /** what is sent from now on */
  mess: CallMediaChange;
}

/** Users. */
export interface CallRoomRequest extends Envelope {
  type: 622;
  /** which room, and how it is to be */
  mess: RoomEntry;
}

/** Users. */
export interface IceServersRequest extends Envelope {
  type: 624;
}

/** Users. */
export interface DoNotDisturbRequest extends Envelope {
  type: 625;
  /** from now on */
  mess: Quiet;
}

/** The call's owner. */
export interface CallRemoveRequest extends Envelope {
  type: 627;
  /** who is taken out of what */
  mess: CallPeople;
}

/** Users for the lobby, members for their group, `receiver_id`. */
export interface HistoryCommonRequest extends Envelope {
  type: 800;
  /** where to read; empty: the newest */
  mess: HistoryCursor;
}

/** Users, for the conversation with `receiver_id`. */
export interface HistoryPersonalRequest extends Envelope {
  type: 801;
  /** where to read; empty: the newest */
  mess: HistoryCursor;
}

/** Users, after logging in. */
export interface ResumeRequest extends Envelope {
  type: 810;
  /** what this client holds; absent: nothing */
  mess: ResumeFrom;
}

/** Users, for the lobby, their groups and any other user. */
export interface ConversationMarkRequest extends Envelope {
  type: 820;
  /** what to note */
  mess: MarkChange;
}

/** Users. */
export interface ConversationMarksRequest extends Envelope {
  type: 821;
}

export type ClientMessage =
  | RegisterRequest
  | LoginRequest
  | LogoutRequest
  | PasswordChangeRequest
  | SessionListRequest
  | SessionEndRequest
  | UserListRequest
  | UserQueryRequest
  | OnlineTotalRequest
  | PeopleRequest
  | UserRemoveRequest
  | AvatarUploadRequest
  | SendCommonRequest
  | SendPersonalRequest
  | MessageEditRequest
  | MessageRecallRequest
  | GroupCreateRequest
  | GroupListRequest
  | GroupMembersRequest
  | GroupInfoRequest
  | GroupJoinRequest
  | GroupExitRequest
  | GroupDissolveRequest
  | GroupUpdateRequest
  | GroupRemoveRequest
  | GroupInviteRequest
  | RtcCreateRequest
  | RtcJoinRequest
  | RtcSignalRequest
  | RtcCloseRequest
  | CallStartRequest
  | CallJoinRequest
  | CallDeclineRequest
  | CallSendRequest
  | CallLeaveRequest
  | CallInviteRequest
  | CallListRequest
  | CallMediaRequest
  | CallRoomRequest
  | IceServersRequest
  | DoNotDisturbRequest
  | CallRemoveRequest
  | HistoryCommonRequest
  | HistoryPersonalRequest
  | ResumeRequest
  | ConversationMarkRequest
  | ConversationMarksRequest;

/** Every msgpack connection, before anything else. */
export interface Welcome extends EventBase {
  type: 1;
  /** name and version of the server */
  server: string;
  /** bytes a frame from a client may hold */
  max_message_size: number;
  /** bytes a file may hold */
  max_upload_size: number;
  /** the server pings a connection silent for this long */
  ping_seconds: number;
  /** above this many online, 214 replaces 200 and 201 */
  presence_threshold: number;
  /** after 1001 or 1012: longest random wait before reconnecting */
  reconnect_ms: number;
  /** places a client may name when it resumes */
  resume_conversations: number;
}

/** Sender and receivers of a message. */
export interface Chat extends EventBase {
  type: 100 | 300 | 400 | 500 | 1000 | 101 | 301 | 401 | 501 | 1001 | 102 | 302 | 402 | 502 | 1002 | 120 | 121 | 630;
  /** user id of the sender */
  sender_id: string;
  /** "0", a group id or a user id */
  receiver_id: string;
  /** text or path, or `{name, path, size}`; in 120 `{seq, mess, mentions}` and in 121 `{seq}` of the message that was changed or taken back; in 630 `{call_id, video, result, seconds, joined, missed}` */
  mess: Json;
  /** `lobby`, `group:ID`, or `user:ID` of the other one */
  conversation: string;
  /** the message's number in its conversation, from 1, without gaps */
  seq: number;
  /** the numbering `seq` belongs to, when it comes live */
  epoch?: string;
  /** number of the message in the same conversation that this one answers */
  reply_to?: number;
  /** user ids of those it calls upon; "0": everybody */
  mentions?: string[];
  /** when its text was changed last, seconds since 1970 */
  edited?: number;
  /** true: it was taken back, and `mess` is "" */
  recalled?: boolean;
}

/** The sender of a message, once it is durable. */
export interface MessageStored extends EventBase {
  type: 110;
  /** as in the message itself */
  conversation: string;
  /** its number there */
  seq: number;
  /** the numbering that `seq` belongs to; another one voids older numbers */
  epoch: string;
}

/** The one a request failed for, or all who are concerned. */
export interface Notice extends EventBase {
  type: 204 | 206 | 207 | 208 | 209 | 211 | 212 | 900 | 901 | 902 | 904;
  /** of the message that met nobody */
  sender_id?: string;
  /** of the message that met nobody */
  receiver_id?: string;
  /** text for people; in 211 the avatar's path */
  mess?: string;
  /** for programs; see the table of refusals */
  code?: string;
  /** seconds after which it may be tried again, where that is known */
  retry_after?: number;
  /** in 209: why, if the administrator said so */
  reason?: string;
}

/** Everybody, while few enough are online. */
export interface UserOnline extends EventBase {
  type: 200;
  /** who came */
  user: Person;
}

/** Everybody, while few enough are online. */
export interface UserQuit extends EventBase {
  type: 201;
  /** who went */
  user: Person;
}

/** Everybody, at most once a second, while many are online. */
export interface PresenceDigest extends EventBase {
  type: 214;
  /** users online */
  online_total: number;
}

/** The one who asked. */
export interface UserListAnswer extends EventBase {
  type: 202;
  /** users online */
  users: ListedUser[];
  /** how many there are */
  total: number;
  /** where the next page begins; absent after the last */
  next_offset?: number;
}

/** The one who asked. */
export interface UserInfo extends EventBase {
  type: 203;
  /** the user; null when there is none */
  user: ListedUser | null;
}

/** The one who asked. */
export interface PeopleFound extends EventBase {
  type: 219;
  /** by `ids`: in the order asked, unknown ones left out; by `prefix`: in the order of names */
  users: ListedUser[];
}

/** The one who logged in. */
export interface LoggedIn extends EventBase {
  type: 205;
  /** who that is */
  user: Account;
  /** the session: a secret to log in again by; absent when a cookie holds it */
  session_id?: string;
}

/** The one who changed it. */
export interface PasswordChanged extends EventBase {
  type: 216;
  /** how many other sessions ended by it */
  mess: number;
}

/** The one who asked. */
export interface SessionListAnswer extends EventBase {
  type: 217;
  /** the user's live sessions, the oldest first */
  mess: SessionInfo[];
}

/** The one who asked. */
export interface SessionEnded extends EventBase {
  type: 218;
  /** the session's id */
  mess: string;
}

/** The one who asked; legacy clients in place of 200 and 201. */
export interface OnlineCount extends EventBase {
  type: 213;
  /** users online */
  mess: number;
}

/** The one who uploaded. */
export interface FileUploaded extends EventBase {
  type: 903;
  /** the file */
  mess: UploadedFile;
}

/** Founder and members; also the group's first message. */
export interface GroupCreated extends EventBase {
  type: 1100;
  /** user id of the founder */
  sender_id: string;
  /** the group's id */
  receiver_id: string;
  /** the group */
  mess: Group;
  /** user ids of its first members, the founder included */
  members: string[];
  /** `group:ID` */
  conversation: string;
  /** its number in the conversation */
  seq: number;
  /** the numbering `seq` belongs to, when it comes live */
  epoch?: string;
}

/** The one who asked. */
export interface GroupListAnswer extends EventBase {
  type: 1101;
  /** the one who asked */
  sender_id: string;
  /** as in the request */
  receiver_id: string;
  /** groups by id */
  mess: Record<string, Group>;
}

/** The one who asked. */
export interface GroupMembersAnswer extends EventBase {
  type: 1102;
  /** the one who asked */
  sender_id: string;
  /** as in the request */
  receiver_id: string;
  /** group and members */
  mess: GroupRoster;
}

/** The one who asked. */
export interface GroupInfoAnswer extends EventBase {
  type: 1103;
  /** the one who asked */
  sender_id: string;
  /** as in the request */
  receiver_id: string;
  /** the group; null when there is none */
  mess: Group | null;
}

/** The one who did it. */
export interface GroupDone extends EventBase {
  type: 1104 | 1105 | 1106 | 1109 | 1110;
  /** the one who asked */
  sender_id: string;
  /** as in the request */
  receiver_id: string;
  /** text for people */
  mess: string;
}

/** Those invited. */
export interface GroupInvited extends EventBase {
  type: 1107;
  /** who invites */
  sender_id: string;
  /** who is invited */
  receiver_id: string;
  /** the group; answer by 1104 with yourself as member */
  mess: Group;
}

/** Members, and those who are members no longer. */
export interface GroupChanged extends EventBase {
  type: 1108;
  /** who did it */
  sender_id: string;
  /** the group's id */
  receiver_id: string;
  /** what happened to whom */
  mess: GroupChange;
  /** `group:ID` */
  conversation: string;
  /** its number in the conversation; 0 when the group is dissolved */
  seq: number;
  /** the numbering `seq` belongs to, when it comes live */
  epoch?: string;
}

/** The others of a call, or those it was opened to. */
export interface Relay extends EventBase {
  type: 600 | 601 | 602 | 604 | 605;
  /** user id of the sender */
  sender_id: string;
  /** as in the request */
  receiver_id: string;
  /** as in the request; 600 with `room_id` added */
  mess: Json;
}

/** The sender of 600 to 602. */
export interface RtcOffline extends EventBase {
  type: 603;
  /** the one who asked */
  sender_id: string;
  /** as in the request */
  receiver_id: string;
  /** user ids that could not be reached */
  mess: string[];
}

/** The one who asked. */
export interface CallState extends EventBase {
  type: 611;
  /** the call as it stands */
  mess: CallSnapshot;
}

/** Every connection of the one who is called. */
export interface CallRing extends EventBase {
  type: 612;
  /** the call */
  mess: CallRinging;
}

/** Every connection of everybody inside, of those for whom it rings, and of that member. */
export interface CallMemberChanged extends EventBase {
  type: 615;
  /** what changed */
  mess: MemberChange;
}

/** The connection by which the receiver is in the call. */
export interface CallSignal extends EventBase {
  type: 616;
  /** user id of the sender */
  sender_id: string;
  /** the signal */
  mess: Signal;
}

/** As 615. */
export interface CallEnded extends EventBase {
  type: 618;
  /** what ended, and why */
  mess: CallEnd;
}

/** The one who asked. */
export interface CallListAnswer extends EventBase {
  type: 620;
  /** what there is */
  mess: CallOverview;
}

/** Everybody inside. */
export interface CallFull extends EventBase {
  type: 623;
  /** who did not get in */
  mess: RoomFull;
}

/** The one who asked. */
export interface IceServerList extends EventBase {
  type: 624;
  /** the servers */
  mess: IceConfiguration;
}

/** Every connection of that user. */
export interface DoNotDisturbChanged extends EventBase {
  type: 625;
  /** from now on */
  mess: Quiet;
}

/** Members of the group. */
export interface CallRunning extends EventBase {
  type: 626;
  /** the call */
  mess: CallBanner;
}

/** The one who asked. */
export interface HistoryAnswer extends EventBase {
  type: 800 | 801;
  /** the one who asked */
  sender_id: string;
  /** as in the request */
  receiver_id: string;
  /** messages, oldest first, without `trace_id`; a group's also of type 1100 and 1108 */
  mess: HistoryEntry[];
  /** which conversation this is */
  conversation: string;
  /** the numbering of its messages; another one voids older numbers */
  epoch: string;
  /** number of the oldest message that can still be had; 0: none */
  first_seq: number;
  /** number of the newest message; 0: none */
  last_seq: number;
  /** whether nothing lies beyond this page in the direction asked for */
  complete: boolean;
}

/** The one who resumes. */
export interface ResumePage extends EventBase {
  type: 811;
  /** which conversation this is */
  conversation: string;
  /** `continued`: what follows the place; `new`: it was not named; `too_far`: more was missed than is sent; `trimmed`: what follows the place is gone; `renumbered`: the place's epoch is over; `not_a_member` */
  state: string;
  /** the numbering of its messages */
  epoch: string;
  /** number of the oldest message that can still be had; 0: none */
  first_seq: number;
  /** number of the newest message; 0: none */
  last_seq: number;
  /** whether this is the conversation's last page: the client holds all up to `last_seq` then */
  complete: boolean;
  /** messages, oldest first */
  mess: HistoryEntry[];
}

/** The one who resumes: from here on all comes live. */
export interface ResumeDone extends EventBase {
  type: 810;
  /** what was told */
  mess: Resumed;
}

/** Every connection of the one whose mark it is. */
export interface MarkChanged extends EventBase {
  type: 820;
  /** all that is noted of the conversation now */
  mess: Mark;
}

/** The one who asked. */
export interface MarkList extends EventBase {
  type: 821;
  /** all marks, in no order */
  mess: Mark[];
}

export type ServerMessage =
  | Welcome
  | Chat
  | MessageStored
  | Notice
  | UserOnline
  | UserQuit
  | PresenceDigest
  | UserListAnswer
  | UserInfo
  | PeopleFound
  | LoggedIn
  | PasswordChanged
  | SessionListAnswer
  | SessionEnded
  | OnlineCount
  | FileUploaded
  | GroupCreated
  | GroupListAnswer
  | GroupMembersAnswer
  | GroupInfoAnswer
  | GroupDone
  | GroupInvited
  | GroupChanged
  | Relay
  | RtcOffline
  | CallState
  | CallRing
  | CallMemberChanged
  | CallSignal
  | CallEnded
  | CallListAnswer
  | CallFull
  | IceServerList
  | DoNotDisturbChanged
  | CallRunning
  | HistoryAnswer
  | ResumePage
  | ResumeDone
  | MarkChanged
  | MarkList;
