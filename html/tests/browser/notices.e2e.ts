// How somebody is told of news who looks elsewhere: the title, the icon, a sound, a notice that leads there.
import { expect, test } from 'vitest';

import { setStage } from '../support/stage';
import { openChromium, Visitor } from './visitor';

declare global {
  interface Window {
    /** Notices that were shown, and how many of them were closed. */
    notices: Notification[];
    closings: number;
    asked: number;
    tones: OscillatorNode[];
  }
}

const stage = setStage(openChromium);

/** What the page asks of the browser is done, and written down. */
function watchDevices(): void {
  Object.assign(window, { notices: [], closings: 0, asked: 0, tones: [] });
  window.Notification = class extends Notification {
    constructor(title: string, options?: NotificationOptions) {
      super(title, options);
      window.notices.push(this);
    }

    static override requestPermission(): Promise<NotificationPermission> {
      window.asked += 1;
      return super.requestPermission();
    }

    override close(): void {
      window.closings += 1;
      super.close();
    }
  };
  window.OscillatorNode = class extends OscillatorNode {
    override start(when?: number): void {
      window.tones.push(this);
      super.start(when);
    }
  };
}

/** As on a phone. */
function forbidConstructor(): void {
  window.Notification = new Proxy(Notification, {
    construct() {
      throw new TypeError('Illegal constructor');
    },
  });
}

/** In, and behind another window. */
async function away(name: string, prepare: () => void): Promise<Visitor> {
  const visitor = await Visitor.arrive(stage.browser, 'about:blank', { permissions: ['notifications'] });
  await visitor.page.addInitScript(prepare);
  await visitor.page.goto(stage.server.page);
  await visitor.enter(name);
  await visitor.menu('Settings');
  await visitor.page.getByRole('tab', { name: 'Notifications' }).click();
  await visitor.page.getByRole('switch', { name: 'Browser notifications' }).click();
  await expect.poll(() => visitor.page.getByRole('switch', { name: 'Browser notifications' }).getAttribute('aria-checked')).toBe('true');
  await visitor.page.keyboard.press('Escape');
  await visitor.page.getByRole('dialog').waitFor({ state: 'detached' });
  await visitor.page.evaluate(() => void (document.hasFocus = () => false));
  return visitor;
}

/** The icon's colour in its upper right corner. */
const dot = (visitor: Visitor): Promise<number[]> => visitor.page.evaluate(async () => {
  const picture = new Image();
  picture.src = document.querySelector<HTMLLinkElement>('link[rel=icon]')?.href ?? '';
  await picture.decode();
  const pen = new OffscreenCanvas(64, 64).getContext('2d') as OffscreenCanvasRenderingContext2D;
  pen.drawImage(picture, 0, 0, 64, 64);
  return [...pen.getImageData(48, 15, 1, 1).data];
});

test('a private message is counted, heard, and shown; the notice leads to it', async () => {
  const ann = await Visitor.inside(stage.browser, stage.server.page, 'notice-ann');
  const bob = await away('notice-bob', watchDevices);
  const { page } = bob;
  expect(await page.evaluate(() => window.asked)).toBe(1);
  await ann.find('notice-bob');
  await ann.say('are **you** there?');
  await expect.poll(() => page.title()).toBe('(1) chatd');
  await expect.poll(() => page.evaluate(() => window.notices.map(({ title, body }) => ({ title, body }))))
    .toEqual([{ title: 'notice-ann', body: 'are you there?' }]);
  await expect.poll(() => dot(bob)).toEqual([229, 72, 77, 255]);
  expect(await page.evaluate(() => window.tones.map(({ frequency }) => frequency.value))).toEqual([880, 1174]);
  await expect.poll(() => page.evaluate(() => window.tones[0]?.context.state)).toBe('running');

  await page.evaluate(() => {
    document.hasFocus = () => true;
    window.notices[0]?.dispatchEvent(new Event('click'));
  });
  await page.getByRole('log', { name: 'Messages in notice-ann' }).waitFor();
  await bob.sees('are you there?');
  expect(await page.evaluate(() => window.closings)).toBe(1);
  await expect.poll(() => page.title()).toBe('chatd');
  await expect.poll(async () => (await dot(bob))[0]).not.toBe(229);
  expect([...ann.faults, ...bob.faults]).toEqual([]);
  await Promise.all([ann.leave(), bob.leave()]);
});

test('where a page shows none itself, as on phones, its service worker does', async () => {
  const ann = await Visitor.inside(stage.browser, stage.server.page, 'notice-cy');
  const bob = await away('notice-dora', forbidConstructor);
  const { page } = bob;
  await ann.find('notice-dora');
  await ann.say('on the phone');
  const shown = () => page.evaluate(async () => {
    const worker = await navigator.serviceWorker.ready;
    return (await worker.getNotifications()).map(({ title, body, data }) => ({ title, body, data: String(data) }));
  });
  await expect.poll(shown).toEqual([{ title: 'notice-cy', body: 'on the phone', data: expect.stringMatching(/^user:/) }]);
  const [{ data: open } = { data: '' }] = await shown();
  // What sw.js tells the page when the notice is clicked.
  await page.evaluate((data) => navigator.serviceWorker.dispatchEvent(new MessageEvent('message', { data })), { open });
  await page.getByRole('log', { name: 'Messages in notice-cy' }).waitFor();
  expect(bob.faults).toEqual([]);
  await Promise.all([ann.leave(), bob.leave()]);
});
