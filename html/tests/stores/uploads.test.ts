// Files of several users' stores against a real server.
import 'fake-indexeddb/auto';
import { createHash, randomBytes } from 'node:crypto';

import { afterAll, beforeAll, expect, test } from 'vitest';

import type { SendPatch } from '../../src/connection/upload_http';
import type { FileInfo } from '../../src/protocol/messages.gen';
import { Refused } from '../../src/protocol/refusals';
import type { Message } from '../../src/stores/model';
import type { FileToSend } from '../../src/stores/uploads';
import { Browser } from '../support/browser';
import { Chatd } from '../support/chatd';
import { Person } from '../support/person';
import { png } from '../support/pictures';
import { until } from '../support/until';

const LARGEST = 1024 * 1024;
let server: Chatd;
const people: Person[] = [];

beforeAll(async () => {
  server = await Chatd.start(['--rate-limits', 'off', '--max-upload-size', String(LARGEST)]);
});

afterAll(async () => {
  for (const person of people) person.link.end();
  await server.stop();
});

async function enter(name: string, browser = new Browser(server.page)): Promise<Person> {
  const person = await Person.enter(server.page, name, browser);
  people.push(person);
  return person;
}

const file = (name: string, bytes: Uint8Array | string, type = ''): FileToSend => ({ name, blob: new Blob([bytes as BlobPart], { type }) });
const shown = (person: Person, key: string): readonly Message[] => person.messages.of(key).messages;
const words = ({ text, file: sent }: Message): string => sent?.name ?? text;
const stored = (person: Person, key: string, count: number) =>
  until(`${count} stored`, () => shown(person, key).filter(({ state }) => state === 'stored').length === count);

/** What the server says of a message's file. */
async function infoOf(person: Person, url: string): Promise<FileInfo> {
  return await (await person.browser.fetch(`${url}/info`)).json() as FileInfo;
}

test('files go in their order, are what they are, and what is said to them follows', async () => {
  const [ann, bob] = [await enter('up-ann'), await enter('up-bob')];
  const key = `user:${bob.id}`;
  const picture = png(900, 600);
  ann.uploads.send(key, [
    { ...file('sun.png', picture, 'image/png'), width: 900, height: 600 }, file('notes.txt', 'some words', 'text/plain'), file('', ''),
  ], { text: 'for you' });
  expect(shown(ann, key).map((one) => [words(one), one.state])).toEqual([
    ['sun.png', 'uploading'], ['notes.txt', 'uploading'], ['file', 'uploading'], ['for you', 'queued']]);
  expect(shown(ann, key)[0]?.file).toMatchObject({ kind: 'image', width: 900, height: 600, url: '' });
  await stored(ann, key, 4);
  const there = `user:${ann.id}`;
  await until('seen', () => shown(bob, there).length === 4);
  expect(shown(bob, there).map(words)).toEqual(['sun.png', 'notes.txt', 'file', 'for you']);
  const [sun, notes] = shown(bob, there) as [Message, Message];
  expect(sun).toMatchObject({ kind: 'image', file: { kind: 'image', type: 'image/png', width: 900, height: 600 } });
  expect(sun.file?.preview).toMatch(/\/files\/\w+\/preview$/);
  expect(sun.file?.placeholder).toMatch(/^data:image\/webp;base64,/);
  expect(notes).toMatchObject({ kind: 'file', file: { kind: 'file', size: 10 } });
  expect(await (await bob.browser.fetch(notes.file?.url ?? '')).text()).toBe('some words');
  expect(ann.uploads.uploads.size).toBe(0);
  expect(await ann.link.cache?.blob(shown(ann, key)[0]?.id ?? '')).toBeUndefined();
});

test('after a reload an upload goes on where it stands, and is whole', async () => {
  const browser = new Browser(server.page);
  const whole = browser.patch;
  const offsets: number[] = [];
  // Half of it, and then nothing moves.
  const half: SendPatch = async (patch, sending) => {
    await whole({ ...patch, body: patch.body.slice(0, patch.body.size / 2) }, sending);
    return await new Promise((_, reject) => sending.signal.addEventListener('abort', () => reject(new Error('left'))));
  };
  Object.assign(browser, { patch: half });
  const cy = await enter('up-cy', browser);
  const bytes = randomBytes(300_000);
  cy.uploads.send('lobby', [file('half.bin', bytes)]);
  await until('half of it', () => [...cy.uploads.uploads.values()].some(({ sent }) => sent === 150_000));
  await until('kept', async () => (await cy.link.cache?.outbox())?.some(({ upload }) => upload?.path));
  Object.assign(browser, { patch: ((patch, sending) => {
    offsets.push(Number(patch.headers['upload-offset']));
    return whole(patch, sending);
  }) satisfies SendPatch });
  const again = await cy.reload();
  people.push(again);
  expect(shown(again, 'lobby').map(({ state }) => state)).toEqual(['uploading']);
  await stored(again, 'lobby', 1);
  expect(offsets).toEqual([150_000]);
  const info = await infoOf(again, shown(again, 'lobby')[0]?.file?.url ?? '');
  expect(info.hash).toBe(createHash('sha256').update(bytes).digest('hex'));
});

