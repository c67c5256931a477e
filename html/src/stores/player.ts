// What is heard: one piece of music or voice message at a time, which plays on while conversations are changed. Set up
// by the first one.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';

import { useLink } from './link';
import type { ConversationKey } from './model';

export interface Track {
  /** The message's. */
  key: string;
  conversation: ConversationKey;
  seq: number;
  url: string;
  title: string;
  /** Who sent it, in the reader's words. */
  by: string;
  /** Seconds, where the file itself does not say how long it is; 0: unknown. */
  seconds: number;
}

export const RATES: readonly number[] = [1, 1.25, 1.5, 2];
const STEP_S = 10;
type Action = (details: MediaSessionActionDetails) => void;

export const usePlayer = defineStore('player', () => {
  const link = useLink();
  const track = shallowRef<Track | null>(null);
  const on = ref(false);
  /** Seconds. */
  const at = ref(0);
  const told = ref(0);
  const rate = ref(1);
  /** It cannot be played. */
  const broken = ref(false);
  let audio: HTMLAudioElement | null = null;

  const length = computed(() => told.value || track.value?.seconds || 0);

  function element(): HTMLAudioElement {
    if (audio) return audio;
    const made = audio = new Audio();
    made.preload = 'auto';
    made.addEventListener('play', () => show(true));
    made.addEventListener('pause', () => show(false));
    made.addEventListener('ended', () => {
      show(false);
      at.value = 0;
    });
    made.addEventListener('timeupdate', () => (at.value = made.currentTime));
    made.addEventListener('error', () => (broken.value = track.value !== null));
    // What a browser has recorded says of itself that it has no end.
    made.addEventListener('durationchange', () => (told.value = Number.isFinite(made.duration) ? made.duration : 0));
    return made;
  }

  function show(playing: boolean): void {
    on.value = playing;
    if (globalThis.navigator?.mediaSession) navigator.mediaSession.playbackState = playing ? 'playing' : 'paused';
  }

  /** What the system shows of it, and its keys. */
  function announce({ title, by }: Track): void {
    const session = globalThis.navigator?.mediaSession;
    if (!session) return;
    session.metadata = new MediaMetadata({ title, artist: by });
    const actions: Partial<Record<MediaSessionAction, Action>> = {
      play: () => void resume(),
      pause: () => pause(),
      stop: () => close(),
      seekbackward: ({ seekOffset = STEP_S }) => seek(at.value - seekOffset),
      seekforward: ({ seekOffset = STEP_S }) => seek(at.value + seekOffset),
      seekto: ({ seekTime = 0 }) => seek(seekTime),
    };
    for (const [name, action] of Object.entries(actions)) {
      try {
        session.setActionHandler(name as MediaSessionAction, action);
      } catch {
        // An action that this browser does not know.
      }
    }
  }

  async function resume(): Promise<void> {
    broken.value = false;
    await element().play().catch((error: unknown) => {
      // Another track was chosen before this one began.
      broken.value = !(error instanceof DOMException && error.name === 'AbortError');
    });
  }

  const pause = (): void => audio?.pause();

  /** Plays from its beginning, or from where it was left; what plays already is paused. */
  async function toggle(wanted: Track): Promise<void> {
    if (track.value?.key === wanted.key) return on.value ? pause() : await resume();
    const player = element();
    track.value = wanted;
    at.value = told.value = 0;
    player.src = wanted.url;
    player.playbackRate = rate.value;
    announce(wanted);
    await resume();
  }

  function seek(seconds: number): void {
    if (!audio || !track.value) return;
    at.value = Math.min(Math.max(0, seconds), length.value || seconds);
    audio.currentTime = at.value;
  }

  /** To the next of the speeds. */
  function faster(): void {
    rate.value = RATES[(RATES.indexOf(rate.value) + 1) % RATES.length] as number;
    if (audio) audio.playbackRate = rate.value;
  }

  function close(): void {
    pause();
    audio?.removeAttribute('src');
    audio?.load();
    track.value = null;
    at.value = told.value = 0;
    broken.value = false;
    if (globalThis.navigator?.mediaSession) navigator.mediaSession.metadata = null;
  }

  link.events.on('end', close);

  return { track, on, at, length, rate, broken, toggle, pause, resume, seek, faster, close };
});
