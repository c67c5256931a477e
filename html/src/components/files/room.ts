/** Pixels of a picture in the list, at most. */
const WIDEST = 340;
const HIGHEST = 380;
/** Beyond these, as of a strip of wallpaper, not all of it is shown. */
const NARROWEST_RATIO = 0.4;
const WIDEST_RATIO = 3;

/** The room that is kept for a picture of so many pixels; null when that is not known. */
export function roomFor(width: number, height: number): { width: number; ratio: number } | null {
  if (!(width > 0 && height > 0)) return null;
  const ratio = Math.min(WIDEST_RATIO, Math.max(NARROWEST_RATIO, width / height));
  const most = Math.min(WIDEST, HIGHEST * ratio);
  // Small ones are not blown up, but can still be hit.
  return { width: Math.round(Math.min(most, Math.max(width, 96))), ratio };
}
