// A step back in the browser, as a phone's Back is: what lies over the page is closed by it first.
import { shallowRef } from 'vue';

import { closeOverlay, overlays } from './overlay';

/** Closes the panel that lies over the page, where there is one. */
export const panelOverPage = shallowRef<(() => void) | null>(null);

let stepping = false;
// Before the router hears of it: the router is made later.
addEventListener('popstate', () => {
  stepping = true;
  setTimeout(() => (stepping = false));
});

/** Whether a step of the browser's is under way that closes something: it is to lead nowhere else. */
export function stepClosedLayer(): boolean {
  if (!stepping) return false;
  const top = overlays.at(-1);
  if (top) closeOverlay(top.id);
  else if (panelOverPage.value) panelOverPage.value();
  else return false;
  return true;
}
