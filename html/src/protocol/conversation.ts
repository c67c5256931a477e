// The names of conversations, and what a message needs to go to one.

export type ConversationKind = 'lobby' | 'group' | 'user';

export const LOBBY = 'lobby';
export const groupKey = (id: string): string => `group:${id}`;
export const userKey = (id: string): string => `user:${id}`;

/** The id of the group or user; "0" for the lobby, as `receiver_id` wants it. */
export function peerOf(key: string): string {
  const colon = key.indexOf(':');
  return colon < 0 ? '0' : key.slice(colon + 1);
}

/** Null for what is no conversation's name. */
export function kindOf(key: string): ConversationKind | null {
  if (key === LOBBY) return 'lobby';
  if (/^group:.+/.test(key)) return 'group';
  if (/^user:.+/.test(key)) return 'user';
  return null;
}

/** The type to send to this conversation for the public type: 100 or 103. */
export const sendType = (key: string, publicType: number): number =>
  publicType + (kindOf(key) === 'user' ? 3 : 0);
