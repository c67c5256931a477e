import { computed } from 'vue';

import type { Message } from '../../stores/model';
import { usePlayer } from '../../stores/player';
import { useWords } from '../shared/conversations';
import { clock } from '../shared/clock';
import { playing } from '../shared/playing';

/** What a message with sound shows of the one player. */
export function useTrack(given: () => { message: Message; title: string; source: string; seconds?: number }) {
  const player = usePlayer();
  const { nameOf } = useWords();

  const current = computed(() => player.track?.key === given().message.key);
  const on = computed(() => current.value && player.on);
  const broken = computed(() => current.value && player.broken);
  const at = computed(() => (current.value ? player.at : 0));
  const length = computed(() => (current.value && player.length) || given().seconds || 0);
  const times = computed(() => (length.value ? `${clock(at.value)} / ${clock(length.value)}` : clock(at.value)));

  function toggle(): void {
    const { message, title, source, seconds = 0 } = given();
    playing.value = true;
    void player.toggle({
      key: message.key, conversation: message.conversation, seq: message.seq, url: source, title, by: nameOf(message.senderId), seconds,
    });
  }

  function seek(event: Event): void {
    if (current.value) player.seek(Number((event.target as HTMLInputElement).value));
  }

  return { player, current, on, broken, at, length, times, toggle, seek };
}
