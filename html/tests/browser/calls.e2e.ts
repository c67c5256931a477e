// Calls between real browsers: pictures must move, not only states change.
import { expect, test } from 'vitest';

import { setStage } from '../support/stage';
import { Caller, openWithMedia } from './caller';
import { clean, fits } from './judge';

const PATIENCE_MS = 240_000;

const stage = setStage(openWithMedia);

const inside = (name: string, settings?: Parameters<typeof Caller.inside>[3]): Promise<Caller> =>
  Caller.inside(stage.browser, stage.server.page, name, settings);

async function leaveAll(...callers: Caller[]): Promise<void> {
  expect(callers.flatMap(({ faults }) => faults)).toEqual([]);
  await Promise.all(callers.map((caller) => caller.leave()));
}

test('one calls another, who answers with video: both see moving pictures, and what the other turns off', async () => {
  const ann = await inside('call-ann');
  const bob = await inside('call-bob');
  await ann.find('call-bob');
  await ann.call();
  await bob.incoming.waitFor();
  const ms = await bob.timed(1, () => bob.answer());
  await ann.sees(1);
  console.log(`accept to moving pictures, 2 people: ${ms} ms`);
  // The same row on both sides.
  const rows = await Promise.all([ann.row(), bob.row()]);
  expect(rows[0]).toBe(rows[1]);
  await (await ann.doctor()).getByText(/^Connected directly/).waitFor();
  await ann.close();
  await ann.control('Mute the microphone');
  await bob.tile('call-ann').getByRole('img', { name: 'muted' }).waitFor();
  await ann.control('Turn the microphone on');
  await bob.tile('call-ann').getByRole('img', { name: 'muted' }).waitFor({ state: 'detached' });
  await ann.control('Turn the camera off');
  await bob.tile('call-ann').locator('video').waitFor({ state: 'detached' });
  await ann.control('Turn the camera on');
  await bob.sees(1);
  await ann.hangUp();
  await bob.stage.waitFor({ state: 'detached' });
  await ann.log.getByText(/^Video call · \d+:\d\d/).waitFor();
  await leaveAll(ann, bob);
}, PATIENCE_MS);

test('a call is declined, one is cancelled, and both leave their entry', async () => {
  const cal = await inside('call-cal');
  const dot = await inside('call-dot');
  await cal.find('call-dot');
  await cal.call('Call');
  await dot.decline();
  await cal.stage.waitFor({ state: 'detached' });
  await cal.page.getByText('The call was declined.').waitFor();
  await cal.log.getByText('Declined call').waitFor();
  await cal.call('Call');
  await dot.incoming.waitFor();
  await cal.hangUp();
  await dot.incoming.waitFor({ state: 'detached' });
  await dot.open('call-cal');
  await dot.log.getByText('Missed call').first().waitFor();
  await leaveAll(cal, dot);
}, PATIENCE_MS);

test('axe finds nothing to object to in what shows calls, which fits on a phone, too', async () => {
  const eli = await inside('axe-eli');
  const fay = await inside('axe-fay', { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true });
  await fay.open('Lobby');
  await eli.find('axe-fay');
  await eli.page.getByRole('button', { name: 'Video call', exact: true }).click();
  const before = eli.page.getByRole('dialog', { name: 'Call axe-fay' });
  await before.locator('video').waitFor();
  await clean(eli.page, 'before a call');
  await before.getByRole('button', { name: 'Test', exact: true }).click();
  const test = eli.page.getByRole('dialog', { name: 'Test devices and connection' });
  await test.locator('[data-kind=browser][data-verdict=works]').waitFor();
  await clean(eli.page, 'the test before a call');
  await eli.page.keyboard.press('Escape');
  await test.waitFor({ state: 'detached' });
  await before.getByRole('button', { name: 'Call', exact: true }).click();
  await fay.incoming.waitFor();
  await clean(fay.page, 'an incoming call');
  await fits(fay.page, 'an incoming call');
  await fay.answer();
  await Promise.all([eli.sees(1), fay.sees(1)]);
  await clean(eli.page, 'a call');
  await fits(fay.page, 'a call');
  await eli.doctor();
  await clean(eli.page, 'people and connections');
  await eli.close();
  await fay.doctor();
  await fits(fay.page, 'people and connections');
  await fay.close();
  await eli.hangUp();
  await fay.stage.waitFor({ state: 'detached' });
  await leaveAll(eli, fay);
}, PATIENCE_MS);
