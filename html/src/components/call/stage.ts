import { useEventListener } from '@vueuse/core';
import { computed, onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue';

const SPEAKER_MS = 3_000;

/** Width and height of an element's box. */
export function useSize(element: Ref<HTMLElement | undefined>) {
  const width = ref(0);
  const height = ref(0);
  const observer = new ResizeObserver(([entry]) => {
    if (entry) ({ width: width.value, height: height.value } = entry.contentRect);
  });
  onMounted(() => element.value && observer.observe(element.value));
  onBeforeUnmount(() => observer.disconnect());
  return { width, height, observe: (now: HTMLElement | undefined) => {
    observer.disconnect();
    if (now) observer.observe(now);
  } };
}

/** Which of those who speak is shown where there is place for one: nobody for less than some seconds. */
export function useSpeaker(speaking: () => readonly string[]): Ref<string> {
  const shown = ref('');
  let since = 0;
  watch(speaking, (now) => {
    if (now.length === 0 || now.includes(shown.value) || Date.now() - since < SPEAKER_MS) return;
    shown.value = now[0] as string;
    since = Date.now();
  });
  return shown;
}

/** The whole page over the whole screen: dialogs and menus stand beside the stage. */
export function useFullScreen() {
  const isFull = ref(document.fullscreenElement !== null);
  const isPossible = document.fullscreenEnabled === true;
  useEventListener(document, 'fullscreenchange', () => (isFull.value = document.fullscreenElement !== null));
  const leave = (): void => {
    if (document.fullscreenElement) void document.exitFullscreen();
  };
  const toggle = (): void => {
    if (isFull.value) leave();
    else if (isPossible) void document.documentElement.requestFullscreen().catch(() => {});
  };
  onBeforeUnmount(leave);
  return { isFull, isPossible, toggle, leave };
}

/** Where a floating element stands, as it is dragged; it stays within the window. */
export function useFloating(element: Ref<HTMLElement | undefined>, begin: { x: number; y: number }) {
  const place = ref(begin);
  let grip: { x: number; y: number } | null = null;
  function move({ clientX, clientY }: PointerEvent): void {
    if (!grip || !element.value) return;
    const { width, height } = element.value.getBoundingClientRect();
    place.value = {
      x: Math.max(0, Math.min(innerWidth - width, clientX - grip.x)),
      y: Math.max(0, Math.min(innerHeight - height, clientY - grip.y)),
    };
  }
  function grab(event: PointerEvent): void {
    grip = { x: event.clientX - place.value.x, y: event.clientY - place.value.y };
    event.preventDefault();
  }
  useEventListener(window, 'pointermove', move);
  useEventListener(window, ['pointerup', 'pointercancel'], () => (grip = null));
  return { grab, style: computed(() => ({ left: `${place.value.x}px`, top: `${place.value.y}px` })) };
}
