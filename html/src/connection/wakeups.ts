// The moments at which a connection may have died unseen, or can be had again: the network came back, the page is
// looked at again, the machine slept.

/** What of the browser is listened to; others than the browser's own in tests. */
export interface Surroundings {
  window: EventTarget;
  document: EventTarget & { visibilityState?: DocumentVisibilityState };
}

const TICK_MS = 2_000;
/** A tick so late means that the machine slept, or the browser froze the page. */
const SLEPT_MS = 10_000;

/** Calls `wake` at such moments, until the function returned is called. */
export function watchWakeups({ window, document }: Surroundings, wake: () => void): () => void {
  const seen = () => {
    if (document.visibilityState !== 'hidden') wake();
  };
  window.addEventListener('online', wake);
  window.addEventListener('offline', wake);
  window.addEventListener('pageshow', wake);
  document.addEventListener('visibilitychange', seen);
  let last = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    if (now - last > SLEPT_MS) wake();
    last = now;
  }, TICK_MS);
  return () => {
    clearInterval(timer);
    window.removeEventListener('online', wake);
    window.removeEventListener('offline', wake);
    window.removeEventListener('pageshow', wake);
    document.removeEventListener('visibilitychange', seen);
  };
}
