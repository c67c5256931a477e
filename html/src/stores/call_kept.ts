// What a page that is loaded anew in the middle of a call finds of it.
export interface KeptCall {
  id: string;
  camera: boolean;
  muted: boolean;
}

const PLACE = 'call';
/** A reload takes no longer. */
const LASTS_MS = 60_000;

export function keepCall(call: KeptCall): void {
  globalThis.sessionStorage?.setItem(PLACE, JSON.stringify({ ...call, at: Date.now() }));
}

/** Only once. */
export function takeKeptCall(): KeptCall | null {
  try {
    const kept = JSON.parse(globalThis.sessionStorage?.getItem(PLACE) ?? 'null') as (KeptCall & { at: number }) | null;
    return kept && Date.now() - kept.at < LASTS_MS ? kept : null;
  } catch {
    return null;
  } finally {
    globalThis.sessionStorage?.removeItem(PLACE);
  }
}
