// Work that is done once, a moment after it was last or first asked for.

export interface Once {
  /** Unless it is to be done already. */
  soon(): void;
  /** Now, when it is to be done. */
  flush(): void;
}

const all = new Set<Once>();

/** Does the work `delayMs` after the first `soon()`; or when the page is left. */
export function once(delayMs: number, work: () => void): Once {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const made: Once = {
    soon() {
      timer ??= setTimeout(() => made.flush(), delayMs);
    },
    flush() {
      if (timer === undefined) return;
      clearTimeout(timer);
      timer = undefined;
      work();
    },
  };
  all.add(made);
  return made;
}

/** The page is left or hidden: whatever waits is done now. */
export function flushAll(): void {
  for (const one of all) one.flush();
}
