import { computed } from 'vue';
import { useI18n } from 'vue-i18n';

import type { Message } from '../../stores/model';
import { usePlayer } from '../../stores/player';
import type { Upload } from '../../stores/uploads';
import { useWords } from '../shared/conversations';
import { clock } from '../shared/clock';
import { playing } from '../shared/playing';
import { useUploadWords } from './upload_words';

interface Track {
  message: Message;
  upload: Upload | undefined;
  title: string;
  source: string;
  /** How long it is, as far as it is known before it is played. */
  seconds: number;
  /** What there is to say of it while it is not played; "": how long it is. */
  quiet: string;
}

/** What a message with sound shows of the one player. */
export function useTrack(given: () => Track) {
  const { t } = useI18n();
  const player = usePlayer();
  const { nameOf } = useWords();
  const progress = useUploadWords(() => given().upload);

  const uploading = computed(() => given().message.state === 'uploading');
  const current = computed(() => player.track?.key === given().message.key);
  const on = computed(() => current.value && player.on);
  const broken = computed(() => current.value && player.broken);
  const at = computed(() => (current.value ? player.at : 0));
  const length = computed(() => (current.value && player.length) || given().seconds);
  const times = computed(() => (length.value ? `${clock(at.value)} / ${clock(length.value)}` : clock(at.value)));
  const note = computed(() => {
    if (uploading.value) return progress.value;
    if (broken.value) return t('file.musicGone');
    return current.value ? times.value : given().quiet || clock(length.value);
  });
  /** Of the slider by which one moves in it. */
  const slider = computed(() => ({
    type: 'range', min: 0, step: 0.1, max: length.value || 1, value: at.value, disabled: !current.value || !length.value,
    'aria-label': t('file.position'), 'aria-valuetext': times.value, onInput: seek,
  }));

  function toggle(): void {
    const { message, title, source, seconds } = given();
    playing.value = true;
    void player.toggle({
      key: message.key, conversation: message.conversation, seq: message.seq, url: source, title, by: nameOf(message.senderId), seconds,
    });
  }

  function seek(event: Event): void {
    if (current.value) player.seek(Number((event.target as HTMLInputElement).value));
  }

  return { uploading, current, on, broken, at, length, note, slider, toggle };
}
