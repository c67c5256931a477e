// Files between people in Chromium: chosen, pasted, dropped, recorded, sent, looked at, heard, saved, and gone on with.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';

import { png } from '../support/pictures';
import { setStage } from '../support/stage';
import { openWithMedia } from './caller';
import { Visitor } from './visitor';

const stage = setStage(openWithMedia);
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

interface Chosen {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

class Sender extends Visitor {
  static override async inside(...given: Parameters<typeof Visitor.inside>): Promise<Sender> {
    return new Sender((await Visitor.inside(...given)).page);
  }

  get dialog(): Locator { return this.page.getByRole('dialog', { name: /^Send / }); }

  async attach(...files: Chosen[]): Promise<void> {
    const chooser = this.page.waitForEvent('filechooser');
    await this.page.getByRole('button', { name: 'Attach files' }).click();
    await (await chooser).setFiles(files);
    await this.dialog.waitFor();
  }

  async sendChosen(): Promise<void> {
    await this.dialog.getByRole('button', { name: 'Send', exact: true }).click();
    await this.dialog.waitFor({ state: 'detached' });
  }

  picture(name: string): Locator {
    return this.log.getByRole('button', { name: `Open picture ${name}` }).last();
  }

  /** Gives the page files as the clipboard or a hand would. */
  async give(kind: 'paste' | 'drop', target: Locator, name: string, bytes: Buffer): Promise<void> {
    await target.evaluate((element, [event, title, base64]) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(atob(base64 as string), (one) => one.charCodeAt(0))], title as string, { type: 'image/png' }));
      if (event === 'paste') {
        element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
        return;
      }
      for (const step of ['dragenter', 'dragover', 'drop']) {
        element.dispatchEvent(new DragEvent(step, { dataTransfer: data, bubbles: true, cancelable: true }));
      }
    }, [kind, name, bytes.toString('base64')]);
  }
}

const inside = (name: string, settings?: Parameters<typeof Visitor.inside>[3]): Promise<Sender> =>
  Sender.inside(stage.browser, stage.server.page, name, settings);

const picture = (name: string, colour: number, width = 1200, height = 800): Chosen =>
  ({ name, mimeType: 'image/png', buffer: png(width, height, colour) });

test('pictures are chosen, put in order, said something to, sent, and looked at by another', async () => {
  const [ann, bob] = await Promise.all([inside('files-ann'), inside('files-bob')]);
  await ann.attach(picture('second.png', 40), picture('first.png', 200, 300, 900));
  await ann.dialog.getByRole('button', { name: 'Send first.png earlier' }).click();
  const rows = ann.dialog.getByRole('listitem');
  const order = (): Promise<string[]> => rows.locator('bdi').allTextContents();
  expect(await order()).toEqual(['first.png', 'second.png']);
  // By the hand as well: the first one down, and what is first then.
  for (const expected of [['second.png', 'first.png'], ['first.png', 'second.png']]) {
    const [from, to] = await Promise.all([rows.first().boundingBox(), rows.last().boundingBox()]);
    if (!from || !to) throw new Error('the rows are not there');
    await ann.page.mouse.move(from.x + 10, from.y + from.height / 2);
    await ann.page.mouse.down();
    await ann.page.mouse.move(to.x + 10, to.y + to.height / 2, { steps: 4 });
    await ann.page.mouse.up();
    await expect.poll(order).toEqual(expected);
  }
  await ann.dialog.getByRole('textbox').fill('look at **these**');
  await ann.sendChosen();
  await ann.log.getByText('these', { exact: true }).last().waitFor();

  await bob.log.getByText('these', { exact: true }).last().waitFor();
  const shown = () => bob.log.getByRole('article').evaluateAll((items) =>
    items.map((item) => item.querySelector('.picture img')?.getAttribute('alt') ?? item.querySelector('.said')?.textContent));
  await expect.poll(async () => (await shown()).slice(-3), { timeout: 20_000 }).toEqual(['first.png', 'second.png', 'look at these']);
  // Its room is kept before it is there, and what is loaded is the smaller one.
  const image = bob.picture('second.png').locator('img');
  await expect.poll(() => image.evaluate((one: HTMLImageElement) => one.naturalWidth)).toBe(640);
  expect(await bob.picture('second.png').evaluate((one) => one.parentElement?.style.aspectRatio)).toMatch(/^1\.5/);

  await bob.picture('second.png').focus();
  await bob.page.keyboard.press('Enter');
  const viewer = bob.page.getByRole('dialog', { name: 'second.png' });
  await expect.poll(() => viewer.getByRole('img', { name: 'second.png' }).evaluate((one: HTMLImageElement) => one.naturalWidth)).toBe(1200);
  await bob.page.keyboard.press('ArrowLeft');
  await bob.page.getByRole('dialog', { name: 'first.png' }).getByText(/^\d+ of \d+$/).waitFor();
  await bob.page.keyboard.press('+');
  await bob.page.getByRole('button', { name: 'Smaller' }).and(bob.page.locator(':enabled')).waitFor();
  await bob.page.keyboard.press('Escape');
  await bob.page.getByRole('dialog').waitFor({ state: 'detached' });
  await expect.poll(() => bob.picture('second.png').evaluate((one) => one === document.activeElement)).toBe(true);
  expect([...ann.faults, ...bob.faults]).toEqual([]);
  await Promise.all([ann.leave(), bob.leave()]);
});

