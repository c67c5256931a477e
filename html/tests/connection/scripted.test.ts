// The connection against a server that does what real ones do rarely.
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test } from 'vitest';

import type { Batch } from '../../src/connection/entry';
import { Link } from '../../src/stores/link';
import { Browser } from '../support/browser';
import { ACCOUNT, Scripted, type Dialogue } from '../support/scripted';
import { until } from '../support/until';

let server: Scripted;
let browser: Browser;
let link: Link;
let batches: Batch[];

const texts = (): unknown[] => batches.flatMap(({ entries }) => entries.map(({ mess }) => mess));
const phase = (): string | undefined => link.connection?.phase;

beforeEach(async () => {
  server = await Scripted.start();
  browser = new Browser(server.page);
  const { addresses, http, storage, surroundings, open } = browser;
  link = new Link({ addresses, http, storage, surroundings, open, times: { doubtMs: 100 } });
  batches = [];
  link.events.on('batch', (batch) => batches.push(batch));
  await link.begin(ACCOUNT);
});

afterEach(async () => {
  link.end();
  await server.stop();
  indexedDB.deleteDatabase('chatd-me');
});

async function online(): Promise<Dialogue> {
  const dialogue = await server.connection();
  await dialogue.settle();
  await until('online', () => phase() === 'online');
  return dialogue;
}

function send(id: string, mess = id): void {
  link.outbox?.add(id, 'lobby', { type: 100, receiver_id: '0', mess });
}

test('what comes live while resuming follows what was missed, once', async () => {
  const dialogue = await server.connection();
  await dialogue.logIn();
  const { places, done } = await dialogue.resume();
  expect(places).toEqual([]);
  for (const seq of [8, 7, 6]) dialogue.say(dialogue.text(seq));
  dialogue.page([4, 5].map((seq) => dialogue.text(seq)), { state: 'new', complete: false });
  dialogue.page([6].map((seq) => dialogue.text(seq)));
  done();
  dialogue.say(dialogue.text(9));
  await until('all told', () => texts().length === 6);
  expect(texts()).toEqual([4, 5, 6, 7, 8, 9].map((seq) => `text ${seq}`));
  expect(batches.map(({ state }) => state)).toEqual(['new', 'continued', 'live', 'live', 'live']);
});

test.each([
  ['a gap', (one: Dialogue) => one.text(3)],
  ['another numbering', (one: Dialogue) => one.text(2, 'text 2', { epoch: 'f' })],
])('%s makes it resume from its place', async (_what, next) => {
  const first = await online();
  first.say(first.text(1));
  first.say(next(first));
  const second = await server.connection();
  expect(await second.settle()).toEqual([{ conversation: 'lobby', seq: 1, epoch: 'e' }]);
  expect(texts()).toEqual(['text 1']);
});

test('a lobby that was empty is named as that, so that what comes first is not missed', async () => {
  const first = await online();
  first.close(1001);
  const second = await server.connection();
  expect(await second.settle()).toEqual([{ conversation: 'lobby', seq: 0, epoch: '' }]);
  second.say(second.text(1));
  await until('told', () => texts().length === 1);
  second.close(1001);
  expect(await (await server.connection()).settle()).toEqual([{ conversation: 'lobby', seq: 1, epoch: 'e' }]);
});

test('a place that is over is replaced by what the page says', async () => {
  const first = await online();
  first.say(first.text(1));
  await until('told', () => texts().length === 1);
  first.close(1013);
  const second = await server.connection();
  await second.logIn();
  const { done } = await second.resume();
  second.page([second.text(2)], { state: 'renumbered', epoch: 'f', last_seq: 2 });
  second.page([], { conversation: 'group:g', state: 'not_a_member', last_seq: 0 });
  done();
  await until('online', () => phase() === 'online');
  expect(batches.at(-1)).toMatchObject({ state: 'renumbered', epoch: 'f' });
  expect(link.connection?.inbox.places.get('lobby')).toMatchObject({ seq: 2, epoch: 'f' });
});

