// The messages that others answer: those that are held, and the rest fetched one by one.
import { defineStore } from 'pinia';
import { shallowReactive } from 'vue';

import { MessageType } from '../protocol/messages.gen';
import { isRecord } from '../protocol/shapes';
import { useLink } from './link';
import { useMessages } from './messages';
import type { ConversationKey, Message } from './model';

const placeOf = (key: ConversationKey, seq: number): string => `${key} ${seq}`;

export const useOriginals = defineStore('originals', () => {
  const link = useLink();
  const messages = useMessages();
  /** Null: it cannot be had. */
  const fetched = shallowReactive(new Map<string, Message | null>());
  const asked = new Set<string>();

  function forget(place: string): void {
    asked.delete(place);
    fetched.delete(place);
  }

  link.events.on('batch', ({ conversation, entries }) => {
    for (const { type, mess } of entries) {
      const changes = type === MessageType.message_edit || type === MessageType.message_recall;
      if (changes && isRecord(mess)) forget(placeOf(conversation, Number(mess.seq)));
    }
  });
  link.events.on('phase', (phase) => {
    if (phase !== 'online') return;
    for (const [place, message] of fetched) if (!message) forget(place);
  });
  link.events.on('end', () => {
    asked.clear();
    fetched.clear();
  });

  async function fetch(key: ConversationKey, seq: number): Promise<void> {
    const place = placeOf(key, seq);
    if (asked.has(place)) return;
    asked.add(place);
    const message = await messages.fetchOne(key, seq);
    if (asked.has(place)) fetched.set(place, message);
  }

  /** Reactive, and safe to call while rendering. Undefined while it is looked for, null when it cannot be had. */
  function get(key: ConversationKey, seq: number): Message | null | undefined {
    // What is held changes with what is in view.
    const held = messages.of(key).messages.length > 0 ? messages.bySeq(key, seq) : null;
    if (held) return held;
    const place = placeOf(key, seq);
    if (!fetched.has(place)) void fetch(key, seq);
    return fetched.get(place);
  }

  return { get };
});
