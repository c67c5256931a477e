// The groups one is in, their members, and invitations into others.
import { defineStore } from 'pinia';
import { computed, ref, shallowReactive } from 'vue';

import { is, type Fields } from '../protocol/codec';
import { groupKey } from '../protocol/conversation';
import { MessageType, type Group as WireGroup, type GroupMember as WireMember } from '../protocol/messages.gen';
import { isRecord } from '../protocol/shapes';
import { once } from './later';
import { outcomeOf, refusalFrom, useLink } from './link';
import { useMessages } from './messages';
import type { ConversationKey, Group, GroupMember, Invitation, Outcome, Refusal } from './model';
import { usePeople } from './people';

const { group_create, group_list, group_members, group_info, group_join, group_exit, group_dissolve, group_invite,
  group_changed, group_update, group_remove, system } = MessageType;

export const useGroups = defineStore('groups', () => {
  const link = useLink();
  const people = usePeople();
  const messages = useMessages();
  const groups = shallowReactive(new Map<string, Group>());
  /** Those that one is in no longer, as they were, since the page was opened. */
  const lost = shallowReactive(new Map<string, Group>());
  const invitations = ref<Invitation[]>([]);
  const keep = once(1_000, () => {
    void link.cache?.put('groups', [...groups.values()].map((group) => ({ ...group, members: null })));
  });

  function learn(id: string, { name, admin_id, create_time, avatar }: WireGroup): void {
    lost.delete(id);
    groups.set(id, {
      id, name, ownerId: admin_id, created: create_time * 1000,
      avatar: avatar ? link.options.addresses.upload(avatar) : '',
      members: groups.get(id)?.members ?? null,
    });
    keep.soon();
  }

  function lose(id: string): void {
    const group = groups.get(id);
    if (group) lost.set(id, group);
    groups.delete(id);
    keep.soon();
  }

  async function refreshAll(): Promise<void> {
    // One that is founded meanwhile is in no answer.
    const before = [...groups.keys()];
    const answer = await link.ask(group_list, {}, [group_list]);
    if (!is(answer, group_list)) return;
    for (const [id, group] of Object.entries(answer.mess)) learn(id, group);
    for (const id of before) if (!(id in answer.mess)) link.forget(groupKey(id));
  }

  async function refresh(id: string): Promise<void> {
    const answer = await link.ask(group_info, { mess: id }, [group_info]);
    if (is(answer, group_info) && answer.mess) learn(id, answer.mess);
    if (groups.get(id)?.members) await readMembers(id);
  }

  const later = (work: Promise<unknown>): void => void work.catch(() => {});

  /** What happened to a group: in its conversation, or beside it when it is dissolved. */
  function follow(id: string, change: { action: string; members: string[] }): void {
    const mine = change.members.includes(link.userId);
    if (change.action === 'dissolved' || (mine && ['left', 'removed'].includes(change.action))) link.forget(groupKey(id));
    else later(refresh(id));
  }

  link.events.on('begin', ({ things }) => {
    for (const group of (things.groups as Group[] | undefined) ?? []) groups.set(group.id, group);
  });
  link.events.on('end', () => {
    groups.clear();
    lost.clear();
    invitations.value = [];
  });
  link.events.on('phase', (phase) => {
    if (phase === 'online') later(refreshAll());
  });
  link.events.on('gone', (key) => lose(key.slice('group:'.length)));
  link.events.on('batch', ({ conversation, entries, state }) => {
    if (!conversation.startsWith('group:')) return;
    const id = conversation.slice('group:'.length);
    for (const { type, mess } of entries) {
      if (type === group_create && isRecord(mess)) learn(id, mess as unknown as WireGroup);
    }
    if (state !== 'live') return;
    invitations.value = invitations.value.filter(({ group }) => group.id !== id);
    const change = entries.find(({ type }) => type === group_changed)?.mess;
    if (isRecord(change)) follow(id, change as { action: string; members: string[] } & Record<string, unknown>);
    else if (!groups.has(id)) later(refresh(id));
  });
  link.events.on('frame', (frame) => {
    if (is(frame, group_changed)) follow(frame.receiver_id, frame.mess);
    if (!is(frame, group_invite) || !frame.mess.id) return;
    const { id, name, admin_id, create_time, avatar } = frame.mess;
    const group: Group = {
      id, name, ownerId: admin_id, created: create_time * 1000,
      avatar: avatar ? link.options.addresses.upload(avatar) : '', members: null,
    };
    const others = invitations.value.filter((one) => one.group.id !== id);
    invitations.value = [...others, { group, from: frame.sender_id, time: frame.timestamp * 1000 }];
  });

  function byId(id: string): Group | null {
    const group = groups.get(id);
    if (!group) return null;
    const online = (member: GroupMember): GroupMember => ({
      ...member, isOwner: member.id === group.ownerId, online: people.get(member.id).online,
    });
    return { ...group, members: group.members?.map(online) ?? null };
  }

  async function readMembers(id: string): Promise<void> {
    const answer = await link.ask(group_members, { mess: id }, [group_members]);
    const group = groups.get(id);
    if (!is(answer, group_members) || !group) return;
    groups.set(id, { ...group, members: answer.mess.members.map(memberOf) });
  }

  function memberOf(member: WireMember): GroupMember {
    people.learn(member);
    return {
      id: member.user_id,
      name: member.username,
      avatar: link.options.addresses.upload(member.avatar),
      isOwner: false,
      isServerAdmin: member.role_id > 0,
      online: false,
      joined: member.join_timestamp * 1000,
    };
  }

  /** The members are then in `byId(id).members`, kept up to date from then on. */
  const loadMembers = (id: string): Promise<Outcome> => outcomeOf(readMembers(id));

  /** At least two members beside oneself. The group's conversation, or why not. */
  async function create(name: string, members: string[], avatar?: string):
    Promise<{ ok: true; key: ConversationKey } | { ok: false; refusal: Refusal }> {
    try {
      const mess: Fields = { name, members, ...(avatar && { avatar }) };
      const answer = await link.ask(group_create, { mess: mess as Record<string, never> }, [group_create]);
      return { ok: true, key: groupKey(String(answer.receiver_id)) };
    } catch (error) {
      return { ok: false, refusal: refusalFrom(error) };
    }
  }

  const about = (type: number, mess: Fields[string], answers: readonly number[] = [type]): Promise<Outcome> =>
    outcomeOf(link.ask(type, { mess }, answers));

  /** Brings people in, for the group's administrator. */
  const add = (id: string, members: string[]): Promise<Outcome> => about(group_join, { group_id: id, members });
  const invite = (id: string, members: string[]): Promise<Outcome> =>
    about(group_invite, { group_id: id, members }, [system]);

  async function accept(invitation: Invitation): Promise<Outcome> {
    const outcome = await add(invitation.group.id, [link.userId]);
    if (outcome.ok) decline(invitation);
    return outcome;
  }

  function decline({ group }: Invitation): void {
    invitations.value = invitations.value.filter((one) => one.group.id !== group.id);
  }

  async function leave(id: string): Promise<Outcome> {
    const outcome = await about(group_exit, id);
    if (outcome.ok && groups.has(id)) link.forget(groupKey(id));
    return outcome;
  }

  async function dissolve(id: string): Promise<Outcome> {
    const outcome = await about(group_dissolve, id);
    if (outcome.ok && groups.has(id)) link.forget(groupKey(id));
    return outcome;
  }

  const removeMember = (id: string, member: string): Promise<Outcome> =>
    about(group_remove, { group_id: id, members: [member] });
  const update = (id: string, changes: { name?: string; avatar?: string }): Promise<Outcome> =>
    about(group_update, { group_id: id, ...changes });

  /** Whether the server can rename groups and take members out. */
  const canManage = computed(() => messages.extended === true);

  return {
    groups, lost, invitations, byId, loadMembers, create, add, invite, accept, decline, leave, dissolve, removeMember, update,
    canManage,
  };
});
