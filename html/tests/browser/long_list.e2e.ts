// Fifty thousand messages in the list: the page stays small, and scrolling shows something in every frame.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import vue from '@vitejs/plugin-vue';
import type { Browser, Page } from 'playwright-core';
import { build, preview, type PreviewServer } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { holesOf, movesOf, record, recorded } from './frames';
import { openChromium } from './visitor';

const COUNT = 50_000;
/** Messages that a view of this height and what lies ready beside it hold at most. */
const FEW = 120;
const STEP = 500;
/** Far above what a frame takes, far below what drawing more than the view would. */
const SLOW_MS = 250;

const folder = mkdtempSync(join(tmpdir(), 'chatd-long-list-'));
let served: PreviewServer;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const settings = { configFile: false as const, root: join(import.meta.dirname, 'long_list'), logLevel: 'error' as const };
  await build({ ...settings, plugins: [vue()], build: { outDir: folder, emptyOutDir: true } });
  served = await preview({ ...settings, build: { outDir: folder }, preview: { port: 0, host: '127.0.0.1' } });
  browser = await openChromium();
  page = await browser.newPage({ viewport: { width: 900, height: 700 } });
  await page.goto(served.resolvedUrls?.local[0] ?? '');
});

afterAll(async () => {
  await browser?.close();
  await served?.close();
  rmSync(folder, { recursive: true, force: true });
});

const inView = async (): Promise<number[]> => {
  await record(page);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  return Object.keys((await recorded(page)).at(-1) ?? {}).map(Number);
};

test('it opens at the end', async () => {
  await expect.poll(inView).toContain(COUNT);
});

test('scrolled by hand for two hundred frames, each shows what follows, and the page stays small', async () => {
  await record(page);
  const { times, most } = await page.evaluate(async (step) => {
    const log = document.querySelector('[role=log]') as HTMLElement;
    const times: number[] = [];
    let most = 0;
    for (let frame = 0; frame < 200; frame += 1) {
      const begun = performance.now();
      log.scrollTop -= step;
      await new Promise((done) => requestAnimationFrame(done));
      times.push(performance.now() - begun);
      most = Math.max(most, log.querySelectorAll('article').length);
    }
    return { times, most };
  }, STEP);
  const frames = await recorded(page);
  expect(frames.flatMap(holesOf)).toEqual([]);
  for (const moved of movesOf(frames)) expect(Math.abs(moved)).toBeLessThanOrEqual(STEP + 1);
  expect(most).toBeLessThan(FEW);
  expect(times.sort((a, b) => a - b)[100]).toBeLessThan(SLOW_MS);
});

test('dragged to the middle and to the beginning, that is what it shows', async () => {
  const drag = (part: number) => page.getByRole('log').evaluate((log, to) => void (log.scrollTop = log.scrollHeight * to), part);
  await drag(0.5);
  await expect.poll(async () => {
    const [first = 0] = await inView();
    return first > 0.4 * COUNT && first < 0.6 * COUNT;
  }).toBe(true);
  await drag(0);
  await expect.poll(inView).toContain(1);
  expect(await page.getByRole('article').count()).toBeLessThan(FEW);
});