test('of more places than may be named, the newest are', async () => {
  const first = await server.connection();
  await first.logIn();
  const { done } = await first.resume();
  for (const [peer, seq] of [['a', 3], ['b', 1], ['c', 4]] as const) {
    first.page([first.text(seq, 'hi', { conversation: `user:${peer}` })], { conversation: `user:${peer}`, state: 'new' });
  }
  done();
  await until('online', () => phase() === 'online');
  // Until now the newest was c's, and b's the oldest.
  first.say(first.text(2, 'again', { conversation: 'user:b', timestamp: 1_700_000_009 }));
  await until('told', () => batches.at(-1)?.state === 'live');
  first.close(1001);
  const places = await (await server.connection()).settle();
  expect(places.map(({ conversation }) => conversation).sort()).toEqual(['lobby', 'user:b', 'user:c']);
  // What was held of the other may be out of date from now on.
  expect(batches.at(-1)).toMatchObject({ conversation: 'user:a', state: 'forgotten', lastSeq: 3, entries: [] });
});

test('a message in doubt is sent again with its id, and stored once', async () => {
  const stored: string[] = [];
  link.events.on('stored', ({ outgoing }) => stored.push(outgoing.id));
  const first = await online();
  send('a');
  send('b');
  await first.hear(100);
  first.close(1001);
  const second = await server.connection();
  await second.settle();
  expect((await second.hear(100)).id).toBe('a');
  second.stored({ id: 'a' }, 1);
  second.stored({ id: 'a' }, 1);
  expect((await second.hear(100)).id).toBe('b');
  // The message itself says that it is stored as well as its 110 does.
  second.say(second.text(1, 'a', { id: 'a', sender_id: 'me' }));
  second.say(second.text(2, 'b', { id: 'b', sender_id: 'me' }));
  await until('both stored', () => stored.length === 2);
  expect(stored).toEqual(['a', 'b']);
  expect(link.outbox?.all()).toEqual([]);
});

test('a connection that is ended and made again goes on with what it was sending', async () => {
  const first = await online();
  send('a');
  await first.hear(100);
  // As when the server cannot be asked to end the session.
  link.connection?.stop();
  send('b');
  expect(link.outbox?.all().map(({ state }) => state)).toEqual(['queued', 'queued']);
  link.connection?.start();
  const second = await server.connection();
  await second.settle();
  expect((await second.hear(100)).id).toBe('a');
  second.stored({ id: 'a' }, 1);
  expect((await second.hear(100)).id).toBe('b');
});

test('what is to be tried again is, in its order; what is refused fails alone', async () => {
  const dialogue = await online();
  for (const id of ['a', 'b', 'c']) send(id);
  const a = await dialogue.hear(100);
  dialogue.say({ type: 901, code: 'rate_limited', retry_after: 0.05, trace_id: a.id });
  expect((await dialogue.hear(100)).id).toBe('a');
  dialogue.say({ type: 901, code: 'not_a_member', mess: 'words', trace_id: 'a' });
  expect((await dialogue.hear(100)).id).toBe('b');
  dialogue.stored({ id: 'b' }, 1);
  expect((await dialogue.hear(100)).id).toBe('c');
  expect(link.outbox?.get('a')).toMatchObject({ state: 'failed', refusal: { code: 'not_a_member', text: 'words' } });
  link.outbox?.retry('a');
  dialogue.stored({ id: 'c' }, 2);
  expect((await dialogue.hear(100)).id).toBe('a');
});

test('a message that the server cannot take does not close every connection', async () => {
  const first = await online();
  send('poison');
  await first.hear(100);
  first.close(1007);
  await until('failed', () => link.outbox?.get('poison')?.state === 'failed');
  const second = await online();
  send('large', 'x'.repeat(2000));
  send('fine');
  expect((await second.hear(100)).id).toBe('fine');
  expect(link.outbox?.get('large')).toMatchObject({ state: 'failed', refusal: { code: 'too_large' } });
});

