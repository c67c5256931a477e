import { useI18n } from 'vue-i18n';

import type { NoticeWords } from '../../stores/notices';
import type { useWords } from './conversations';

/** What browser notifications say. */
export function useNoticeWords(words: ReturnType<typeof useWords>): NoticeWords {
  const { t } = useI18n();
  return {
    title: (message) => words.titleOfKey(message.conversation),
    body(message) {
      const said = words.summary(message);
      return message.conversation.startsWith('user:') ? said : t('notice.said', { name: words.nameOf(message.senderId), words: said });
    },
  };
}