test('a picture is sent on by the keyboard, to somebody who could not see it before', async () => {
  const [mia, ned, ola] = await Promise.all([inside('files-mia'), inside('files-ned'), inside('files-ola')]);
  await mia.find('files-ned');
  await mia.attach(picture('passed on.png', 90, 700, 500));
  await mia.sendChosen();
  await mia.say('words to pass on');
  await ned.find('files-mia');
  await ned.picture('passed on.png').waitFor();
  const address = await ned.picture('passed on.png').locator('img').evaluate((one: HTMLImageElement) => one.src);
  const status = (visitor: Sender): Promise<number> => visitor.page.evaluate(async (url) => (await fetch(url)).status, address);
  expect(await status(ola)).toBe(404);
  const shown = ned.log.getByRole('article').filter({ has: ned.page.getByRole('button', { name: 'Open picture passed on.png' }) }).last();
  for (const message of [shown, ned.message('words to pass on').last()]) {
    await message.getByRole('button', { name: 'More actions' }).focus();
    await ned.page.keyboard.press('Enter');
    await ned.page.getByRole('menuitem', { name: 'Forward', exact: true }).press('Enter');
    await ned.page.getByRole('combobox', { name: 'Forward to' }).fill('files-ola');
    await ned.page.getByRole('option', { name: 'files-ola' }).and(ned.page.locator('[aria-selected="true"]')).waitFor();
    await ned.page.keyboard.press('Enter');
    await ned.page.getByText('Sent to files-ola').last().waitFor();
  }
  await ola.find('files-ned');
  await ola.sees('words to pass on');
  await expect.poll(() => ola.picture('passed on.png').locator('img').evaluate((one: HTMLImageElement) => one.naturalWidth)).toBe(640);
  expect(await status(ola)).toBe(200);
  await ned.find('files-ola');
  await expect.poll(() => ned.picture('passed on.png').locator('img').evaluate((one: HTMLImageElement) => one.naturalWidth)).toBe(640);
  expect([...mia.faults, ...ned.faults, ...ola.faults]).toEqual([]);
  await Promise.all([mia.leave(), ned.leave(), ola.leave()]);
});

test('what is pasted or dropped is shown before it is sent, with what was begun to be written', async () => {
  const cy = await inside('files-cy');
  await cy.composer.fill('from the clipboard');
  await cy.give('paste', cy.composer, 'pasted.png', png(40, 30));
  await cy.dialog.getByRole('img', { name: 'pasted.png' }).waitFor();
  expect(await cy.dialog.getByRole('textbox').inputValue()).toBe('from the clipboard');
  await cy.sendChosen();
  await cy.picture('pasted.png').waitFor();
  await cy.stored('from the clipboard');
  expect(await cy.composer.inputValue()).toBe('');
  await cy.give('drop', cy.log, 'dropped.png', png(30, 40));
  await cy.dialog.getByRole('img', { name: 'dropped.png' }).waitFor();
  await cy.sendChosen();
  await cy.picture('dropped.png').waitFor();
  expect(cy.faults).toEqual([]);
  await cy.leave();
});

