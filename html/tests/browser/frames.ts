// What the message list shows, frame by frame, so that leaps and gaps that last for one frame are found too.
import type { Page } from 'playwright-core';

/** Where the messages in view are, by their numbers: pixels from the top of the view. */
export type Places = Record<string, number>;

declare global {
  interface Window {
    recorded?: Places[];
  }
}

/** Writes down every frame from now on. */
export async function record(page: Page): Promise<void> {
  await page.evaluate(() => {
    const frames: Places[] = window.recorded = [];
    const look = (): void => {
      const log = document.querySelector('[role=log]') as HTMLElement;
      const view = log.getBoundingClientRect();
      const places: Places = {};
      for (const item of log.querySelectorAll<HTMLElement>('article[data-seq]')) {
        const { top, bottom } = item.getBoundingClientRect();
        if (bottom > view.top && top < view.bottom) places[item.dataset.seq as string] = top - view.top;
      }
      frames.push(places);
      if (window.recorded === frames) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}

/** The frames since `record`. */
export const recorded = (page: Page): Promise<Places[]> => page.evaluate(() => {
  const frames = window.recorded ?? [];
  delete window.recorded;
  return frames;
});

/** How far what stayed in view moved between each two frames; NaN where nothing stayed. */
export function movesOf(frames: readonly Places[]): number[] {
  return frames.slice(1).map((now, index) => {
    const before = frames[index] as Places;
    const seq = Object.keys(now).find((one) => one in before);
    return seq === undefined ? NaN : (now[seq] as number) - (before[seq] as number);
  });
}

/** The numbers of a frame's messages, where one is missing between two of them. */
export function holesOf(frame: Places): number[] {
  const numbers = Object.keys(frame).map(Number).sort((a, b) => a - b);
  return numbers.filter((number, index) => index > 0 && number !== (numbers[index - 1] as number) + 1);
}
