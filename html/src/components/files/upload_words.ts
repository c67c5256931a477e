import { computed, type ComputedRef } from 'vue';
import { useI18n } from 'vue-i18n';

import type { Upload } from '../../stores/uploads';
import { sizeInWords } from '../shared/sizes';

/** How an upload fares, in a few words. */
export function useUploadWords(upload: () => Upload | undefined): ComputedRef<string> {
  const { t, locale } = useI18n();
  return computed(() => {
    const { state, sent, size } = upload() ?? {};
    if (!state) return '';
    if (state === 'paused') return t('file.state.paused');
    if (state === 'trying') return t('file.state.trying');
    if (state !== 'running' || !size) return t('file.state.waiting');
    return t('file.sent', { sent: sizeInWords(Math.max(1, sent ?? 0), locale.value), size: sizeInWords(size, locale.value) });
  });
}
