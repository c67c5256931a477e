// The stores of several users against a real server.
import 'fake-indexeddb/auto';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { Chatd } from '../support/chatd';
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

async function enter(name: string, ...rest: [] | [Person['browser']]): Promise<Person> {
  const person = await Person.enter(server.page, name, ...rest);
  people.push(person);
  return person;
}

test('a message to the lobby is shown at once, stored, and seen by the others', async () => {
  const ann = await enter('chat-ann');
  const bob = await enter('chat-bob');
  const message = ann.messages.send('lobby', { text: 'hello' });
  expect(message).toMatchObject({ text: 'hello', mine: true, state: 'sending' });
  expect(ann.texts('lobby')).toContain('hello');
  const seen = await until('bob sees it', () => bob.messages.of('lobby').messages.find(({ text }) => text === 'hello'));
  expect(seen).toMatchObject({ mine: false, senderId: ann.id, kind: 'text', state: 'stored' });
  const stored = await until('stored', () => ann.messages.of('lobby').messages.find(({ state }) => state === 'stored'));
  expect(stored).toMatchObject({ key: message?.key, seq: seen.seq });
  expect(ann.texts('lobby').filter((text) => text === 'hello')).toHaveLength(1);
  await until('the name', () => bob.people.get(ann.id).known);
  expect(bob.people.get(ann.id)).toMatchObject({ name: 'chat-ann', online: true });
});

test('unread messages are counted until they are read, and the lobby has no past for who comes in', async () => {
  const carl = await enter('chat-carl');
  await carl.say('lobby', 'before dora');
  const dora = await enter('chat-dora');
  await until('the marks', () => dora.messages.extended !== null);
  expect(dora.conversations.byKey('lobby')?.unread).toBe(0);
  await carl.say('lobby', 'one');
  await carl.say('lobby', 'two');
  await until('two unread', () => dora.conversations.byKey('lobby')?.unread === 2);
  expect(dora.conversations.unreadTotal).toBe(2);
  dora.conversations.open('lobby');
  const divider = dora.conversations.dividerSeq('lobby');
  expect(dora.messages.bySeq('lobby', divider)?.text).toBe('one');
  dora.conversations.markRead('lobby');
  expect(dora.conversations.byKey('lobby')?.unread).toBe(0);
  expect(dora.conversations.dividerSeq('lobby')).toBe(divider);
  expect(carl.conversations.byKey('lobby')?.unread).toBe(0);
});

test('a private chat begins by opening it, and is in the list of both', async () => {
  const eva = await enter('chat-eva');
  const finn = await enter('chat-finn');
  const key = `user:${finn.id}`;
  eva.conversations.open(key);
  await until('nothing there', () => eva.messages.of(key).atStart);
  expect(eva.conversations.list.map((one) => one.key)).toContain(key);
  await eva.say(key, 'just you');
  const place = await until('in the list', () => finn.conversations.byKey(`user:${eva.id}`));
  expect(place).toMatchObject({ kind: 'user', unread: 1 });
  await until('the name', () => finn.conversations.byKey(`user:${eva.id}`)?.title === 'chat-eva');
  expect(place.last?.text).toBe('just you');
  expect(finn.people.recent).toEqual([eva.id]);
});