test('what is refused stays with its reason, and a file that is gone says so', async () => {
  const dora = await enter('up-dora');
  dora.uploads.send('lobby', [file('large.bin', randomBytes(LARGEST + 1)), file('fake.png', 'no picture', 'image/png')]);
  const large = () => shown(dora, 'lobby').find((one) => words(one) === 'large.bin');
  await until('refused', () => large()?.state === 'failed');
  expect(large()?.refusal?.code).toBe('file_too_large');
  // It does not hold up the other one, which is no picture after all.
  await until('the other is stored', () => shown(dora, 'lobby').some((one) => words(one) === 'fake.png' && one.state === 'stored'));
  expect(shown(dora, 'lobby').find((one) => words(one) === 'fake.png')?.kind).toBe('file');
  await dora.link.cache?.removeBlob(large()?.id ?? '');
  await dora.link.cache?.putBlob({ id: 'left behind', blob: new Blob(['x']) });
  const again = await dora.reload();
  people.push(again);
  await again.online();
  const kept = shown(again, 'lobby').find((one) => words(one) === 'large.bin') as Message;
  expect(kept.state).toBe('failed');
  again.messages.retry(kept);
  await until('lost', () => shown(again, 'lobby').some(({ refusal }) => refusal?.code === 'file_lost'));
  again.messages.discard(kept);
  expect(await again.link.cache?.blob('left behind')).toBeUndefined();
  expect(shown(again, 'lobby').some((one) => words(one) === 'large.bin')).toBe(false);
});

test('given up, a file takes what was said to it along, unless others of them were sent', async () => {
  const browser = new Browser(server.page);
  const whole = browser.patch;
  /** What lets an upload go on, by its content. */
  const held = new Map<string, () => void>();
  Object.assign(browser, { patch: (async (patch, sending) => {
    const content = await patch.body.text();
    await new Promise<void>((done) => { held.set(content, done); });
    return await whole(patch, sending);
  }) satisfies SendPatch });
  const emil = await enter('up-emil', browser);
  const key = `user:${emil.id}`;
  const mine = (name: string): Message => shown(emil, key).find((one) => words(one) === name) as Message;
  emil.uploads.send(key, [file('alone', '0')], { text: 'of it' });
  await until('under way', () => held.has('0'));
  emil.messages.discard(mine('alone'));
  expect(shown(emil, key)).toEqual([]);

  emil.uploads.send(key, [file('one', '1'), file('two', '2')], { text: 'of both' });
  await until('under way', () => held.has('1') && held.has('2'));
  emil.uploads.pause(mine('two').id ?? '');
  expect(emil.uploads.uploads.get(mine('two').id ?? '')?.state).toBe('paused');
  held.get('1')?.();
  await stored(emil, key, 1);
  emil.messages.discard(mine('two'));
  await stored(emil, key, 2);
  expect(shown(emil, key).map(words)).toEqual(['one', 'of both']);
});

test('an uploaded picture becomes one’s own, and a group’s', async () => {
  const [finn, gina] = [await enter('up-finn'), await enter('up-gina')];
  const upload = async (): Promise<string> => {
    const result = await finn.uploads.upload(new Blob([png(64, 64, 7)], { type: 'image/png' }), 'me.png', () => undefined, new AbortController().signal);
    if (!result.ok) throw new Error(result.refusal.code);
    return result.info.path;
  };
  const path = await upload();
  expect((await finn.session.setAvatar(path, 1)).ok).toBe(true);
  expect(finn.session.me?.avatar).toBe(`${server.page.replace(/\/$/, '')}${path}`);
  expect((await gina.browser.fetch(finn.session.me?.avatar ?? '')).status).toBe(200);
  const hans = await enter('up-hans');
  const made = await finn.groups.create('painters', [gina.id, hans.id]);
  if (!made.ok) throw new Error(made.refusal.code);
  const id = made.key.slice('group:'.length);
  expect(await finn.groups.update(id, { avatar: await upload() })).toEqual({ ok: true });
  await until('seen', () => gina.groups.byId(id)?.avatar.includes('/files/'));
  await until('told', () => shown(gina, made.key).some(({ event }) => event?.action === 'pictured'));
});

test('a server that dies in the middle of an upload has it whole when it is back', async () => {
  const browser = new Browser(server.page);
  const whole = browser.patch;
  let dies = true;
  Object.assign(browser, { patch: (async (patch, sending) => {
    if (!dies) return await whole(patch, sending);
    dies = false;
    await whole({ ...patch, body: patch.body.slice(0, 100_000) }, sending);
    await server.halt('SIGKILL');
    await server.launch();
    throw new Refused('unreachable');
  }) satisfies SendPatch });
  const ivo = await enter('up-ivo', browser);
  const bytes = randomBytes(250_000);
  const key = `user:${ivo.id}`;
  ivo.uploads.send(key, [file('through.bin', bytes)]);
  await stored(ivo, key, 1);
  expect((await infoOf(ivo, shown(ivo, key)[0]?.file?.url ?? '')).hash).toBe(createHash('sha256').update(bytes).digest('hex'));
});
