// Calls that meet nobody, and calls whose network is cut and comes back.
import { afterAll, expect, test } from 'vitest';

import { Caller, openWithMedia } from '../browser/caller';
import { setStage } from '../support/stage';
import { Turn } from '../support/turn';
import { Wire } from '../support/wire';
import { relayOnly } from './hooks';

const RECOVERY_MS = 5_000;

let turn: Turn;
let wire: Wire;
const stage = setStage(() => openWithMedia(['--allow-loopback-in-peer-connection']), async () => {
  turn = await Turn.start('what chatd and coturn share');
  wire = await Wire.to(turn.port);
  return [...turn.options, '--ring-timeout', '10s'];
});
afterAll(async () => {
  wire?.stop();
  await turn?.stop();
});

const inside = (name: string, prepare?: Parameters<typeof Caller.inside>[4]): Promise<Caller> =>
  Caller.inside(stage.browser, stage.server.page, name, {}, prepare);

test('the network is cut, to the others and to the server, and comes back', async () => {
  const ann = await inside('net-ann', relayOnly('udp'));
  const bob = await inside('net-bob', relayOnly('udp', wire.port));
  await ann.find('net-bob');
  await ann.call();
  await bob.answer();
  await Promise.all([ann.sees(1), bob.sees(1)]);
  for (const cut of ['media', 'media and server']) {
    wire.up = false;
    if (cut !== 'media') await bob.page.context().setOffline(true);
    const began = Date.now();
    await Promise.all([
      bob.tile('net-ann').getByText('Reconnecting…').waitFor(),
      ann.tile('net-bob').getByText(/Reconnecting…|Lost the server/).waitFor(),
    ]);
    console.log(`${cut} cut, noticed after ${Date.now() - began} ms`);
    wire.up = true;
    if (cut !== 'media') await bob.page.context().setOffline(false);
    const back = Date.now();
    await bob.tile('net-ann').getByText('Reconnecting…').waitFor({ state: 'detached' });
    await Promise.all([ann.sees(1), bob.sees(1)]);
    const took = Date.now() - back;
    console.log(`${cut} back to moving pictures: ${took} ms; bound ${RECOVERY_MS} ms`);
    expect(took).toBeLessThan(RECOVERY_MS);
  }
  await ann.hangUp();
  expect([ann, bob].flatMap(({ faults }) => faults)).toEqual([]);
  await Promise.all([ann.leave(), bob.leave()]);
});

test('busy, not to be disturbed, no answer, cancelled: each is told, and left in the conversation', async () => {
  const [cal, dot, eve] = [await inside('out-cal'), await inside('out-dot'), await inside('out-eve')];
  await cal.find('out-dot');
  await eve.find('out-dot');
  await cal.call('Call');
  await dot.answer('Answer');
  await dot.tile('out-cal').waitFor();
  await eve.dial('Call');
  await eve.isTold('Busy in another call.');
  await cal.hangUp();
  await dot.stage.waitFor({ state: 'detached' });

  const quiet = async (on: boolean): Promise<void> => {
    await dot.menu('Settings');
    await dot.page.getByRole('tab', { name: 'Calls' }).click();
    const sign = dot.page.getByRole('switch', { name: /^Do not disturb/ });
    await sign.click();
    await dot.page.locator(`[role=switch][aria-checked=${on}]`).and(sign).waitFor();
    await dot.close();
  };
  await quiet(true);
  await eve.dial('Call');
  await eve.isTold('Does not want to be disturbed.');
  await eve.stage.waitFor({ state: 'detached' });
  expect(await dot.incoming.count()).toBe(0);
  await quiet(false);

  await eve.call('Call');
  await dot.incoming.waitFor();
  await Promise.all([eve.isTold('Nobody answered.'), dot.incoming.waitFor({ state: 'detached' })]);
  await eve.stage.waitFor({ state: 'detached' });
  await eve.call('Call');
  await dot.incoming.waitFor();
  await eve.hangUp();
  await dot.incoming.waitFor({ state: 'detached' });
  await dot.open('out-eve');
  await expect.poll(() => dot.log.getByText('Missed call').count(), { timeout: 30_000 }).toBe(4);
  expect([cal, dot, eve].flatMap(({ faults }) => faults)).toEqual([]);
  await Promise.all([cal.leave(), dot.leave(), eve.leave()]);
});

test('whoever closed the page goes into the group’s running call again without being called', async () => {
  const people = ['again-ann', 'again-bob', 'again-cal'];
  const [ann, bob, cal] = [await inside('again-ann'), await inside('again-bob'), await inside('again-cal')];
  await ann.found('again', people.slice(1));
  await ann.call();
  await Promise.all([bob.answer(), cal.answer()]);
  await Promise.all([ann, bob, cal].map((one) => one.sees(2)));
  await cal.leave();
  await ann.tile('again-cal').waitFor({ state: 'detached' });
  const back = await inside('again-cal');
  await back.open('again');
  await back.page.getByRole('region', { name: 'Running call' }).getByText('again-ann began a video call here.').waitFor();
  await back.join();
  await Promise.all([ann, bob, back].map((one) => one.sees(2)));

  // Not after being taken out.
  await ann.doctor();
  await ann.page.getByRole('group', { name: 'again-cal' }).getByRole('button', { name: 'Take out of the call' }).click();
  await ann.page.getByRole('button', { name: 'Take out of the call', exact: true }).last().click();
  await back.stage.waitFor({ state: 'detached' });
  await back.page.reload();
  await back.open('again');
  await back.page.getByRole('button', { name: 'Video call', exact: true }).waitFor();
  expect(await back.page.getByRole('region', { name: 'Running call' }).count()).toBe(0);
  await Promise.all([ann.leave(), bob.leave(), back.leave()]);
});
