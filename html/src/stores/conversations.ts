// The places list: lobby, groups and private chats, with what is unread in each.
import { defineStore } from 'pinia';
import { computed, ref, shallowReactive, shallowRef } from 'vue';

import type { Batch } from '../connection/entry';
import { groupKey, kindOf, LOBBY, peerOf, type ConversationKind } from '../protocol/conversation';
import { useDrafts } from './drafts';
import { useGroups } from './groups';
import { useLink } from './link';
import { useMarks } from './marks';
import { useMessages } from './messages';
import type { Conversation, ConversationKey, Message, Outcome } from './model';
import { usePeople } from './people';

/** What only messages and marks change; the rest of a Conversation is looked up when it is shown. */
interface Facts {
  kind: ConversationKind;
  lastSeq: number;
  last: Message | null;
  time: number;
  unread: number;
  mentions: number;
}

const NOTHING: Omit<Facts, 'kind'> = { lastSeq: 0, last: null, time: 0, unread: 0, mentions: 0 };

export const useConversations = defineStore('conversations', () => {
  const link = useLink();
  const messages = useMessages();
  const people = usePeople();
  const groups = useGroups();
  const drafts = useDrafts();
  const marks = useMarks();
  const facts = shallowReactive(new Map<ConversationKey, Facts>());
  /** The conversation in view, or null. */
  const current = ref<ConversationKey | null>(null);
  const dividers = shallowReactive(new Map<ConversationKey, number>());
  /** A private chat that was opened and has no message yet. */
  const begun = shallowRef<ConversationKey | null>(null);

  /** Counts anew what is unread, after messages or marks changed. */
  function refresh(key: ConversationKey, lastSeq = 0): void {
    const kind = kindOf(key);
    if (!kind) return;
    const before = facts.get(key) ?? { ...NOTHING, kind };
    const last = messages.lastOf(key);
    const { unread, mentions } = messages.unreadSince(key, marks.readSeq(key));
    facts.set(key, {
      kind, last, unread, mentions,
      lastSeq: Math.max(before.lastSeq, lastSeq),
      time: Math.max(last?.time ?? 0, before.time),
    });
  }

  function takeBatch({ conversation, epoch, state, lastSeq, entries }: Batch): void {
    if (state === 'renumbered') facts.delete(conversation);
    marks.meet(conversation, epoch, state === 'live' ? lastSeq - entries.length : lastSeq);
    refresh(conversation, lastSeq);
    if (state === 'forgotten' && current.value === conversation) void messages.loadOlder(conversation);
  }

  link.events.on('begin', ({ snapshots }) => {
    facts.set(LOBBY, { ...NOTHING, kind: 'lobby' });
    for (const { conversation, seq, epoch } of snapshots) {
      marks.meet(conversation, epoch, seq);
      refresh(conversation, seq);
    }
  });
  link.events.on('end', () => {
    facts.clear();
    dividers.clear();
    current.value = begun.value = null;
  });
  link.events.on('batch', takeBatch);
  link.events.on('changed', ({ conversation }) => refresh(conversation));
  link.events.on('discarded', ({ conversation }) => refresh(conversation));
  link.events.on('stored', ({ outgoing, seq }) => {
    // Whoever answers has read what was there.
    markRead(outgoing.conversation, seq);
    refresh(outgoing.conversation, seq);
  });
  link.events.on('gone', (key) => {
    facts.delete(key);
    dividers.delete(key);
    if (current.value === key) current.value = null;
  });
  marks.onChange((key) => refresh(key));

  const existing = computed(() => {
    const keys = new Set(facts.keys());
    for (const id of groups.groups.keys()) keys.add(groupKey(id));
    if (begun.value) keys.add(begun.value);
    return [...keys].filter((key) => kindOf(key) !== 'group' || groups.groups.has(peerOf(key)));
  });

  function describe(key: ConversationKey): Conversation | null {
    const kind = kindOf(key);
    if (!kind) return null;
    const { last, time, unread, mentions, lastSeq } = facts.get(key) ?? NOTHING;
    const peerId = peerOf(key);
    const group = kind === 'group' ? groups.groups.get(peerId) : undefined;
    const person = kind === 'user' ? people.get(peerId) : undefined;
    const mark = marks.of(key);
    return {
      key, kind, peerId, last, unread, mentions, lastSeq,
      title: group?.name ?? person?.name ?? '',
      avatar: group?.avatar ?? person?.avatar ?? '',
      online: person?.online ?? false,
      time: Math.max(time, group?.created ?? 0),
      readSeq: mark.readSeq ?? 0,
      pinned: mark.pinned,
      muted: mark.muted,
      draft: drafts.get(key).text,
    };
  }

  const list = computed(() =>
    existing.value
      .flatMap((key) => describe(key) ?? [])
      .sort((a, b) => Number(b.pinned) - Number(a.pinned) || b.time - a.time || Number(b.kind === 'lobby') - Number(a.kind === 'lobby')));

  const unreadTotal = computed(() => list.value.reduce((sum, { muted, unread, mentions }) => sum + (muted ? mentions : unread), 0));

  const byKey = (key: ConversationKey): Conversation | null => (existing.value.includes(key) ? describe(key) : null);

  /** Makes it the one in view; a private one begins to exist by that. Null: none is in view. */
  function open(key: ConversationKey | null): void {
    const before = current.value;
    if (before !== null && before !== key) messages.release(before);
    current.value = key;
    if (key === null || before === key) return;
    if (kindOf(key) === 'user' && !facts.has(key)) begun.value = key;
    divide(key);
    if (!messages.of(key).atStart && messages.of(key).messages.length === 0) void messages.loadOlder(key);
  }

  /** Puts the divider before what is unread now. */
  function divide(key: ConversationKey): void {
    dividers.set(key, messages.unreadSince(key, marks.readSeq(key)).first);
  }

  /** The number at which `open` or `divide` found the conversation unread: where the divider stands; 0: none. */
  const dividerSeq = (key: ConversationKey): number => dividers.get(key) ?? 0;

  /** Everything up to `seq` (absent: all) was read. Called by the view for what is visible, at the bottom or on request. */
  function markRead(key: ConversationKey, seq = facts.get(key)?.lastSeq ?? 0): void {
    marks.read(key, seq);
  }

  const setPinned = (key: ConversationKey, pinned: boolean): Promise<Outcome> => marks.set(key, { pinned });
  const setMuted = (key: ConversationKey, muted: boolean): Promise<Outcome> => marks.set(key, { muted });

  return { list, current, unreadTotal, byKey, open, divide, dividerSeq, markRead, setPinned, setMuted };
});
