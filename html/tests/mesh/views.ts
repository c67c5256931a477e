// What one does in a call by keys, and what a view of it can do: pin, float, fill the screen, change somebody's volume.
import { expect, test } from 'vitest';

import { Caller, openWithMedia } from '../browser/caller';
import { setStage } from '../support/stage';

const stage = setStage(openWithMedia);

const inside = (name: string): Promise<Caller> => Caller.inside(stage.browser, stage.server.page, name);

test('keys, talking while a key is held, pins, volume, a small view while one chats, full screen, picture in picture', async () => {
  const [ann, bob] = [await inside('view-ann'), await inside('view-bob')];
  const { page } = ann;
  const { keyboard } = page;
  await ann.find('view-bob');
  await ann.call();
  await bob.answer();
  await Promise.all([ann.sees(1), bob.sees(1)]);

  // A beep now and then; of the others' no look needs to meet one.
  await page.locator('figure[data-own].speaking').waitFor();

  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  const muted = bob.tile('view-ann').getByRole('img', { name: 'muted' });
  await keyboard.press('m');
  await muted.waitFor();
  await keyboard.down(' ');
  await muted.waitFor({ state: 'detached' });
  await keyboard.up(' ');
  await muted.waitFor();
  await keyboard.press('m');
  await muted.waitFor({ state: 'detached' });
  await keyboard.press('v');
  await bob.tile('view-ann').locator('video').waitFor({ state: 'detached' });
  await keyboard.press('v');
  await bob.sees(1);
  await keyboard.press('s');
  await bob.page.locator('figure[data-kind=screen] video').waitFor();
  await keyboard.press('s');
  await bob.page.locator('figure[data-kind=screen]').waitFor({ state: 'detached' });
  const full = (): Promise<boolean> => page.evaluate(() => document.fullscreenElement !== null);
  await keyboard.press('f');
  await expect.poll(full).toBe(true);
  await keyboard.press('f');
  await expect.poll(full).toBe(false);
  // Escape closes what is open, and no more.
  await ann.control('More');
  await page.getByRole('menu').waitFor();
  await keyboard.press('Escape');
  await page.getByRole('menu').waitFor({ state: 'detached' });
  expect(await page.locator('.stage.floating').count()).toBe(0);
  await keyboard.press('c');
  await page.getByRole('log', { name: 'Text and files' }).waitFor();
  await keyboard.press('Escape');
  await page.getByRole('log', { name: 'Text and files' }).waitFor({ state: 'detached' });

  await ann.tile('view-bob').getByRole('button', { name: 'Pin view-bob' }).click();
  await page.locator('.led > .main').and(ann.tile('view-bob')).waitFor();
  await ann.tile('view-bob').getByRole('button', { name: 'Unpin view-bob' }).click();
  await page.locator('.led').waitFor({ state: 'detached' });

  await (await ann.doctor()).getByRole('slider', { name: 'Volume of view-bob' }).fill('0.3');
  await expect.poll(() => page.locator('audio').evaluateAll((all) => all.map((one) => (one as HTMLAudioElement).volume))).toEqual([0.3]);
  await ann.close();

  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await keyboard.press('Escape');
  await page.locator('.stage.floating').waitFor();
  await ann.say('while we talk');
  await ann.stored('while we talk');
  await ann.sees(1);
  await ann.control('Make the call large');
  await page.locator('.stage.floating').waitFor({ state: 'detached' });

  // A browser without windows has none above others.
  await page.evaluate(() => {
    HTMLVideoElement.prototype.requestPictureInPicture = function ask() {
      this.dataset.asked = 'yes';
      return Promise.reject(new Error('no windows'));
    };
  });
  await ann.tile('view-bob').getByRole('button', { name: 'view-bob above other windows' }).click();
  await ann.tile('view-bob').locator('video[data-asked]').waitFor();
  expect([ann, bob].flatMap(({ faults }) => faults)).toEqual([]);
  await Promise.all([ann.leave(), bob.leave()]);
});
