// The page as it is hosted: what the first visit loads, a new version, and under a path of another server.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';

import vue from '@vitejs/plugin-vue';
import type { Browser } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { Chatd } from '../support/chatd';
import { serveUnderPath } from '../support/proxy';
import { openChromium, Visitor } from './visitor';

const HTML = join(import.meta.dirname, '../..');
/** Bytes of gzipped script that a first visit may load, the lobby shown. */
const FIRST_LOAD = 150_000;

const folder = mkdtempSync(join(tmpdir(), 'chatd-page-'));
let server: Chatd;
let browser: Browser;

beforeAll(async () => {
  cpSync(join(HTML, 'dist'), folder, { recursive: true });
  [server, browser] = await Promise.all([Chatd.startWithPage(undefined, folder), openChromium()]);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a first visit loads little', async () => {
  const visitor = await Visitor.arrive(browser, server.page, { serviceWorkers: 'block' });
  await visitor.enter('host-ann');
  await visitor.composer.waitFor();
  const loaded = await visitor.page.evaluate(() =>
    performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname).filter((path) => path.endsWith('.js')));
  const sizes = loaded.map((path) => gzipSync(readFileSync(join(folder, 'assets', basename(path))), { level: 9 }).length);
  expect(loaded.length).toBeGreaterThan(2);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(FIRST_LOAD);
  await visitor.leave();
});

test('a new version waits until the user wants it', async () => {
  const visitor = await Visitor.inside(browser, server.page, 'host-bob');
  const { page } = visitor;
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload();
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
  await visitor.composer.fill('half a thou');
  const worker = join(folder, 'sw.js');
  writeFileSync(worker, readFileSync(worker, 'utf8').replace(/const VERSION = "\w+"/, 'const VERSION = "another"'));
  for (const end of ['.br', '.gz']) rmSync(worker + end, { force: true });
  await page.reload();
  await page.getByText('A new version is ready.').waitFor();
  const loaded = page.waitForEvent('load');
  await page.getByRole('button', { name: 'Reload', exact: true }).click();
  await loaded;
  await visitor.composer.waitFor();
  expect(await page.evaluate(() => caches.keys())).toEqual(['page-another']);
  await expect.poll(() => visitor.composer.inputValue()).toBe('half a thou');
  await page.getByText('A new version is ready.').waitFor({ state: 'detached' });
  expect(visitor.faults).toEqual([]);
  await visitor.leave();
});

test('what is gone from the server, and was not loaded yet, asks for a reload', async () => {
  const visitor = await Visitor.arrive(browser, server.page, { serviceWorkers: 'block' });
  const { page } = visitor;
  await visitor.enter('host-flo');
  await visitor.say('the page is there');
  await visitor.stored('the page is there');
  await page.route(/assets\/SettingsDialog-.*\.js$/, (route) => route.fulfill({ status: 404 }));
  await visitor.menu('Settings');
  await page.getByText('A new version is ready.').waitFor();
  await page.unroute(/assets\/SettingsDialog-.*\.js$/);
  const loaded = page.waitForEvent('load');
  await page.getByRole('button', { name: 'Reload', exact: true }).click();
  await loaded;
  await visitor.menu('Settings');
  await page.getByRole('dialog', { name: 'Settings' }).waitFor();
  await visitor.leave();
});

test('without a network the page opens, and shows what it kept', async () => {
  const visitor = await Visitor.inside(browser, server.page, 'host-cy');
  const { page } = visitor;
  await visitor.say('kept for later');
  await visitor.stored('kept for later');
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload();
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
  await expect.poll(() => visitor.kept('conversations')).toContain('kept for later');
  await server.halt();
  await page.reload();
  await visitor.sees('kept for later');
  await server.launch();
  await visitor.leave();
});

async function isUsableUnder(folder: string, page: string, api: string, name: string): Promise<void> {
  const host = await serveUnderPath({ folder, page, api, server });
  const visitor = await Visitor.arrive(browser, `${host.origin}${page}`, { serviceWorkers: 'block' });
  const strays: string[] = [];
  visitor.page.on('response', (response) => {
    if (response.status() === 404) strays.push(response.url());
  });
  await visitor.enter(name);
  await visitor.say(`from afar, ${name}`);
  await visitor.stored(`from afar, ${name}`);
  await visitor.page.reload();
  await visitor.sees(`from afar, ${name}`);
  await visitor.page.locator('form input[type=file]').setInputFiles({ name: `${name}.txt`, mimeType: 'text/plain', buffer: Buffer.from('carried') });
  await visitor.page.getByRole('dialog').getByRole('button', { name: 'Send', exact: true }).click();
  const link = visitor.log.getByRole('link', { name: `Download ${name}.txt` });
  await link.waitFor();
  expect(await link.evaluate(async (one: HTMLAnchorElement) => await (await fetch(one.href)).text())).toBe('carried');
  expect(strays).toEqual([]);
  expect(visitor.faults).toEqual([]);
  await visitor.leave();
  await host.stop();
}

test('as it was built, another server has it in a folder, and chatd at its root', async () => {
  await isUsableUnder(folder, '/pages/chat/', '/', 'host-dora');
});

test('built for a folder, with chatd in another one', async () => {
  const built = mkdtempSync(join(tmpdir(), 'chatd-built-'));
  // Without what only compresses or draws: html/vite.config.ts has it all.
  await build({
    configFile: false, root: HTML, base: '/pages/chat/', logLevel: 'error', plugins: [vue()],
    define: { 'import.meta.env.VITE_SERVER': JSON.stringify('/chatd') },
    build: { outDir: built, emptyOutDir: true, minify: false },
  });
  await isUsableUnder(built, '/pages/chat/', '/chatd/', 'host-eva');
  rmSync(built, { recursive: true, force: true });
});
