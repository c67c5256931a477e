// What the server's messages must hold for this client to use them.

type Check = (value: unknown) => boolean;
type Shape = Record<string, Check>;

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text: Check = (value) => typeof value === 'string';
const integer: Check = (value) => Number.isInteger(value);
const number: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const flag: Check = (value) => typeof value === 'boolean';
const optional = (check: Check): Check => (value) => value === undefined || value === null || check(value);
const listOf = (check: Check): Check => (value) => Array.isArray(value) && value.every(check);
const mapOf = (check: Check): Check => (value) => isRecord(value) && Object.values(value).every(check);
const record = (shape: Shape): Check => (value) => isRecord(value) && fits(value, shape);

function fits(value: Record<string, unknown>, shape: Shape): boolean {
  return Object.entries(shape).every(([field, check]) => check(value[field]));
}

const place: Shape = { conversation: text, seq: integer };
const account = record({ user_id: text, username: text, is_super_admin: flag });
const person = record({ user_id: text, username: text });
const listed = record({ user_id: text, username: text, avatar: text, is_online: flag });
const group = record({ name: text, admin_id: text, create_time: number });
const change = record({ action: text, members: listOf(text) });
const mark = record({ conversation: text, read_seq: integer, epoch: text, pinned: flag, muted: flag });
const chat: Shape = { ...place, sender_id: text, receiver_id: text, timestamp: number };
/** An entry of any type in a page: those this client does not know keep their number. */
const entries = listOf(record({ type: integer, seq: integer }));
const session = record({ id: text, agent: text, address: text, created: number, used: number, current: flag });

const mediaFlags = record({ muted: optional(flag), camera: optional(flag), screen: optional(flag), recording: optional(flag) });
const callMember = record({
  user_id: text, state: text, stay: integer, device: text, legacy: flag, offers_to: listOf(text), media: mediaFlags,
});
const counts = optional(listOf(record({ user_id: text, n: integer })));
const call = record({
  call_id: text, rev: integer, kind: text, between: listOf(text), group_id: optional(text), code: optional(text), video: flag,
  owner_id: text, starter_id: text, started: number, answered: optional(number), size: integer, members: listOf(callMember),
});
const callRecord = record({
  call_id: text, video: flag, result: text, seconds: number, joined: listOf(text), missed: listOf(text),
});

const SHAPES: Record<number, Shape> = {
  1: {
    server: text, max_message_size: integer, max_upload_size: integer, ping_seconds: integer, reconnect_ms: integer,
    resume_conversations: integer,
  },
  110: { ...place, epoch: text },
  120: chat,
  121: chat,
  200: { user: person },
  201: { user: person },
  202: { users: listOf(listed), total: optional(integer), next_offset: optional(integer) },
  203: { user: optional(listed) },
  205: { user: account },
  213: { mess: integer },
  214: { online_total: integer },
  217: { mess: listOf(session) },
  219: { users: listOf(listed) },
  611: { mess: record({ call, taken: counts }) },
  612: { mess: record({ call, caller_id: text, until: number }) },
  615: {
    mess: record({ call_id: text, rev: integer, member: callMember, by: text, owner_id: text, answered: optional(number), received: counts }),
  },
  616: { sender_id: text, mess: record({ call_id: text, from_stay: integer, to_stay: integer, n: integer }) },
  618: { mess: record({ call_id: text, rev: integer, reason: text, by: text }) },
  620: { mess: record({ calls: listOf(call), do_not_disturb: flag }) },
  623: { mess: record({ call_id: text, user_id: text }) },
  624: {
    mess: record({
      servers: listOf(record({ urls: listOf(text), username: optional(text), credential: optional(text) })), expires: optional(number),
    }),
  },
  625: { mess: record({ on: flag }) },
  626: { mess: record({ group_id: text, call_id: text, running: flag, video: flag, starter_id: text }) },
  630: { ...chat, mess: callRecord },
  800: { mess: entries, conversation: text, epoch: text, first_seq: integer, last_seq: integer, complete: flag },
  810: { mess: record({ conversations: integer, messages: integer }) },
  811: { conversation: text, state: text, epoch: text, first_seq: integer, last_seq: integer, complete: flag, mess: entries },
  820: { mess: mark },
  821: { mess: listOf(mark) },
  1100: { ...place, mess: group, members: listOf(text), sender_id: text, receiver_id: text },
  1101: { mess: mapOf(group) },
  1102: { mess: record({ members: listOf(record({ user_id: text, username: text, role_id: integer, avatar: text, join_timestamp: number })) }) },
  1103: { mess: optional(group) },
  1107: { sender_id: text, mess: group },
  1108: { ...place, mess: change, sender_id: text, receiver_id: text },
};
SHAPES[801] = SHAPES[800] as Shape;

/** 100, 300, … 1000 and their private types end in 0, 1 or 2. */
const isChat = (type: number) => [100, 300, 400, 500, 1000].includes(type - (type % 10)) && type % 10 <= 3;

export function hasShape(type: number, message: Record<string, unknown>): boolean {
  if (!number(message.timestamp) || !text(message.trace_id) || !optional(text)(message.id)) return false;
  const shape = SHAPES[type] ?? (isChat(type) ? chat : undefined);
  return shape === undefined || fits(message, shape);
}

export { isChat };
