import { markRaw, shallowReactive, type Component } from 'vue';

interface Shown {
  id: number;
  component: Component;
  props: Record<string, unknown>;
}

/** The dialogs that are open, the topmost last. */
export const overlays = shallowReactive<Shown[]>([]);
let lastId = 0;

export function closeOverlay(id: number): void {
  const at = overlays.findIndex((shown) => shown.id === id);
  if (at >= 0) overlays.splice(at, 1);
}

export function closeAllOverlays(): void {
  overlays.splice(0);
}

/** Opens a dialog: a component that emits `close` when it is done. */
export function openOverlay(component: Component, props: Record<string, unknown> = {}): number {
  lastId += 1;
  overlays.push({ id: lastId, component: markRaw(component), props });
  return lastId;
}
