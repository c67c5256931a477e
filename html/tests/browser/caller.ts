// A person in a browser who calls, with a camera and a microphone that the browser makes up.
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';

import { openChromium, Visitor } from './visitor';

/** Three cameras, of which the second one makes depth pictures that nobody can code; five pictures a second are enough to see that they move. */
export const openWithMedia = (more: readonly string[] = [], pictures = 5): Promise<Browser> => openChromium([
  ...more, `--use-fake-device-for-media-stream=device-count=3,fps=${pictures}`, '--use-fake-ui-for-media-stream', '--auto-accept-this-tab-capture']);

/** Several pages code and decode pictures on the cores of one machine. */
const PATIENCE_MS = 60_000;
/** Pictures of others in which at least this many frames were shown move. */
const FRAMES = 3;
/** After a fault pictures stand still at once, or not at all. */
const STILL_MS = 3_000;
/** The first picture, and one more. */
const MOVES = 2;
/** Pictures of this size are as good to see whether they move, and a sixtieth of the work. */
const CAMERA = { width: 160, height: 120 };

/** Something done to a page before it is loaded. */
export type Prepare = (page: Page) => Promise<unknown>;

async function useSmallCamera(page: Page): Promise<void> {
  await page.addInitScript((size) => {
    const { mediaDevices } = navigator;
    const get = mediaDevices?.getUserMedia.bind(mediaDevices);
    if (!get) return;
    mediaDevices.getUserMedia = (wanted) => get(wanted?.video instanceof Object ? { ...wanted, video: { ...wanted.video, ...size } } : wanted);
  }, CAMERA);
}

export class Caller extends Visitor {
  static override async inside(browser: Browser, url: string, name: string, settings: BrowserContextOptions = {}, prepare?: Prepare): Promise<Caller> {
    const caller = await Caller.arriveAt(browser, url, settings, prepare);
    await caller.enter(name);
    return caller;
  }

  /** Before the form. */
  static async arriveAt(browser: Browser, url: string, settings: BrowserContextOptions = {}, prepare?: Prepare): Promise<Caller> {
    const context = await browser.newContext({
      ignoreHTTPSErrors: true, locale: 'en-US', viewport: { width: 900, height: 640 }, reducedMotion: 'reduce', ...settings,
    });
    const caller = new Caller(await context.newPage());
    caller.page.setDefaultTimeout(PATIENCE_MS);
    await useSmallCamera(caller.page);
    await prepare?.(caller.page);
    await caller.page.goto(url);
    return caller;
  }

  get stage(): Locator { return this.page.getByRole('region', { name: /^Call with / }); }
  get incoming(): Locator { return this.page.getByRole('alertdialog'); }

  tile(name: string): Locator {
    return this.stage.getByRole('figure', { name, exact: true });
  }

  /** Calls the conversation that is open, whatever comes of it. */
  async dial(kind: 'Call' | 'Video call' = 'Video call'): Promise<void> {
    await this.page.getByRole('button', { name: kind, exact: true }).click();
    await this.page.getByRole('dialog').getByRole('button', { name: 'Call', exact: true }).click();
  }

  async call(kind?: 'Call' | 'Video call'): Promise<void> {
    await this.dial(kind);
    await this.stage.waitFor();
  }

  /** Founds a group, which is open then. */
  async found(group: string, members: readonly string[]): Promise<void> {
    await this.menu('New group');
    const dialog = this.page.getByRole('dialog', { name: 'New group' });
    await dialog.getByRole('textbox', { name: 'Name of the group' }).fill(group);
    for (const name of members) await dialog.getByRole('checkbox', { name: new RegExp(name) }).click();
    await dialog.getByRole('button', { name: 'Create' }).click();
    await this.page.getByRole('log', { name: `Messages in ${group}` }).waitFor();
  }

  async join(): Promise<void> {
    await this.page.getByRole('button', { name: /^(Join the call|Move the call here)$/ }).click();
    await this.page.getByRole('dialog').getByRole('button', { name: 'Join the call', exact: true }).click();
    await this.stage.waitFor();
  }

  async answer(how: 'Answer' | 'With video' = 'With video'): Promise<void> {
    await this.incoming.getByRole('button', { name: how, exact: true }).click();
  }

  async decline(): Promise<void> {
    await this.incoming.getByRole('button', { name: 'Decline', exact: true }).click();
  }

  async control(name: string): Promise<void> {
    await this.stage.getByRole('button', { name, exact: true }).click();
  }

  /** From the menu of the call. */
  async chooses(item: string): Promise<void> {
    await this.control('More');
    await this.page.getByRole('menuitem', { name: item, exact: true }).click();
  }

