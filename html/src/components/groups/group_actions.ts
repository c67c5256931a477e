import { useI18n } from 'vue-i18n';
import { useRouter } from 'vue-router';

import { useGroups } from '../../stores/groups';
import { usePeople } from '../../stores/people';
import { ask } from '../shared/dialogs';
import { useRefusals } from '../shared/refusals';

/** What ends something in a group, each asked for first. */
export function useGroupActions() {
  const { t } = useI18n();
  const groups = useGroups();
  const people = usePeople();
  const { tell } = useRefusals();
  const router = useRouter();
  const nameOf = (id: string) => groups.byId(id)?.name ?? '';

  /** Who ended it by themselves has nothing more to do there. */
  function goAway(id: string): void {
    if (router.currentRoute.value.params.conversation === `group:${id}`) void router.replace('/');
  }

  async function leave(id: string): Promise<void> {
    const name = nameOf(id);
    if (!await ask({ title: t('group.leaveTitle', { name }), text: t('group.leaveText'), action: t('group.leave'), danger: true })) return;
    if (await tell(groups.leave(id))) goAway(id);
  }

  async function dissolve(id: string): Promise<void> {
    const name = nameOf(id);
    if (!await ask({ title: t('group.dissolveTitle', { name }), text: t('group.dissolveText'), action: t('group.dissolve'), danger: true })) return;
    if (await tell(groups.dissolve(id))) goAway(id);
  }

  async function removeMember(id: string, member: string): Promise<void> {
    const who = people.get(member).name;
    if (!await ask({ title: t('group.removeTitle', { who }), text: t('group.removeText', { name: nameOf(id) }), action: t('group.removeMember'), danger: true })) return;
    await tell(groups.removeMember(id, member));
  }

  return { leave, dissolve, removeMember };
}
