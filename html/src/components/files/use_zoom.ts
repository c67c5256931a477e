import { useElementSize } from '@vueuse/core';
import { computed, ref, type Ref } from 'vue';

import { bounded, fit, FITTED, zoomed, type Size, type View } from './zoom';

export interface Gestures {
  /** Of the picture itself; null while that is not known. */
  picture: () => Size | null;
  most: number;
  /** It fills the stage, rather than to fit into it. */
  cover?: boolean;
  /** A finger or the mouse went far enough to one side of a picture that fits: -1, to the one before. */
  swiped?: (step: -1 | 1) => void;
  /** It went down, or pressed beside the picture. */
  dismissed?: () => void;
}

const SWIPE = 60;
const DISMISS = 110;
const CLICK = 6;

/** Zoom by wheel, two fingers and double click; moving by one finger or the mouse. Bind `on` to the stage. */
export function useZoom(stage: Ref<HTMLElement | undefined>, { picture, most, cover = false, swiped, dismissed }: Gestures) {
  const { width, height } = useElementSize(stage);
  const view = ref<View>(FITTED);
  /** Pixels of a swipe so far. */
  const pulled = ref(0);
  const moving = ref(false);
  const fingers = new Map<number, { x: number; y: number }>();
  let begun = { x: 0, y: 0 };
  let far = false;

  const room = computed<Size>(() => ({ width: width.value, height: height.value }));
  const fitted = computed(() => {
    const size = picture();
    return size && width.value > 0 ? fit(size, room.value, cover) : null;
  });
  const style = computed(() => ({
    ...(fitted.value && { width: `${fitted.value.width}px`, height: `${fitted.value.height}px` }),
    transform: `translate(${view.value.x + pulled.value}px, ${view.value.y}px) scale(${view.value.scale})`,
    ...(moving.value && { transition: 'none' }),
  }));

  function set(next: View): void {
    view.value = fitted.value ? bounded(next, fitted.value, room.value) : next;
  }

  /** By a factor about a point of the window, else about the middle; 0 fits it in again. */
  function zoom(factor: number, at?: { clientX: number; clientY: number }): void {
    if (factor === 0) return set(FITTED);
    const box = stage.value?.getBoundingClientRect();
    const point = at && box ? { x: at.clientX - box.left - box.width / 2, y: at.clientY - box.top - box.height / 2 } : undefined;
    set(zoomed(view.value, factor, most, point));
  }

  const move = (x: number, y: number): void => set({ ...view.value, x: view.value.x + x, y: view.value.y + y });

  function span(): { length: number; middle: { clientX: number; clientY: number } } {
    const [a, b] = [...fingers.values()] as [{ x: number; y: number }, { x: number; y: number }];
    return { length: Math.hypot(a.x - b.x, a.y - b.y), middle: { clientX: (a.x + b.x) / 2, clientY: (a.y + b.y) / 2 } };
  }

  function pointerdown(event: PointerEvent): void {
    if (event.button !== 0) return;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    moving.value = true;
    far = fingers.size > 1;
    begun = { x: event.clientX, y: event.clientY };
  }

  function pointermove(event: PointerEvent): void {
    const finger = fingers.get(event.pointerId);
    if (!finger) return;
    const before = fingers.size === 2 ? span() : null;
    const [dx, dy] = [event.clientX - finger.x, event.clientY - finger.y];
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    far ||= Math.hypot(event.clientX - begun.x, event.clientY - begun.y) > CLICK;
    if (before) {
      const { length, middle } = span();
      if (before.length > 0) zoom(length / before.length, middle);
    } else if (view.value.scale > 1 || cover) move(dx, dy);
    else if (swiped) pulled.value = event.clientX - begun.x;
  }

  function pointerup(event: PointerEvent): void {
    if (!fingers.delete(event.pointerId) || fingers.size > 0) return;
    moving.value = false;
    pulled.value = 0;
    if (view.value.scale > 1 || cover || event.type !== 'pointerup') return;
    const [dx, dy] = [event.clientX - begun.x, event.clientY - begun.y];
    if (Math.abs(dx) > SWIPE && Math.abs(dx) > Math.abs(dy)) swiped?.(dx > 0 ? -1 : 1);
    else if (dy > DISMISS && dy > Math.abs(dx)) dismissed?.();
  }

  /** A click that was no movement, beside the picture. */
  function click(event: MouseEvent): void {
    // The stage has the pointer: what is under it has to be looked for.
    const hit = document.elementFromPoint(event.clientX, event.clientY);
    if (!far && hit === event.currentTarget) dismissed?.();
  }

  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), event);
  };
  const dblclick = (event: MouseEvent): void => zoom(view.value.scale > 1 ? 0 : 2.5, event);

  const on = { pointerdown, pointermove, pointerup, pointercancel: pointerup, click, wheel, dblclick };
  return { view, style, zoom, move, on, stageSize: room };
}