  /** A word in the corner. */
  async isTold(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).waitFor();
  }

  /** What "People and connections" says of the others. */
  async doctor(): Promise<Locator> {
    await this.control('People and connections');
    return this.page.getByRole('dialog', { name: 'People and connections' });
  }

  /** Closes the dialog that is open. */
  async close(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.page.getByRole('dialog').waitFor({ state: 'detached' });
  }

  /** The emoji that this one sees for the other one. */
  async row(): Promise<string> {
    const row = (await this.doctor()).getByLabel(/^Verification: /);
    await row.waitFor();
    const said = await row.getAttribute('aria-label');
    await this.close();
    return said ?? '';
  }

  async hangUp(): Promise<void> {
    await this.control('Leave the call');
    await this.stage.waitFor({ state: 'detached' });
  }

  /** Waits until the pictures of that many others move now; frames shown before do not count. */
  async sees(others: number | string): Promise<void> {
    if (typeof others === 'string') return await super.sees(others);
    await this.page.waitForFunction(([count, frames]: number[]) => {
      const seen = (globalThis as { seen?: Map<Element, number> }).seen ??= new Map<Element, number>();
      const videos = [...document.querySelectorAll<HTMLVideoElement>('figure[data-kind=person]:not([data-own]) video')];
      const moving = videos.filter((video) => {
        const now = video.getVideoPlaybackQuality().totalVideoFrames;
        if (!seen.has(video)) seen.set(video, now);
        return now >= (seen.get(video) as number) + (frames as number);
      });
      return moving.length >= (count as number);
    }, [others, FRAMES]);
    await this.page.evaluate(() => { delete (globalThis as { seen?: unknown }).seen; });
  }

  /** How many pictures of others move within some seconds. */
  async moving(): Promise<number> {
    return await this.page.evaluate(async () => {
      const videos = [...document.querySelectorAll<HTMLVideoElement>('figure[data-kind=person]:not([data-own]) video')];
      const frames = (): number[] => videos.map((video) => video.getVideoPlaybackQuality().totalVideoFrames);
      const before = frames();
      for (let look = 0; look < 40; look += 1) {
        await new Promise((done) => { setTimeout(done, 250); });
        if (frames().every((now, index) => now > (before[index] as number))) break;
      }
      return frames().filter((now, index) => now > (before[index] as number)).length;
    });
  }

  /** The longest time that the pictures of somebody stood still (ms) from that act until some seconds later, and until they move again. */
  async stoodStill(act: () => Promise<void>): Promise<number> {
    await this.page.evaluate(() => {
      const video = document.querySelector<HTMLVideoElement>('figure[data-kind=person]:not([data-own]) video');
      const seen = { longest: 0, frames: 0, timer: setInterval(() => look(), 20) };
      let [count, since] = [-1, performance.now()];
      const look = (): void => {
        const now = video?.isConnected ? video.getVideoPlaybackQuality().totalVideoFrames : count;
        if (now === count) return;
        seen.longest = Math.max(seen.longest, performance.now() - since);
        seen.frames += 1;
        [count, since] = [now, performance.now()];
      };
      Object.assign(globalThis, { seenStill: seen });
    });
    await act();
    await this.page.evaluate(async (ms) => {
      await new Promise((done) => { setTimeout(done, ms); });
      (globalThis as unknown as { seenStill: { frames: number } }).seenStill.frames = 0;
    }, STILL_MS);
    await this.page.waitForFunction((frames) => (globalThis as unknown as { seenStill: { frames: number } }).seenStill.frames >= frames, FRAMES);
    return await this.page.evaluate(() => {
      const { longest, timer } = (globalThis as unknown as { seenStill: { longest: number; timer: number } }).seenStill;
      clearInterval(timer);
      return Math.round(longest);
    });
  }

  /** Milliseconds from the next click of this page until the pictures of that many others move. */
  async timed(others: number, act: () => Promise<void>): Promise<number> {
    await this.page.evaluate(([count, frames]: number[]) => {
      let begun = 0;
      document.addEventListener('click', () => { begun = performance.now(); }, { capture: true, once: true });
      const shows = (video: HTMLVideoElement): boolean => video.getVideoPlaybackQuality().totalVideoFrames >= (frames as number);
      const look = (): void => {
        const moving = [...document.querySelectorAll<HTMLVideoElement>('figure[data-kind=person]:not([data-own]) video')].filter(shows);
        if (begun > 0 && moving.length >= (count as number)) document.body.dataset.movedAfter = String(Math.round(performance.now() - begun));
        else requestAnimationFrame(look);
      };
      delete document.body.dataset.movedAfter;
      look();
    }, [others, MOVES]);
    await act();
    await this.page.locator('body[data-moved-after]').waitFor();
    return Number(await this.page.locator('body').getAttribute('data-moved-after'));
  }
}

/** Width of the picture that a recording shows; 0: it cannot be played. */
export const widthOf = (caller: Caller, recording: Buffer): Promise<number> => caller.page.evaluate(async (base64) => {
  const bytes = Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));
  const video = document.createElement('video');
  video.muted = true;
  video.src = URL.createObjectURL(new Blob([bytes], { type: 'video/webm' }));
  await new Promise((done) => {
    video.onloadeddata = video.onerror = done;
  });
  return video.videoWidth;
}, recording.toString('base64'));
