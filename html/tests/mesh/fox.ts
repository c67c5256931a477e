// A call between Chromium and Firefox, either way round, with a text beside it.
import puppeteer, { type Browser } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { Caller, openWithMedia } from '../browser/caller';
import { setStage } from '../support/stage';

const PATIENCE_MS = 90_000;
/** A camera and a microphone that the browser makes up, and nobody to ask. */
const PREFERENCES = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.autoplay.default': 0,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
};

const stage = setStage(openWithMedia);
let firefox: Browser;

beforeAll(async () => {
  firefox = await puppeteer.launch({
    browser: 'firefox', executablePath: '/usr/bin/firefox-esr', headless: true, acceptInsecureCerts: true, extraPrefsFirefox: PREFERENCES,
  });
});
afterAll(() => firefox?.close());

test('Chromium and Firefox call each other, see and hear, and find nobody between them', async () => {
  const ann = await Caller.inside(stage.browser, stage.server.page, 'mixed-ann');
  const page = await firefox.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(stage.server.page);
  await page.locator('input[name=username]').fill('mixed-fox');
  await page.locator('input[name=password]').fill('secret12');
  await page.locator('button[type=submit]').click();
  await page.locator('textarea').wait();
  const press = (name: string): Promise<void> => page.locator(`::-p-aria(${name})`).click();

  for (const round of ['Chromium calls', 'Firefox calls']) {
    const begun = Date.now();
    if (round === 'Chromium calls') {
      await ann.find('mixed-fox');
      await ann.call();
      await press('With video');
    } else {
      await page.locator('input[type=search], .search input').fill('mixed-ann');
      await page.locator('.places li a, .places li button').click();
      await page.locator('button[aria-label="Video call"]').click();
      await page.locator('[role=dialog] button.accent').click();
      await ann.answer();
    }
    await ann.sees(1);
    // Of streams, Firefox counts only what it painted.
    await page.waitForFunction(() => [...document.querySelectorAll<HTMLVideoElement & { mozPaintedFrames?: number }>('figure[data-kind=person]:not([data-own]) video')]
      .some(({ mozPaintedFrames }) => (mozPaintedFrames ?? 0) > 5));
    console.log(`${round}: pictures both ways after ${Date.now() - begun} ms`);
    await page.locator('button[aria-label="People and connections"]').click();
    const row = await page.locator('[role=dialog] .emoji').map((emoji) => emoji.getAttribute('aria-label')).wait();
    expect(row).toBe(await ann.row());
    await page.keyboard.press('Escape');
    await ann.control('Text and files');
    await ann.page.getByRole('textbox', { name: 'Write to everybody in the call' }).fill(round);
    await ann.page.keyboard.press('Enter');
    await page.locator('button[aria-label="Text and files"]').click();
    await page.waitForFunction((words) => document.querySelector('.stage [role=log]')?.textContent?.includes(words), {}, round);
    await ann.hangUp();
    await page.waitForFunction(() => !document.querySelector('.stage'));
  }
  expect(ann.faults).toEqual([]);
  await ann.leave();
}, 300_000);