test('files with hostile names and contents are saved as what they are, and nothing of them runs', async () => {
  const [dora, emil] = await Promise.all([inside('files-dora'), inside('files-emil')]);
  const script = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>';
  const hostile: Chosen[] = [
    { name: '<img src=x onerror=alert(3)>.html', mimeType: 'text/html', buffer: Buffer.from('<script>alert(4)</script>') },
    { name: 'drawing.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(script) },
    { name: 'photo\u202egnp.exe', mimeType: 'image/png', buffer: Buffer.from('MZ, no picture') },
  ];
  for (const visitor of [dora, emil]) visitor.page.on('dialog', (dialog) => void visitor.faults.push(dialog.message()));
  await dora.attach(...hostile);
  await dora.sendChosen();
  for (const [at, name] of ['<img src=x onerror=alert(3)>.html', 'drawing.svg', 'photognp.exe'].entries()) {
    const link = emil.log.getByRole('link', { name: `Download ${name}` }).last();
    const saved = emil.page.waitForEvent('download');
    await link.click();
    const download = await saved;
    expect(sha256(readFileSync(await download.path()))).toBe(sha256(hostile[at]?.buffer as Buffer));
    expect(download.suggestedFilename()).not.toMatch(/[\u202e/\\]/);
  }
  expect(await emil.log.locator('script, iframe, object, embed, svg script').count()).toBe(0);
  expect([...dora.faults, ...emil.faults]).toEqual([]);
  await Promise.all([dora.leave(), emil.leave()]);
});

test('an upload is paused, outlives a reload, and arrives whole', async () => {
  const finn = await inside('files-finn');
  const bytes = Buffer.alloc(9_000_000, 'no two parts of it are the same: ').map((value, index) => (value + index * 7 + (index >> 8)) & 0xff);
  const network = await finn.page.context().newCDPSession(finn.page);
  await network.send('Network.enable');
  const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 300_000 };
  await network.send('Network.emulateNetworkConditions', slow);
  await finn.attach({ name: 'large.bin', mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) });
  await finn.sendChosen();
  const progress = finn.log.getByRole('progressbar', { name: 'Uploading large.bin' });
  const percent = async (): Promise<number> => Number(await progress.getAttribute('aria-valuenow'));
  await expect.poll(percent, { timeout: 20_000 }).toBeGreaterThan(1);
  await finn.log.getByRole('button', { name: 'Pause the upload of large.bin' }).click();
  await finn.log.getByText('Paused', { exact: true }).waitFor();
  expect(await percent()).toBeLessThan(100);
  await expect.poll(() => finn.kept('uploads')).toContain('"id"');
  await finn.page.reload();
  await finn.log.getByText('Paused', { exact: true }).waitFor();
  await network.send('Network.emulateNetworkConditions', { ...slow, uploadThroughput: -1 });
  await finn.log.getByRole('button', { name: 'Go on with the upload of large.bin' }).click();
  const link = finn.log.getByRole('link', { name: 'Download large.bin' }).last();
  await link.waitFor();
  const info = await link.evaluate(async (one: HTMLAnchorElement) => await (await fetch(`${one.href}/info`)).json() as { hash: string; size: number });
  expect(info).toMatchObject({ hash: sha256(Buffer.from(bytes)), size: bytes.length });
  await expect.poll(() => finn.kept('uploads')).toBe('[]');
  expect(finn.faults).toEqual([]);
  await finn.leave();
});

test('a voice message is recorded, listened to, sent, and heard on while one looks elsewhere', async () => {
  const [gina, hans] = await Promise.all([inside('files-gina'), inside('files-hans')]);
  await gina.page.evaluate(() => {
    const { play } = HTMLMediaElement.prototype;
    HTMLMediaElement.prototype.play = function counted() {
      document.body.dataset.played = 'yes';
      return play.call(this);
    };
  });
  await gina.page.getByRole('button', { name: 'Record a voice message' }).click();
  await gina.page.getByRole('timer').getByText(/^0:0[2-9]$/).waitFor();
  await gina.page.getByRole('button', { name: 'Stop and listen' }).click();
  const form = gina.page.getByRole('group', { name: 'Voice message' });
  await form.getByRole('button', { name: 'Play Voice message' }).click();
  await gina.page.locator('body[data-played]').waitFor();
  await form.getByRole('button', { name: 'Send the voice message' }).click();
  await gina.composer.waitFor();

  const message = hans.log.getByRole('article', { name: /files-gina/ }).last();
  // The recording itself does not say how long it is.
  await message.getByText(/^0:0[2-9]$/).waitFor();
  await message.getByRole('button', { name: 'Play Voice message' }).click();
  const bar = hans.page.getByRole('region', { name: 'Now playing' });
  await bar.getByRole('button', { name: 'Speed: 1×' }).click();
  await bar.getByRole('button', { name: 'Speed: 1.25×' }).waitFor();
  await hans.find('files-gina');
  await bar.getByText('files-gina · Lobby').waitFor();
  await bar.getByRole('slider', { name: 'Position' }).and(hans.page.locator(':enabled')).waitFor();
  await bar.getByRole('button', { name: 'Stop', exact: true }).click();
  await bar.waitFor({ state: 'detached' });

  // At once, without listening.
  await gina.page.getByRole('button', { name: 'Record a voice message' }).click();
  await gina.page.getByRole('timer').getByText(/^0:0[1-9]$/).waitFor();
  await gina.page.getByRole('button', { name: 'Send the voice message' }).click();
  await gina.composer.waitFor();
  await hans.open('Lobby');
  await expect.poll(() => hans.log.getByRole('button', { name: 'Play Voice message' }).count()).toBeGreaterThan(1);
  // Held, it records until it is let go.
  const sent = await gina.log.getByRole('article').count();
  await gina.page.getByRole('button', { name: 'Record a voice message' }).hover();
  await gina.page.mouse.down();
  await gina.page.getByRole('timer').getByText(/^0:0[1-9]$/).waitFor();
  await gina.page.mouse.up();
  await form.getByRole('button', { name: 'Play Voice message' }).waitFor();
  await form.getByRole('button', { name: 'Discard the voice message' }).click();
  await gina.composer.waitFor();
  expect(await gina.log.getByRole('article').count()).toBe(sent);
  expect([...gina.faults, ...hans.faults]).toEqual([]);
  await Promise.all([gina.leave(), hans.leave()]);
});

