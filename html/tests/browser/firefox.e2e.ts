// The same page in Debian's Firefox: in, said and heard, and there after a reload.
import 'fake-indexeddb/auto';
import puppeteer, { type Browser } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { Chatd } from '../support/chatd';
import { Person } from '../support/person';
import { until } from '../support/until';

let server: Chatd;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([
    Chatd.startWithPage(),
    puppeteer.launch({ browser: 'firefox', executablePath: '/usr/bin/firefox-esr', headless: true, acceptInsecureCerts: true }),
  ]);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

test('it works in Firefox', async () => {
  const ann = await Person.enter(server.page, 'fox-ann');
  const page = await browser.newPage();
  page.setDefaultTimeout(20_000);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  await page.goto(server.page);
  await page.locator('input[name=username]').fill('fox-bob');
  await page.locator('input[name=password]').fill('secret12');
  await page.locator('button[type=submit]').click();
  await page.locator('textarea').fill('from a fox');
  await page.locator('button.send').click();
  await until('heard', () => ann.texts('lobby').includes('from a fox'));
  await ann.say('lobby', 'hello fox');
  const shows = (text: string) => page.waitForFunction((words) => document.querySelector('[role=log]')?.textContent?.includes(words), {}, text);
  await shows('hello fox');
  await page.reload();
  await shows('hello fox');
  await shows('from a fox');
  expect(faults).toEqual([]);
  ann.link.end();
});
