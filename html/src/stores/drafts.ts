// What was begun to be written, for each conversation; it outlives a reload.
import { defineStore } from 'pinia';
import { shallowReactive } from 'vue';

import { once } from './later';
import { useLink } from './link';
import type { ConversationKey } from './model';

export interface Draft {
  text: string;
  /** Number of the message it answers; 0: none. */
  replyTo: number;
}

const NONE: Draft = { text: '', replyTo: 0 };

export const useDrafts = defineStore('drafts', () => {
  const link = useLink();
  const { storage } = link.options;
  const drafts = shallowReactive(new Map<ConversationKey, Draft>());
  const keep = once(300, () => storage.setItem(placeOf(link.userId), JSON.stringify([...drafts])));

  link.events.on('begin', ({ account }) => {
    drafts.clear();
    try {
      const kept = JSON.parse(storage.getItem(placeOf(account.user_id)) ?? '[]') as [string, Draft][];
      for (const [key, draft] of kept) drafts.set(key, draft);
    } catch {
      storage.removeItem(placeOf(account.user_id));
    }
  });
  link.events.on('end', () => drafts.clear());
  link.events.on('gone', (key) => clear(key));

  const get = (key: ConversationKey): Draft => drafts.get(key) ?? NONE;

  function set(key: ConversationKey, draft: Draft): void {
    // Of a view that outlives its user.
    if (link.userId === '') return;
    if (draft.text === '' && draft.replyTo === 0) drafts.delete(key);
    else drafts.set(key, { ...draft });
    keep.soon();
  }

  const clear = (key: ConversationKey): void => set(key, NONE);

  return { get, set, clear };
});

/** Where a user's drafts are kept. */
export const placeOf = (userId: string): string => `drafts-${userId}`;
