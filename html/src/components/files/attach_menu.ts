import { Camera, File, Film } from '@lucide/vue';

import type { MenuAction } from '../../design/menu';
import { i18n } from '../../i18n';

/** What a phone can send: something that is there, or what its camera makes now. */
export function attachActions(pick: (accept: string, camera: boolean) => void): MenuAction[] {
  const { t } = i18n.global;
  return [
    { key: 'file', label: t('file.pick'), icon: File, run: () => pick('', false) },
    { key: 'photo', label: t('file.takePhoto'), icon: Camera, run: () => pick('image/*', true) },
    { key: 'film', label: t('file.takeVideo'), icon: Film, run: () => pick('video/*', true) },
  ];
}
