// Where a picture lies that is zoomed and moved: sums without a page.

export interface Size {
  width: number;
  height: number;
}

/** How much larger than when it fits, and how far its middle is from the stage's middle. */
export interface View {
  scale: number;
  x: number;
  y: number;
}

export const FITTED: View = { scale: 1, x: 0, y: 0 };

/** What fits into a stage and is not blown up; with `cover`, what fills it. */
export function fit(picture: Size, stage: Size, cover = false): Size {
  const shares = [stage.width / picture.width, stage.height / picture.height];
  const factor = cover ? Math.max(...shares) : Math.min(1, ...shares);
  return { width: picture.width * factor, height: picture.height * factor };
}

/** Without a gap at a side at which the picture could reach the edge. */
export function bounded({ scale, x, y }: View, fitted: Size, stage: Size): View {
  const most = (length: number, room: number): number => Math.max(0, (length * scale - room) / 2);
  const within = (value: number, limit: number): number => Math.min(limit, Math.max(-limit, value)) || 0;
  return { scale, x: within(x, most(fitted.width, stage.width)), y: within(y, most(fitted.height, stage.height)) };
}

/** Larger or smaller by a factor; what is at the point (from the stage's middle) stays there. */
export function zoomed({ scale, x, y }: View, factor: number, most: number, point = { x: 0, y: 0 }): View {
  const next = Math.min(most, Math.max(1, scale * factor));
  const by = next / scale;
  return { scale: next, x: point.x - (point.x - x) * by, y: point.y - (point.y - y) * by };
}

/** The square of the picture, in its own pixels, that fills a square stage. */
export function cropOf({ scale, x, y }: View, picture: Size, side: number): { left: number; top: number; size: number } {
  const factor = fit(picture, { width: side, height: side }, true).width / picture.width * scale;
  const size = Math.min(side / factor, picture.width, picture.height);
  const inside = (value: number, length: number): number => Math.min(Math.max(0, value), length - size);
  return {
    size,
    left: inside(picture.width / 2 - x / factor - size / 2, picture.width),
    top: inside(picture.height / 2 - y / factor - size / 2, picture.height),
  };
}
