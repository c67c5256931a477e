// Who is who: names, pictures and presence of users, fetched in batches when they are first asked for.
import { defineStore } from 'pinia';
import { computed, ref, shallowReactive } from 'vue';

import { is } from '../protocol/codec';
import { MessageType, type ListedUser, type PeopleFound } from '../protocol/messages.gen';
import { isChat } from '../protocol/shapes';
import { Refused, TRY_AGAIN } from '../protocol/refusals';
import { once } from './later';
import { outcomeOf, useLink } from './link';
import type { Outcome, Person } from './model';

/** What a user is told as; presence is known apart from it. */
interface Profile {
  name: string;
  avatar: string;
}

const BATCH = 100;
/** At a time, from a server that tells one user at a time. */
const SINGLE = 8;
const KEPT = 2_000;
const RECENT = 30;
const FOUND = 20;

export const usePeople = defineStore('people', () => {
  const link = useLink();
  const profiles = shallowReactive(new Map<string, Profile>());
  const present = shallowReactive(new Set<string>());
  const onlineTotal = ref(0);
  const nextOffset = ref<number | null>(null);
  const recent = ref<string[]>([]);
  /** Whether the server tells many users at once; null until it was asked. */
  let batches: boolean | null = null;
  const wanted = new Set<string>();
  const asked = new Set<string>();

  const online = computed(() => [...present].sort((a, b) => nameOf(a).localeCompare(nameOf(b))));
  const moreOnline = computed(() => nextOffset.value !== null);
  const keep = once(2_000, () => {
    const newest = [...profiles].slice(-KEPT);
    void link.cache?.put('people', { profiles: newest, recent: recent.value });
  });

  const nameOf = (id: string): string => profiles.get(id)?.name ?? id;

  function learn({ user_id, username, avatar }: { user_id: string; username: string; avatar?: string }): void {
    const before = profiles.get(user_id);
    const picture = avatar === undefined ? before?.avatar ?? '' : link.options.addresses.upload(avatar);
    if (before?.name === username && before.avatar === picture) return;
    profiles.set(user_id, { name: username, avatar: picture });
    keep.soon();
  }

  function learnListed(user: ListedUser): void {
    learn(user);
    if (user.is_online) present.add(user.user_id);
    else present.delete(user.user_id);
  }

  const lookUp = once(20, () => {
    const ids = [...wanted].slice(0, BATCH);
    for (const id of ids) wanted.delete(id), asked.add(id);
    if (wanted.size > 0) lookUp.soon();
    void ask(ids).catch((error: unknown) => {
      if (!(error instanceof Refused)) throw error;
      // They are wanted still, when there is a connection, or the server has time for it.
      for (const id of ids) asked.delete(id), wanted.add(id);
      if (TRY_AGAIN.has(error.code)) lookUpLater.soon();
    });
  });

  const lookUpLater = once(3_000, () => lookUp.soon());

  async function ask(ids: string[]): Promise<void> {
    if (batches !== false) {
      try {
        const answer = await link.ask(MessageType.people, { mess: { ids } }, [MessageType.people]);
        batches = true;
        for (const user of (answer as unknown as PeopleFound).users) learnListed(user);
        return;
      } catch (error) {
        if (!(error instanceof Refused) || error.code !== 'unknown_type') throw error;
        batches = false;
      }
    }
    for (let index = 0; index < ids.length; index += SINGLE) {
      await Promise.all(ids.slice(index, index + SINGLE).map(askOne));
    }
  }

  async function askOne(id: string): Promise<void> {
    const answer = await link.ask(MessageType.user_query, { receiver_id: id }, [MessageType.user_query]);
    if (is(answer, MessageType.user_query) && answer.user) learnListed(answer.user);
  }

  async function listOnline(offset: number): Promise<void> {
    const answer = await link.ask(MessageType.user_list, { mess: { offset } }, [MessageType.user_list]);
    if (!is(answer, MessageType.user_list)) return;
    if (offset === 0) present.clear();
    for (const user of answer.users) learnListed(user);
    onlineTotal.value = answer.total ?? present.size;
    nextOffset.value = answer.next_offset ?? null;
  }

  function meet(id: string): void {
    if (id === '' || id === link.userId || recent.value[0] === id) return;
    recent.value = [id, ...recent.value.filter((other) => other !== id)].slice(0, RECENT);
    keep.soon();
  }

  link.events.on('begin', ({ account, things }) => {
    const kept = things.people as { profiles: [string, Profile][]; recent: string[] } | undefined;
    for (const [id, profile] of kept?.profiles ?? []) profiles.set(id, profile);
    recent.value = kept?.recent ?? [];
    learn(account);
  });
  link.events.on('account', learn);
  link.events.on('end', () => {
    for (const held of [profiles, present, wanted, asked]) held.clear();
    recent.value = [];
    onlineTotal.value = 0;
    batches = null;
  });
  link.events.on('phase', (phase) => {
    if (phase !== 'online') return present.clear();
    asked.clear();
    if (wanted.size > 0) lookUp.soon();
    void listOnline(0).catch(() => {});
  });
  link.events.on('batch', ({ conversation, entries, state }) => {
    if (!conversation.startsWith('user:') || !entries.some(({ type }) => isChat(type))) return;
    if (state === 'live' || state === 'continued') meet(conversation.slice('user:'.length));
  });
  link.events.on('frame', (frame) => {
    if (is(frame, MessageType.user_online)) {
      learn(frame.user);
      if (!present.has(frame.user.user_id)) onlineTotal.value += 1;
      present.add(frame.user.user_id);
    } else if (is(frame, MessageType.user_quit)) {
      if (present.delete(frame.user.user_id)) onlineTotal.value -= 1;
    } else if (is(frame, MessageType.presence_digest)) {
      onlineTotal.value = frame.online_total;
    }
  });

  /** The person, at once: reactive, with the id for a name until the server told. Safe to call while rendering. */
  function get(id: string): Person {
    const profile = profiles.get(id);
    if (!profile && id !== '' && id !== '0' && !asked.has(id) && !wanted.has(id)) {
      wanted.add(id);
      if (link.connection?.phase === 'online') lookUp.soon();
    }
    return { id, name: profile?.name ?? id, avatar: profile?.avatar ?? '', online: present.has(id), known: profile !== undefined };
  }

  async function loadMoreOnline(): Promise<void> {
    const offset = nextOffset.value;
    if (offset !== null) await listOnline(offset).catch(() => {});
  }

  /** People whose name begins with `prefix`, or an exact id; those talked to lately first. */
  async function search(prefix: string): Promise<Person[]> {
    const begin = prefix.trim().toLowerCase();
    if (begin === '') return [];
    if (batches !== false && link.connection?.phase === 'online') {
      const answer = await link.ask(MessageType.people, { mess: { prefix: prefix.trim(), count: FOUND } }, [MessageType.people])
        .catch((error: unknown) => {
          if (!(error instanceof Refused)) throw error;
          if (error.code === 'unknown_type') batches = false;
          return null;
        });
      for (const user of (answer as unknown as PeopleFound | null)?.users ?? []) learnListed(user);
    }
    if (/^\w{8,}$/.test(begin)) await askOne(prefix.trim()).catch(() => {});
    const rank = (id: string): number => (recent.value.includes(id) ? 0 : present.has(id) ? 1 : 2);
    return [...profiles]
      .filter(([id, { name }]) => name.toLowerCase().startsWith(begin) || id === prefix.trim())
      .map(([id]) => id)
      .sort((a, b) => rank(a) - rank(b) || nameOf(a).localeCompare(nameOf(b)))
      .slice(0, FOUND)
      .map(get);
  }

  /** Takes somebody off the server, for its administrators. */
  async function remove(id: string, reason: string): Promise<Outcome> {
    const { user_remove, system } = MessageType;
    return await outcomeOf(link.ask(user_remove, { receiver_id: id, ...(reason && { mess: reason }) }, [system]));
  }

  return { online, onlineTotal, moreOnline, recent, get, learn, loadMoreOnline, search, remove };
});
