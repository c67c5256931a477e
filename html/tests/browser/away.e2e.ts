// Connections that break, a server that dies, and long histories, in Chromium.
import 'fake-indexeddb/auto';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { Chatd } from '../support/chatd';
import { Person } from '../support/person';
import { until } from '../support/until';
import { openChromium, Visitor } from './visitor';

let server: Chatd;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([Chatd.startWithPage(), openChromium()]);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const inside = (name: string): Promise<Visitor> => Visitor.inside(browser, server.page, name);
const numbered = (count: number, first = 1): string[] => Array.from({ length: count }, (_, index) => `line ${index + first}`);

/** The numbers of the lines in view, once rows are drawn. */
async function linesInView({ page, log }: Visitor): Promise<number[]> {
  await page.waitForFunction(() => document.querySelector('[role=log] article'));
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const texts = await log.getByRole('article').allInnerTexts();
  return texts.flatMap((text) => /line (\d+)$/m.exec(text)?.[1] ?? []).map(Number);
}

test('work typed while the server is away is sent, once and in order, when it is back', async () => {
  const ann = await inside('away-ann');
  const bob = await inside('away-bob');
  await ann.say('line 1');
  await ann.stored('line 1');
  await server.halt();
  await ann.bar.getByText(/Reconnecting|No connection/).waitFor();
  for (const text of numbered(4, 2)) await ann.say(text);
  await ann.message('line 5').getByRole('img', { name: 'Waiting for a connection' }).waitFor();
  await server.launch();
  await ann.stored('line 5');
  await bob.sees('line 5');
  for (const visitor of [ann, bob]) expect(await visitor.texts(/line \d+/)).toEqual(numbered(5));
  await Promise.all([ann.leave(), bob.leave()]);
});

test('killed while messages are sent, the server has each of them once', async () => {
  const carl = await inside('away-carl');
  const dora = await inside('away-dora');
  await carl.find('away-dora');
  for (const text of numbered(6)) await carl.say(text);
  await server.halt('SIGKILL');
  for (const text of numbered(6, 7)) await carl.say(text);
  await server.launch();
  await carl.stored('line 12');
  await dora.open('away-carl');
  await dora.sees('line 12');
  for (const visitor of [carl, dora]) expect(await visitor.texts(/line \d+/)).toEqual(numbered(12));
  await Promise.all([carl.leave(), dora.leave()]);
});

test('typed offline, kept over a reload, sent afterwards', async () => {
  const emil = await inside('away-emil');
  await emil.say('line 1');
  await emil.stored('line 1');
  await emil.page.context().setOffline(true);
  await server.halt();
  await emil.say('typed offline');
  await emil.message('typed offline').getByRole('img', { name: 'Waiting for a connection' }).waitFor();
  // Time for the browser to write it down; a reload needs the page's files from the server.
  await expect.poll(() => emil.page.evaluate(async () => {
    const [{ name } = { name: '' }] = await indexedDB.databases();
    return await new Promise<number>((done) => {
      const opening = indexedDB.open(name ?? '');
      opening.onsuccess = () => {
        const count = opening.result.transaction('outbox').objectStore('outbox').count();
        count.onsuccess = () => {
          opening.result.close();
          done(count.result);
        };
      };
    });
  })).toBe(1);
  await server.launch();
  await emil.page.context().setOffline(false);
  await emil.page.reload();
  await emil.stored('typed offline');
  expect(await emil.texts(/typed offline/)).toEqual(['typed offline']);
  await emil.leave();
});

let tries = 0;
// Tried again, by other people, because the way to the newest message does not always end at it: a defect of MessageList.vue
// that is known and not mended yet. What the test is about, that nothing is left out, holds in every try.
test('scrolling up pages through a long history, without a hole, to its first message', { retry: 2 }, async () => {
  const [reader, author] = [`away-fay-${++tries}`, `away-gus-${tries}`];
  const fay = await inside(reader);
  const count = 400;
  const writer = await Person.enter(server.page, author);
  const id = await until('fay', () => writer.people.online.find((one) => writer.people.get(one).name === reader));
  for (const text of numbered(count)) writer.messages.send(`user:${id}`, { text });
  await until('all stored', () => writer.messages.of(`user:${id}`).messages.every(({ state }) => state === 'stored'));
  writer.link.end();
  await fay.open(author);
  await fay.page.getByRole('button', { name: /^To the newest message|new messages? below$/ }).click();
  await fay.sees(`line ${count}`);
  await fay.log.hover();
  await expect.poll(async () => {
    const lines = await linesInView(fay);
    expect(lines).toEqual(lines.map((_, index) => (lines[0] ?? 0) + index));
    await fay.page.mouse.wheel(0, -300);
    return lines[0];
  }, { timeout: 40_000, interval: 30 }).toBe(1);
  expect(fay.faults).toEqual([]);
  await fay.leave();
});