test.each([
  [4204, 'login_required'], [4206, 'disabled'], [4207, 'superseded'], [4209, 'removed'],
])('close %i ends it for good, as %s', async (code, reason) => {
  const dialogue = await online();
  dialogue.say({ type: code - 4000, mess: 'because', reason: 'because', code: reason });
  dialogue.close(code);
  await until('stopped', () => phase() === 'stopped');
  expect(link.connection?.reason).toMatchObject({ code: reason, text: 'because' });
  link.connection?.wake();
  expect(phase()).toBe('stopped');
  link.connection?.start();
  await online();
});

test.each([1001, 1006, 1008, 1011, 1012, 1013])('after close %i it comes back', async (code) => {
  const dialogue = await online();
  const waits: number[] = [];
  link.events.on('phase', (now) => now === 'waiting' && waits.push((link.connection?.retryAt ?? 0) - Date.now()));
  if (code === 1006) browser.cut();
  else dialogue.close(code);
  const [wait] = await until('a wait', () => (waits.length > 0 ? waits : null));
  expect(wait).toBeGreaterThan([1008, 1013].includes(code) ? 900 : -50);
  expect(wait).toBeLessThanOrEqual([1008, 1013].includes(code) ? 1200 : 200);
  link.connection?.wake();
  await online();
});

test('a connection that died unseen is found out when the page is looked at again', async () => {
  const dead = await online();
  browser.surroundings.document.dispatchEvent(new Event('visibilitychange'));
  await dead.hear(213);
  // No answer: the next connection begins without this one's end.
  const second = await server.connection();
  await second.settle();
  await until('online', () => phase() === 'online');
  browser.surroundings.window.dispatchEvent(new Event('online'));
  const { trace_id } = await second.hear(213);
  second.say({ type: 213, mess: 1, trace_id });
  await new Promise((done) => setTimeout(done, 1_200));
  expect(phase()).toBe('online');
});

test('the network that comes back ends the waiting', async () => {
  // Long enough to be seen: no less than a second after this close.
  (await server.connection()).close(1013);
  await until('waiting', () => phase() === 'waiting');
  browser.surroundings.window.dispatchEvent(new Event('online'));
  expect(phase()).toBe('connecting');
});

test('a busy server is asked to log in again; one that lets nobody in is not', async () => {
  const dialogue = await server.connection();
  const first = await dialogue.hear(205);
  dialogue.say({ type: 901, code: 'busy', trace_id: first.trace_id });
  const second = await dialogue.hear(205);
  dialogue.say({ type: 204, code: 'login_required', trace_id: second.trace_id });
  await until('stopped', () => phase() === 'stopped');
  expect(link.connection?.reason?.code).toBe('login_required');
});

test('another account in the cookie is not this user', async () => {
  const dialogue = await server.connection();
  const { trace_id } = await dialogue.hear(205);
  dialogue.say({ type: 205, user: { ...ACCOUNT, user_id: 'you' }, trace_id });
  await until('stopped', () => phase() === 'stopped');
  expect(link.connection?.reason?.code).toBe('other_user');
});

test('garbage, unknown types and messages without what they must hold are passed over', async () => {
  const dialogue = await online();
  dialogue.raw(new Uint8Array([0xc1, 0xff]));
  dialogue.raw(new Uint8Array([0x93, 1, 2, 3]));
  dialogue.say({ type: 4711, conversation: 'lobby' });
  dialogue.say({ type: 100, conversation: 'lobby', seq: 'one' });
  dialogue.say({ type: 811, conversation: 'lobby', mess: 'no list' });
  dialogue.say(dialogue.text(1));
  await until('told', () => texts().length === 1);
  expect(phase()).toBe('online');
});
