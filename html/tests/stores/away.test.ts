// What is there after reloads, broken connections and a server that died: everything, once.
import 'fake-indexeddb/auto';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';

import type { Message } from '../../src/stores/model';
import { Chatd, UNLIMITED } from '../support/chatd';
import { Browser } from '../support/browser';
import { Person } from '../support/person';
import { until } from '../support/until';

let server: Chatd;
const people: Person[] = [];

beforeAll(async () => {
  server = await Chatd.start();
});

afterAll(async () => {
  for (const person of people) person.link.end();
  await server.stop();
});

async function enter(name: string, browser?: Browser): Promise<Person> {
  const person = await Person.enter(server.page, name, browser);
  people.push(person);
  return person;
}

async function reload(person: Person): Promise<Person> {
  const again = await person.reload();
  people.push(again);
  return again;
}

const allStored = (person: Person, key: string): Promise<boolean> =>
  until('all stored', () => person.messages.of(key).messages.every(({ state }) => state === 'stored'));

test('after a reload one is in, and the last conversations are there before the connection', async () => {
  const ann = await enter('away-ann');
  await ann.say('lobby', 'kept');
  const kept = () => ann.link.cache?.conversations();
  await until('in the cache', async () => (await kept())?.some(({ entries }) => entries.some(({ mess }) => mess === 'kept')));
  const again = await reload(ann);
  expect(again.session.phase).toBe('in');
  expect(again.session.me?.name).toBe('away-ann');
  expect(again.connection.phase).toBe('connecting');
  expect(again.texts('lobby')).toContain('kept');
  await again.online();
  expect(again.texts('lobby').filter((text) => text === 'kept')).toHaveLength(1);
});

test('a broken connection is made again, and what was said meanwhile is told once', async () => {
  const bob = await enter('away-bob');
  const cleo = await enter('away-cleo');
  await bob.cut();
  for (let number = 1; number <= 20; number += 1) await cleo.say('lobby', `meanwhile ${number}`);
  await bob.online();
  await until('told', () => bob.texts('lobby').includes('meanwhile 20'));
  const told = bob.texts('lobby').filter((text) => text.startsWith('meanwhile'));
  expect(told).toEqual(Array.from({ length: 20 }, (_, index) => `meanwhile ${index + 1}`));
});

test('work typed offline is sent in its order when the server is back, also after a reload', async () => {
  const dan = await enter('away-dan');
  await server.halt();
  await until('lost', () => dan.connection.phase !== 'online');
  for (let number = 1; number <= 5; number += 1) dan.messages.send('lobby', { text: `offline ${number}` });
  dan.drafts.set('lobby', { text: 'half a thou', replyTo: 0 });
  expect(dan.messages.of('lobby').messages.at(-1)).toMatchObject({ text: 'offline 5', state: 'queued' });
  await until('kept', async () => (await dan.link.cache?.outbox())?.length === 5 && dan.browser.storage.getItem(`drafts-${dan.id}`));
  const again = await reload(dan);
  expect(again.session.phase).toBe('in');
  expect(again.texts('lobby').slice(-5)).toEqual([1, 2, 3, 4, 5].map((number) => `offline ${number}`));
  expect(again.drafts.get('lobby').text).toBe('half a thou');
  await server.launch();
  again.connection.retryNow();
  await again.online();
  await allStored(again, 'lobby');
  expect(again.texts('lobby').filter((text) => text.startsWith('offline'))).toEqual(
    [1, 2, 3, 4, 5].map((number) => `offline ${number}`));
  await until('nothing left', async () => (await again.link.cache?.outbox())?.length === 0);
});

test('killed while many are sent: each is stored once, in order, and everybody sees the same', async () => {
  const eve = await enter('away-eve');
  const fay = await enter('away-fay');
  const texts = Array.from({ length: 200 }, (_, index) => `mid-send ${index}`);
  for (const text of texts) eve.messages.send('lobby', { text });
  await until('some are stored', () =>
    eve.messages.of('lobby').messages.some((one) => one.text === 'mid-send 20' && one.state === 'stored'));
  await server.halt('SIGKILL');
  await until('lost', () => eve.connection.phase === 'waiting' && fay.connection.phase === 'waiting');
  expect(eve.messages.of('lobby').messages.at(-1)?.state).toBe('queued');
  await server.launch();
  for (const person of [eve, fay]) person.connection.retryNow();
  await Promise.all([eve.online(), fay.online()]);
  await allStored(eve, 'lobby');
  await until('fay has the last', () => fay.texts('lobby').includes('mid-send 199'));
  for (const person of [eve, fay]) {
    expect(person.texts('lobby').filter((text) => text.startsWith('mid-send'))).toEqual(texts);
  }
  const seqs = fay.messages.of('lobby').messages.map(({ seq }) => seq);
  expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
}, 60_000);

test('a second device has the same conversations, and sees what the first one sends', async () => {
  const gil = await enter('away-gil');
  const hal = await enter('away-hal');
  await gil.say(`user:${hal.id}`, 'from the laptop');
  const phone = await enter('away-gil');
  await until('told', () => phone.texts(`user:${hal.id}`).includes('from the laptop'));
  await gil.say(`user:${hal.id}`, 'still the laptop');
  const seen = await until('seen', () => phone.messages.of(`user:${hal.id}`).messages.find(({ text }) => text === 'still the laptop'));
  expect(seen.mine).toBe(true);
  const listed = await phone.session.devices();
  const devices = listed.ok ? listed.devices : [];
  expect(devices.map(({ current }) => current).sort()).toEqual([false, true]);
  const other = devices.find(({ current }) => !current);
  expect(await phone.session.endDevice(other?.id ?? '')).toEqual({ ok: true });
  await until('out', () => gil.session.phase === 'guest');
  expect(gil.session.refusal?.code).toBe('login_required');
  expect(gil.conversations.list).toEqual([]);
  expect(phone.connection.phase).toBe('online');
});