/** Half a minute of a hum. */
function wav(): Buffer {
  const [rate, count] = [8000, 240_000];
  const bytes = Buffer.alloc(44 + count, 128);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + count, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  for (const [value, at] of [[1, 20], [1, 22], [1, 32], [8, 34]] as const) bytes.writeUInt16LE(value, at);
  for (const [value, at] of [[rate, 24], [rate, 28], [count, 40]] as const) bytes.writeUInt32LE(value, at);
  bytes.write('data', 36);
  for (let index = 0; index < count; index += 1) bytes[44 + index] = 128 + Math.round(20 * Math.sin(index / 6));
  return bytes;
}

/** Half a second of a film, made by the page. */
const film = (visitor: Visitor): Promise<string> => visitor.page.evaluate(async () => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 160, height: 90 });
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const timer = setInterval(() => context.fillRect(Math.random() * 150, 0, 9, 90), 30);
  const recorder = new MediaRecorder(canvas.captureStream(20), { mimeType: 'video/webm;codecs=vp8' });
  const parts: Blob[] = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const stopped = new Promise((done) => { recorder.onstop = done; });
  recorder.start();
  await new Promise((done) => { setTimeout(done, 500); });
  recorder.stop();
  await stopped;
  clearInterval(timer);
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
});

test('music and films play where they are, one at a time', async () => {
  const [kim, lou] = await Promise.all([inside('files-kim'), inside('files-lou')]);
  await kim.attach({ name: 'hum.wav', mimeType: 'audio/wav', buffer: wav() }, { name: 'clip.webm', mimeType: 'video/webm', buffer: Buffer.from(await film(kim), 'base64') });
  await kim.sendChosen();
  const video = lou.log.getByLabel('Video clip.webm').last();
  await expect.poll(() => video.evaluate((one: HTMLVideoElement) => one.videoWidth)).toBe(160);
  await lou.log.getByRole('button', { name: 'Play hum.wav' }).last().click();
  await lou.log.getByRole('button', { name: 'Pause hum.wav' }).waitFor();
  await video.evaluate((one: HTMLVideoElement) => one.play());
  await lou.log.getByRole('button', { name: 'Play hum.wav' }).last().waitFor();
  expect([...kim.faults, ...lou.faults]).toEqual([]);
  await Promise.all([kim.leave(), lou.leave()]);
});

test('one’s own picture is cut out, and others see it', async () => {
  const [ida, jo] = await Promise.all([inside('files-ida'), inside('files-jo')]);
  await ida.menu('Settings');
  const chooser = ida.page.waitForEvent('filechooser');
  await ida.page.getByRole('button', { name: 'Change the picture' }).click();
  await (await chooser).setFiles(picture('me.png', 120));
  const dialog = ida.page.getByRole('dialog', { name: 'Your picture' });
  await dialog.getByRole('slider', { name: 'Size of the picture' }).fill('2');
  await dialog.getByRole('application').press('ArrowRight');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  const own = ida.page.getByRole('button', { name: 'Change the picture' }).locator('img');
  await expect.poll(() => own.evaluate((one: HTMLImageElement) => [one.naturalWidth, one.naturalHeight])).toEqual([400, 400]);
  await ida.page.keyboard.press('Escape');
  await ida.say('new face');
  await jo.page.reload();
  await jo.sees('new face');
  await expect.poll(() => jo.log.locator('.face img').last().evaluate((one: HTMLImageElement) => one.naturalWidth)).toBe(400);
  expect([...ida.faults, ...jo.faults]).toEqual([]);
  await Promise.all([ida.leave(), jo.leave()]);
});
