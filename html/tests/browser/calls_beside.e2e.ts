// Call rooms by code, and what goes beside the media: text, files, recordings, screens.
import { readFileSync } from 'node:fs';

import type { Download } from 'playwright-core';
import { expect, test } from 'vitest';

import { setStage } from '../support/stage';
import { Caller, openWithMedia, widthOf } from './caller';

const PATIENCE_MS = 240_000;

const stage = setStage(openWithMedia);

/** What the browser saved. */
const saved = async (download: Download): Promise<Buffer> => readFileSync(await download.path());

test('a room by code: joined by link after logging in, full for a third, with text, a file, a recording and a screen', async () => {
  const ann = await Caller.inside(stage.browser, stage.server.page, 'room-ann');
  const sent: Buffer[] = [];
  const cal = await Caller.inside(stage.browser, stage.server.page, 'room-cal');
  await ann.menu('Call by code');
  const opening = ann.page.getByRole('dialog', { name: 'Call by code' });
  await opening.getByRole('radio', { name: '2' }).click();
  await opening.getByRole('button', { name: 'Open a room' }).click();
  await ann.page.getByRole('dialog').getByRole('button', { name: 'Open a room' }).click();
  const code = (await ann.stage.locator('code').textContent()) ?? '';
  expect(code).toMatch(/^[A-Za-z0-9_-]{4,64}$/);

  // Whoever has the link comes in once they are logged in.
  const bob = await Caller.arriveAt(stage.browser, `${stage.server.page}#/call/${code}`);
  bob.page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => sent.push(Buffer.from(payload))));
  await bob.fillIn('room-bob');
  await Promise.all([
    ann.isTold('room-bob joined the call.'),
    bob.page.getByRole('dialog', { name: `Join the call ${code}` }).getByRole('button', { name: 'Join the call', exact: true }).click(),
  ]);
  await Promise.all([ann.sees(1), bob.sees(1)]);

  // There is no place for a third.
  await cal.menu('Call by code');
  await cal.page.getByRole('dialog').getByRole('textbox', { name: 'Code or link' }).fill(code);
  await cal.page.getByRole('dialog').getByRole('button', { name: 'Join', exact: true }).click();
  await Promise.all([
    cal.isTold('The call is full.'), ann.isTold('room-cal wanted to join, but the call is full.'),
    cal.page.getByRole('dialog').getByRole('button', { name: 'Join the call', exact: true }).click(),
  ]);
  await cal.leave();

  // Words and a file go past the server.
  await bob.control('Text and files');
  await bob.page.getByRole('textbox', { name: 'Write to everybody in the call' }).fill('for your eyes only');
  await bob.page.keyboard.press('Enter');
  await ann.control('Text and files');
  const beside = ann.page.getByRole('log', { name: 'Text and files' });
  await beside.getByText('for your eyes only').waitFor();
  const content = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * at) % 251));
  await bob.stage.locator('input[type=file]').setInputFiles({ name: 'notes.bin', mimeType: 'application/octet-stream', buffer: content });
  await beside.getByRole('button', { name: 'Take it' }).click();
  const [file] = await Promise.all([ann.page.waitForEvent('download'), beside.getByRole('button', { name: 'Save' }).click()]);
  expect(file.suggestedFilename()).toBe('notes.bin');
  expect((await saved(file)).equals(content)).toBe(true);
  await bob.page.getByRole('log', { name: 'Text and files' }).getByText('room-ann: received').waitFor();
  expect(sent.some((frame) => frame.includes('for your eyes only') || frame.includes('notes.bin'))).toBe(false);
  await ann.control('Text and files');

  // Nothing is recorded until the other one agrees, and no longer than they do.
  await ann.chooses('Record the call');
  await ann.stage.getByText('Nothing is recorded until room-bob agree.').waitFor();
  expect(await bob.tile('room-ann').getByRole('img', { name: 'records the call' }).count()).toBe(0);
  await bob.stage.getByRole('alert').getByRole('button', { name: 'Agree' }).click();
  await ann.stage.getByText('You record this call.').waitFor();
  await bob.stage.getByText('room-ann records this call.').waitFor();
  await bob.tile('room-ann').getByRole('img', { name: 'records the call' }).waitFor();

  // A screen, and another camera.
  await bob.control('Share the screen');
  await ann.page.waitForFunction(() => [...document.querySelectorAll<HTMLVideoElement>('figure[data-kind=screen] video')]
    .some((video) => video.getVideoPlaybackQuality().totalVideoFrames > 0));
  await bob.control('Stop sharing the screen');
  await ann.page.locator('figure[data-kind=screen]').waitFor({ state: 'detached' });
  const camera = (): Promise<string | undefined> => bob.page.evaluate(() =>
    (document.querySelector<HTMLVideoElement>('figure[data-own] video')?.srcObject as MediaStream | null)?.getVideoTracks()[0]?.label);
  expect(await camera()).toBe('fake_device_0');
  await bob.chooses('Microphone, camera and speaker');
  const picker = bob.page.getByRole('dialog').getByLabel('Camera');
  await picker.selectOption({ label: 'fake_device_2' });
  await expect.poll(camera, { timeout: 30_000 }).toBe('fake_device_2');
  await bob.page.keyboard.press('Escape');
  await Promise.all([ann.sees(1), bob.sees(1)]);

  const [recorded] = await Promise.all([
    ann.page.waitForEvent('download'), ann.isTold('Not recorded: room-bob does not agree.'),
    bob.stage.getByRole('button', { name: 'Not any more' }).click(),
  ]);
  await bob.stage.getByText('room-ann records this call.').waitFor({ state: 'detached' });
  expect(recorded.suggestedFilename()).toMatch(/^call-[\d-]+\.webm$/);
  expect(await widthOf(ann, await saved(recorded))).toBe(1280);

  // The code lives as long as its room.
  await Promise.all([ann.isTold('room-bob left the call.'), bob.hangUp()]);
  await ann.hangUp();
  await bob.menu('Call by code');
  await bob.page.getByRole('dialog').getByRole('textbox', { name: 'Code or link' }).fill(code);
  await bob.page.getByRole('dialog').getByRole('button', { name: 'Join', exact: true }).click();
  await bob.page.getByRole('dialog').getByRole('button', { name: 'Join the call', exact: true }).click();
  await bob.page.getByRole('dialog').getByText('There is no call of this code.').waitFor();
  expect([ann, bob].flatMap(({ faults }) => faults)).toEqual([]);
  await Promise.all([ann.leave(), bob.leave()]);
}, PATIENCE_MS);
