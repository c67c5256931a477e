// Calls that go over a real coturn with the credentials that chatd hands out, and what is told when it does not work.
import { afterAll, expect, test } from 'vitest';

import { Caller, openWithMedia } from '../browser/caller';
import { setStage } from '../support/stage';
import { Turn } from '../support/turn';
import { relayOnly, type Transport } from './hooks';

const RECOVERY_MS = 5_000;
const TURNS = ['turn_udp', 'turn_tcp', 'turn_tls'];

let turn: Turn;
const stage = setStage(() => openWithMedia(['--allow-loopback-in-peer-connection']), async () => {
  turn = await Turn.start('what chatd and coturn share');
  return turn.options;
});
afterAll(() => turn?.stop());

async function pair(transport: Transport): Promise<[Caller, Caller]> {
  const inside = (name: string): Promise<Caller> =>
    Caller.inside(stage.browser, stage.server.page, `${transport}-${name}`, {}, relayOnly(transport));
  const [ann, bob] = [await inside('ann'), await inside('bob')];
  await ann.find(`${transport}-bob`);
  await ann.call();
  await bob.incoming.waitFor();
  return [ann, bob];
}

test.each(['udp', 'tcp', 'tls'] as const)('forced over the relay by %s; it is started anew, and dies and comes back', async (transport) => {
  const [ann, bob] = await pair(transport);
  const ms = await bob.timed(1, () => bob.answer());
  await ann.sees(1);
  console.log(`accept to moving pictures, over the relay by ${transport}: ${ms} ms`);
  await (await ann.doctor()).getByText('Connected over a relay').waitFor();
  await ann.close();

  const still = await ann.stoodStill(async () => {
    await turn.halt();
    await turn.launch();
  });
  console.log(`relay started anew, by ${transport}: pictures stood still for ${still} ms; bound ${RECOVERY_MS} ms`);
  expect(still).toBeLessThan(RECOVERY_MS);
  await Promise.all([ann.sees(1), bob.sees(1)]);

  await turn.halt();
  const cut = Date.now();
  await ann.tile(`${transport}-bob`).getByText('Reconnecting…').waitFor();
  console.log(`relay gone, by ${transport}, told after ${Date.now() - cut} ms`);
  await turn.launch();
  const back = Date.now();
  await ann.tile(`${transport}-bob`).getByText('Reconnecting…').waitFor({ state: 'detached' });
  await Promise.all([ann.sees(1), bob.sees(1)]);
  const took = Date.now() - back;
  console.log(`relay back to moving pictures, by ${transport}: ${took} ms; bound ${RECOVERY_MS} ms`);
  expect(took).toBeLessThan(RECOVERY_MS);
  expect([ann, bob].flatMap(({ faults }) => faults)).toEqual([]);
  await ann.hangUp();
  await Promise.all([ann.leave(), bob.leave()]);
});

test('a relay with another secret is told of, in the call and in the test before it', async () => {
  const cal = await Caller.inside(stage.browser, stage.server.page, 'test-cal');
  const verdict = (kind: string, is: string): Promise<void> => cal.page.locator(`li[data-kind=${kind}][data-verdict=${is}]`).waitFor();
  await cal.menu('Settings');
  await cal.page.getByRole('tab', { name: 'Calls' }).click();
  await cal.page.getByRole('button', { name: 'Test devices and connection' }).click();
  await Promise.all([verdict('browser', 'works'), verdict('stun', 'works'), ...TURNS.map((kind) => verdict(kind, 'works'))]);
  await turn.halt();
  await turn.launch('something else');
  await cal.page.getByRole('button', { name: 'Test again' }).click();
  await Promise.all(TURNS.map((kind) => verdict(kind, 'refused')));
  await cal.page.getByText('The secret of the relay and that of the chat server differ.').first().waitFor();
  await turn.halt();
  await cal.page.getByRole('button', { name: 'Test again' }).click();
  await Promise.all([verdict('browser', 'works'), ...TURNS.map((kind) => verdict(kind, 'no_answer'))]);
  await cal.leave();

  await turn.launch('something else');
  const [ann, bob] = await pair('tcp');
  await bob.answer();
  await (await ann.doctor()).getByText('The relay refuses the credentials: its secret and that of the chat server differ.').waitFor();
  await Promise.all([ann.leave(), bob.leave()]);
  await turn.halt();
});
