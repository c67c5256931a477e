// Connections that break, a server that dies, and long histories, in Chromium.
import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';

import { setStage } from '../support/stage';
import { Person } from '../support/person';
import { until } from '../support/until';
import { holesOf, movesOf, record, recorded } from './frames';
import { openChromium, Visitor } from './visitor';

const stage = setStage(openChromium);

const inside = (name: string): Promise<Visitor> => Visitor.inside(stage.browser, stage.server.page, name);
const numbered = (count: number, first = 1): string[] => Array.from({ length: count }, (_, index) => `line ${index + first}`);

test('work typed while the server is away is sent, once and in order, when it is back', async () => {
  const ann = await inside('away-ann');
  const bob = await inside('away-bob');
  await ann.say('line 1');
  await ann.stored('line 1');
  await stage.server.halt();
  await ann.bar.getByText(/Reconnecting|No connection/).waitFor();
  for (const text of numbered(4, 2)) await ann.say(text);
  await ann.message('line 5').getByRole('img', { name: 'Waiting for a connection' }).waitFor();
  await stage.server.launch();
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
  await stage.server.halt('SIGKILL');
  for (const text of numbered(6, 7)) await carl.say(text);
  await stage.server.launch();
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
  await stage.server.halt();
  await emil.say('typed offline');
  await emil.message('typed offline').getByRole('img', { name: 'Waiting for a connection' }).waitFor();
  // Time for the browser to write it down; a reload needs the page's files from the server.
  await expect.poll(() => emil.kept('outbox')).toContain('typed offline');
  await stage.server.launch();
  await emil.page.context().setOffline(false);
  await emil.page.reload();
  await emil.stored('typed offline');
  expect(await emil.texts(/typed offline/)).toEqual(['typed offline']);
  await emil.leave();
});

/** Pixels that the list is scrolled by in a frame. */
const STEP = 400;

test('a long history: opened at what is new, read to the end, scrolled up to its first message without a leap', async () => {
  const fay = await inside('away-fay');
  const gus = await Person.enter(stage.server.page, 'away-gus');
  const id = await until('fay', () => gus.people.online.find((one) => gus.people.get(one).name === 'away-fay'));
  const write = async (texts: string[]): Promise<void> => {
    for (const text of texts) gus.messages.send(`user:${id}`, { text });
    await until('all stored', () => gus.messages.of(`user:${id}`).messages.every(({ state }) => state === 'stored'));
  };
  // She is away meanwhile, so that all of it comes in pages.
  await fay.page.goto('about:blank');
  await write(numbered(400));

  await fay.page.goto(stage.server.page);
  await fay.open('away-gus');
  await fay.beginsAt('line 1');

  await fay.page.getByRole('button', { name: /^To the newest message|new messages? below$/ }).click();
  await fay.isAtEnd('line 400');
  await fay.log.hover();
  await fay.page.mouse.wheel(0, -STEP);
  await fay.page.getByRole('button', { name: 'To the newest message' }).waitFor();

  await record(fay.page);
  await expect.poll(() => fay.log.evaluate(async (log, step) => {
    for (let frame = 0; frame < 30; frame += 1) {
      log.scrollTop -= step;
      await new Promise((done) => requestAnimationFrame(done));
    }
    return log.scrollTop === 0 && log.querySelector('article[data-seq="1"]') !== null;
  }, STEP), { timeout: 40_000, interval: 10 }).toBe(true);
  const frames = await recorded(fay.page);
  expect(frames.flatMap(holesOf)).toEqual([]);
  const moves = movesOf(frames);
  expect(Math.min(...moves), 'what was read does not move up').toBeGreaterThanOrEqual(-1);
  expect(Math.max(...moves), 'nor down by more than it was scrolled').toBeLessThanOrEqual(STEP + 1);

  await fay.page.reload();
  await fay.isAtEnd('line 400');

  await fay.page.goto('about:blank');
  await write(numbered(80, 401));
  await fay.page.goBack();
  await fay.page.getByRole('log', { name: 'Messages in away-gus' }).waitFor();
  await fay.beginsAt('line 401');

  gus.link.end();
  expect(fay.faults).toEqual([]);
  await fay.leave();
});