test('a group: founded, told, left, and gone from the list', async () => {
  const gina = await enter('chat-gina');
  const hans = await enter('chat-hans');
  const iris = await enter('chat-iris');
  const outcome = await gina.groups.create('climbing', [hans.id, iris.id]);
  if (!outcome.ok) throw new Error(outcome.refusal.code);
  await until('hans has it', () => hans.conversations.byKey(outcome.key)?.title === 'climbing');
  await gina.say(outcome.key, 'tomorrow?');
  await until('iris reads it', () => iris.texts(outcome.key).includes('tomorrow?'));
  const first = await until('iris reads how it began', () => iris.messages.of(outcome.key).messages.find(({ seq }) => seq === 1));
  expect(first).toMatchObject({ kind: 'event', event: { action: 'created', name: 'climbing' } });
  const id = outcome.key.slice('group:'.length);
  expect(await hans.groups.loadMembers(id)).toEqual({ ok: true });
  const members = hans.groups.byId(id)?.members ?? [];
  expect(members.map(({ name, isOwner }) => [name, isOwner]).sort()).toEqual(
    [['chat-gina', true], ['chat-hans', false], ['chat-iris', false]]);
  expect(await iris.groups.leave(id)).toEqual({ ok: true });
  expect(iris.conversations.byKey(outcome.key)).toBeNull();
  await until('hans knows', () => hans.groups.byId(id)?.members?.length === 2);
  expect(hans.messages.of(outcome.key).messages.at(-1)).toMatchObject({ kind: 'event', event: { action: 'left', members: [iris.id] } });
  expect(await gina.groups.dissolve(id)).toEqual({ ok: true });
  await until('gone for hans', () => hans.conversations.byKey(outcome.key) === null);
});

test('a refused message stays, with the reason, until it is discarded', async () => {
  const jane = await enter('chat-jane');
  const message = jane.messages.send('user:nobody-at-all', { text: 'is there anybody' });
  const failed = await until('refused', () =>
    jane.messages.of('user:nobody-at-all').messages.find(({ state }) => state === 'failed'));
  expect(failed).toMatchObject({ key: message?.key, refusal: { code: 'no_such_user' } });
  jane.messages.retry(failed);
  await until('refused again', () => jane.messages.of('user:nobody-at-all').messages[0]?.state === 'failed');
  jane.messages.discard(failed);
  expect(jane.texts('user:nobody-at-all')).toEqual([]);
  jane.messages.send('lobby', { text: 'x'.repeat(70_000) });
  await until('too large', () =>
    jane.messages.of('lobby').messages.some(({ refusal }) => refusal?.code === 'too_large'));
});

test('trying again ends what was said of a failure, also where nothing is left to load', async () => {
  const max = await enter('chat-max');
  const nora = await enter('chat-nora');
  const key = `user:${nora.id}`;
  await max.say(key, 'all there is');
  const window = max.messages.of(key) as { refusal: unknown; atStart: boolean };
  await max.messages.loadOlder(key);
  expect(window.atStart).toBe(true);
  window.refusal = { code: 'offline' };
  await max.messages.loadOlder(key);
  expect(window.refusal).toBeNull();
});

test('history pages join without a gap, from the end, a place and a time', async () => {
  const kate = await enter('chat-kate');
  const leo = await enter('chat-leo');
  const key = `user:${leo.id}`;
  const count = 150;
  for (let number = 1; number <= count; number += 1) kate.messages.send(key, { text: `line ${number}` });
  await until('all stored', () => kate.messages.of(key).messages.every(({ state }) => state === 'stored'));
  const browser = kate.browser;
  kate.link.end();
  indexedDB.deleteDatabase(`chatd-${kate.id}`);
  const again = new Person(browser);
  people.push(again);
  await again.session.start();
  await again.online();
  const window = again.messages.of(key);
  expect(window.messages.length).toBeLessThan(count);
  expect(window).toMatchObject({ atEnd: true, atStart: false });
  expect(await again.messages.jumpToSeq(key, 40)).toBe(40);
  expect(window.atEnd).toBe(false);
  expect(window.messages.some(({ seq }) => seq === 40)).toBe(true);
  while (!window.atEnd) await again.messages.loadNewer(key);
  while (!window.atStart) await again.messages.loadOlder(key);
  expect(window.messages.map(({ seq }) => seq)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
  expect(await again.messages.jumpToTime(key, 1000)).toBe(1);
  const middle = window.messages[99];
  expect(await again.messages.jumpToTime(key, (middle?.time ?? 0) - 0.05)).toBe(100);
  expect(await again.messages.fetchOne(key, 77)).toMatchObject({ text: 'line 77' });
}, 60_000);