test('of more conversations than the server tells of, the others are read anew: nothing twice, and no hole', async () => {
  const small = await Chatd.start([...UNLIMITED, '--resume-conversations', '3']);
  onTestFinished(() => small.stop());
  const [me, open, closed, ...newest] = await Promise.all(
    ['me', 'open', 'closed', 'newer', 'newest'].map((name) => Person.enter(small.page, `few-${name}`))) as [Person, Person, Person, Person];
  people.push(me, open, closed, ...newest);
  const key = (one: Person) => `user:${one.id}`;
  const tell = async (one: Person, text: string) => {
    await one.say(key(me), text);
    if (me.connection.phase === 'online') await until(text, () => me.texts(key(one)).includes(text));
  };
  for (const one of [closed, open, ...newest]) {
    await tell(one, 'first');
    await tell(one, 'second');
  }
  me.conversations.open(key(open));
  me.link.connection?.stop();
  for (const one of [closed, open]) {
    const first = one.messages.of(key(me)).messages[0] as Message;
    expect(await one.messages.recall(first)).toEqual({ ok: true });
    await tell(one, 'missed');
  }
  for (const one of newest) await tell(one, 'third');
  me.link.connection?.start();
  await me.online();
  await until('what is in view is read anew', () => me.texts(key(open)).includes('missed'));
  expect(me.texts(key(open))).toEqual(['', 'second', 'missed']);
  expect(me.texts(key(closed))).toEqual([]);
  for (const one of newest) expect(me.texts(key(one))).toEqual(['first', 'second', 'third']);
  await tell(closed, 'live');
  expect(me.conversations.byKey(key(closed))?.last?.text).toBe('live');
  me.conversations.open(key(closed));
  await me.messages.loadOlder(key(closed));
  expect(me.texts(key(closed))).toEqual(['', 'second', 'missed', 'live']);
  await tell(open, 'live');
  expect(me.texts(key(open))).toEqual(['', 'second', 'missed', 'live']);
});

test('logging out forgets everything that was kept', async () => {
  const ida = await enter('away-ida');
  const id = ida.id;
  await ida.say('lobby', 'secret');
  await until('in the cache', async () => (await ida.link.cache?.conversations())?.length);
  expect(await ida.session.leave()).toEqual({ ok: true });
  expect(ida.session).toMatchObject({ phase: 'guest', me: null, refusal: null });
  expect(ida.connection.phase).toBe('idle');
  expect((await indexedDB.databases()).map(({ name }) => name)).not.toContain(`chatd-${id}`);
  expect(ida.browser.storage.length).toBe(0);
  const again = await reload(ida);
  expect(again.session).toMatchObject({ phase: 'guest', refusal: null });
});

test('what was begun is kept for who began it, and shown to nobody else', async () => {
  const jan = await enter('away-jan');
  jan.drafts.set('lobby', { text: 'half a thou', replyTo: 0 });
  // At once, before it would be written down by itself.
  const device = await jan.session.devices();
  const other = await enter('away-jan');
  if (device.ok) await other.session.endDevice(device.devices[0]?.id ?? '');
  await until('out', () => jan.session.phase === 'guest');
  jan.drafts.set('lobby', { text: 'typed into what is left of the page', replyTo: 0 });
  expect(jan.drafts.get('lobby').text).toBe('');
  expect(await jan.session.enter('away-kay', 'secret12')).toEqual({ ok: true });
  expect(jan.drafts.get('lobby').text).toBe('');
  expect(await jan.session.leave()).toEqual({ ok: true });
  expect(await jan.session.enter('away-jan', 'secret12')).toEqual({ ok: true });
  expect(jan.drafts.get('lobby').text).toBe('half a thou');
});

test('a form that is refused says why', async () => {
  await enter('away-jo');
  const stranger = new Person(new Browser(server.page));
  await stranger.session.start();
  expect(stranger.session).toMatchObject({ phase: 'guest', refusal: null });
  expect(await stranger.session.enter('away-jo', 'wrong')).toMatchObject({ ok: false, refusal: { code: 'wrong_password' } });
  expect(stranger.session).toMatchObject({ phase: 'guest', refusal: { code: 'wrong_password' } });
  expect(await stranger.session.enter('x'.repeat(40), 'secret12')).toMatchObject({ refusal: { code: 'invalid_name' } });
  expect(await stranger.session.enter('away-unknown', 'secret12', true)).toMatchObject({ refusal: { code: 'wrong_password' } });
});

test('another account in the same browser takes over every page of it', async () => {
  const kim = await enter('away-kim');
  await kim.say('lobby', 'by kim');
  const page = new Person(kim.browser);
  people.push(page);
  await page.session.enter('away-lou', 'secret12');
  await page.online();
  // Kim's session ended by it.
  await until('out', () => kim.session.phase === 'guest');
  const again = await reload(kim);
  await again.online();
  expect(again.session.me?.name).toBe('away-lou');
});
