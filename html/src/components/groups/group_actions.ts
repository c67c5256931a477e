import { useI18n } from 'vue-i18n';

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
  const nameOf = (id: string) => groups.byId(id)?.name ?? '';

  async function leave(id: string): Promise<void> {
    const name = nameOf(id);
    if (!await ask({ title: t('group.leaveTitle', { name }), text: t('group.leaveText'), action: t('group.leave'), danger: true })) return;
    await tell(groups.leave(id));
  }

  async function dissolve(id: string): Promise<void> {
    const name = nameOf(id);
    if (!await ask({ title: t('group.dissolveTitle', { name }), text: t('group.dissolveText'), action: t('group.dissolve'), danger: true })) return;
    await tell(groups.dissolve(id));
  }

  async function removeMember(id: string, member: string): Promise<void> {
    const who = people.get(member).name;
    if (!await ask({ title: t('group.removeTitle', { who }), text: t('group.removeText', { name: nameOf(id) }), action: t('group.removeMember'), danger: true })) return;
    await tell(groups.removeMember(id, member));
  }

  return { leave, dissolve, removeMember };
}
