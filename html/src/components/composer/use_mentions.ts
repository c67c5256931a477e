import { useDebounceFn } from '@vueuse/core';
import { computed, ref, type Ref } from 'vue';
import { useI18n } from 'vue-i18n';

import { useGroups } from '../../stores/groups';
import { usePeople } from '../../stores/people';
import { useSession } from '../../stores/session';
import { EVERYBODY, matching, mentionBefore, mentionsIn, type Candidate } from './mentions';

/** Completes names after an `@`, and knows afterwards whom a text mentions. */
export function useMentions(conversationKey: string, textarea: Ref<HTMLTextAreaElement | null | undefined>, text: Ref<string>) {
  const people = usePeople();
  const groups = useGroups();
  const session = useSession();
  const { locale } = useI18n();

  const begun = ref<{ at: number; prefix: string } | null>(null);
  const searched = ref<Candidate[]>([]);
  const at = ref(0);
  let chosen: Candidate[] = [];
  const groupId = conversationKey.startsWith('group:') ? conversationKey.slice(6) : '';

  const named = (id: string): Candidate => ({ id, name: people.get(id).name });
  const everybody = computed<Candidate[]>(() => {
    const may = groupId ? groups.byId(groupId)?.ownerId === session.me?.id : session.me?.isAdmin;
    return may && !conversationKey.startsWith('user:') ? [{ id: '0', name: EVERYBODY[locale.value === 'zh-CN' ? 1 : 0] }] : [];
  });
  const known = computed<Candidate[]>(() => {
    if (conversationKey.startsWith('user:')) return [named(conversationKey.slice(5))];
    const here = groupId ? (groups.byId(groupId)?.members ?? []).map(({ id, name }) => ({ id, name })) : people.online.map(named);
    return [...everybody.value, ...here, ...searched.value.filter(({ id }) => !here.some((one) => one.id === id))];
  });
  const shown = computed(() => (begun.value ? matching(known.value.filter(({ id }) => id !== session.me?.id), begun.value.prefix) : []));

  const search = useDebounceFn(async () => {
    const prefix = begun.value?.prefix ?? '';
    if (prefix !== '' && conversationKey === 'lobby') searched.value = (await people.search(prefix)).map(({ id, name }) => ({ id, name }));
  }, 150);

  function look(event?: Event): void {
    if (event instanceof KeyboardEvent && !event.key.startsWith('Arrow') && event.key !== 'Home' && event.key !== 'End') return;
    const area = textarea.value;
    const now = area ? mentionBefore(area.value, area.selectionStart) : null;
    if (now?.prefix !== begun.value?.prefix) at.value = 0;
    if (now && groupId && !groups.byId(groupId)?.members) void groups.loadMembers(groupId);
    begun.value = now;
    if (now) void search();
  }

  function take(candidate: Candidate | undefined): void {
    const area = textarea.value;
    if (!candidate || !area || !begun.value) return;
    area.setRangeText(`@${candidate.name} `, begun.value.at, area.selectionStart, 'end');
    text.value = area.value;
    chosen.push(candidate);
    begun.value = null;
    area.focus();
  }

  /** Takes the keys of an open list; whether it did. */
  function pressed(event: KeyboardEvent): boolean {
    const count = shown.value.length;
    if (count === 0) return false;
    if (event.key === 'ArrowDown') at.value = (at.value + 1) % count;
    else if (event.key === 'ArrowUp') at.value = (at.value + count - 1) % count;
    else if (event.key === 'Enter' || event.key === 'Tab') take(shown.value[at.value]);
    else if (event.key === 'Escape') begun.value = null;
    else return false;
    return true;
  }

  return {
    shown, at, look, take, pressed,
    of: (plain: string) => mentionsIn(plain, [...chosen, ...known.value.filter(({ id, name }) => id !== '0' && name.length > 1)]),
    choose: (ids: readonly string[]) => (chosen = ids.flatMap((id) => (id === '0' ? EVERYBODY.map((name) => ({ id, name })) : [named(id)]))),
    reset: () => (chosen = []),
  };
}
