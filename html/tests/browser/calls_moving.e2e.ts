// Calls that move to another device, outlive a reload, and outlive the server.
import { expect, test } from 'vitest';

import { setStage } from '../support/stage';
import { Caller, openWithMedia } from './caller';

const PATIENCE_MS = 240_000;

const stage = setStage(() => openWithMedia([], 15));

const inside = (name: string, settings?: Parameters<typeof Caller.inside>[3]): Promise<Caller> =>
  Caller.inside(stage.browser, stage.server.page, name, settings);

async function leaveAll(...callers: Caller[]): Promise<void> {
  expect(callers.flatMap(({ faults }) => faults)).toEqual([]);
  await Promise.all(callers.map((caller) => caller.leave()));
}

test('it rings on every device of a user, and one that answers silences the others', async () => {
  const eve = await inside('call-eve');
  const laptop = await inside('call-fox');
  const phone = await inside('call-fox', { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true });
  await eve.find('call-fox');
  await eve.call();
  await Promise.all([laptop.incoming.waitFor(), phone.incoming.waitFor()]);
  await phone.answer();
  await laptop.incoming.waitFor({ state: 'detached' });
  await Promise.all([eve.sees(1), phone.sees(1)]);
  // The running call moves to the other device.
  await laptop.find('call-eve');
  await laptop.join();
  await phone.stage.waitFor({ state: 'detached' });
  await Promise.all([eve.sees(1), laptop.sees(1)]);
  await leaveAll(eve, laptop, phone);
}, PATIENCE_MS);

test('three people; one loads the page anew, the server is restarted: pictures go on', async () => {
  const gil = await inside('call-gil');
  const hue = await inside('call-hue');
  const ivy = await inside('call-ivy');
  await gil.find('call-hue');
  await gil.call();
  await hue.answer();
  await Promise.all([gil.sees(1), hue.sees(1)]);
  await gil.control('Call more people');
  const dialog = gil.page.getByRole('dialog', { name: 'Call more people' });
  await dialog.getByRole('textbox', { name: 'Search by name' }).fill('call-ivy');
  await dialog.getByRole('checkbox', { name: /call-ivy/ }).click();
  await dialog.getByRole('button', { name: 'Call', exact: true }).click();
  await ivy.incoming.waitFor();
  const joined = await ivy.timed(2, () => ivy.answer());
  await Promise.all([gil.sees(2), hue.sees(2)]);
  console.log(`accept to moving pictures, 3 people: ${joined} ms`);

  const reloaded = Date.now();
  await hue.page.reload();
  await hue.stage.waitFor();
  await hue.sees(2);
  console.log(`reload to moving pictures of all: ${Date.now() - reloaded} ms`);
  await Promise.all([gil.sees(2), ivy.sees(2)]);

  await stage.server.halt('SIGKILL');
  await gil.stage.getByText('The server is away; the call goes on').waitFor();
  await Promise.all([gil.sees(2), hue.sees(2), ivy.sees(2)]);
  const restarted = Date.now();
  await stage.server.launch();
  await gil.stage.getByText('The server is away; the call goes on').waitFor({ state: 'detached' });
  console.log(`server back to signalling back: ${Date.now() - restarted} ms`);
  await Promise.all([gil.sees(2), hue.sees(2), ivy.sees(2)]);
  // Signalling works again.
  await ivy.control('Mute the microphone');
  await gil.tile('call-ivy').getByRole('img', { name: 'muted' }).waitFor();
  await ivy.hangUp();
  await gil.tile('call-ivy').waitFor({ state: 'detached' });
  await Promise.all([gil.leave(), hue.leave(), ivy.leave()]);
}, PATIENCE_MS);
