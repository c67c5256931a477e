// A step back in the browser, as a phone's Back is, closes what lies over the page: each such layer has an entry of its own in the
// history, at the page's address, and takes it back when it is closed otherwise.
import { computed, nextTick, shallowRef, watch } from 'vue';

import { closeOverlay, overlays } from './overlay';

interface Entry {
  /** The router's number of the page. */
  position?: number;
  /** How many layers lie over it. */
  layer?: number;
}

/** Closes the panel that lies over the page, where there is one. */
export const panelOverPage = shallowRef<(() => void) | null>(null);

const layers = computed(() => overlays.length + (panelOverPage.value ? 1 : 0));
const entry = (state: unknown): Entry => (state as Entry | null) ?? {};

let { position, layer: entries = 0 } = entry(history.state);
/** A step of our own that is under way. */
let step: Promise<void> | null = null;
let arrived = (): void => {};
/** The router is going elsewhere. */
let leaving = false;

function stepBack(by: number): void {
  step = new Promise((done) => (arrived = done));
  history.go(-by);
}

/** As many entries as there are layers. */
function settle(): void {
  if (step || leaving) return;
  for (; entries < layers.value; entries += 1) history.pushState({ ...history.state, layer: entries + 1 }, '');
  if (entries > layers.value) stepBack(entries - layers.value);
}

watch(layers, settle);

// Before the router hears of it, which is made later and knows nothing of layers.
addEventListener('popstate', (event) => {
  const now = entry(event.state);
  entries = now.layer ?? 0;
  if (step) {
    step = null;
    arrived();
  } else if (event.state === null || now.position !== position) {
    position = now.position;
    setTimeout(settle);
    return;
  } else {
    for (let above = layers.value - entries; above > 0; above -= 1) {
      const top = overlays.at(-1);
      if (top) closeOverlay(top.id);
      else panelOverPage.value?.();
    }
  }
  event.stopImmediatePropagation();
  settle();
});

/** To be awaited before the router leaves the page: the entries of layers are not to stay behind. */
export async function leavePage(): Promise<void> {
  leaving = true;
  while (step || entries > 0) {
    if (!step) stepBack(entries);
    await step;
  }
}

/** The router arrived, or stayed: what still lies over the page has its entries again. */
export function enterPage(): void {
  leaving = false;
  position = entry(history.state).position;
  void nextTick(settle);
}
