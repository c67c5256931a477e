// A recording whose page ends before it is saved.
import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { Caller, openWithMedia, widthOf } from '../browser/caller';
import { setStage } from '../support/stage';

const stage = setStage(openWithMedia);

test('a recording whose page is loaded anew is offered for saving, once', async () => {
  const ann = await Caller.inside(stage.browser, stage.server.page, 'rec-ann');
  const bob = await Caller.inside(stage.browser, stage.server.page, 'rec-bob');
  await ann.find('rec-bob');
  await ann.call();
  await bob.answer();
  await Promise.all([ann.sees(1), bob.sees(1)]);
  await ann.chooses('Record the call');
  await bob.stage.getByRole('alert').getByRole('button', { name: 'Agree' }).click();
  await ann.stage.getByText('You record this call.').waitFor();
  // Kept as it comes: some of it is there by now.
  await expect.poll(() => ann.page.evaluate(async () => {
    const name = (await indexedDB.databases()).map((one) => one.name ?? '').find((one) => one.endsWith('-recordings')) ?? '';
    return await new Promise<number>((done) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => {
        const count = opening.result.transaction('parts').objectStore('parts').count();
        count.onsuccess = () => {
          opening.result.close();
          done(count.result);
        };
      };
    });
  }), { timeout: 30_000 }).toBeGreaterThan(2);
  await ann.page.reload();
  const left = ann.page.getByRole('region', { name: 'A recording was not saved' });
  const [saved] = await Promise.all([ann.page.waitForEvent('download'), left.getByRole('button', { name: 'Save it' }).click()]);
  expect(saved.suggestedFilename()).toMatch(/^call-[\d-]+\.webm$/);
  expect(await widthOf(bob, readFileSync(await saved.path()))).toBe(1280);
  await left.waitFor({ state: 'detached' });
  // The call goes on, and nothing is left to offer.
  await ann.sees(1);
  await ann.page.reload();
  await ann.stage.waitFor();
  await ann.sees(1);
  expect(await left.count()).toBe(0);
  await Promise.all([ann.leave(), bob.leave()]);
});
