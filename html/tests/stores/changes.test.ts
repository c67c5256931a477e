// Edits, recalls, answers, mentions, marks and people: what the server keeps beside messages.
import 'fake-indexeddb/auto';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { flushAll } from '../../src/stores/later';
import type { Message } from '../../src/stores/model';
import { useOriginals } from '../../src/stores/originals';
import { Chatd } from '../support/chatd';
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
  await until('the marks', () => person.messages.extended !== null);
  return person;
}

const found = (person: Person, key: string, text: string): Promise<Message> =>
  until(text, () => person.messages.of(key).messages.find((message) => message.text === text));

test('an edit and a recall change the message for everybody, live, from the cache and from pages', async () => {
  const ann = await enter('changes-ann');
  const bob = await enter('changes-bob');
  await ann.say('lobby', 'first');
  await ann.say('lobby', 'second');
  const seen = await found(bob, 'lobby', 'second');
  await until('in the cache', async () => (await bob.link.cache?.conversations())?.some(({ seq }) => seq === seen.seq));
  const first = await found(ann, 'lobby', 'first');
  expect([ann.messages.canEdit(first), bob.messages.canEdit(await found(bob, 'lobby', 'first'))]).toEqual([true, false]);
  expect(await ann.messages.edit(first, 'first, mended')).toEqual({ ok: true });
  expect((await found(bob, 'lobby', 'first, mended')).edited).toBeGreaterThan(0);
  await bob.cut();
  expect(await ann.messages.edit(first, 'first, mended twice')).toEqual({ ok: true });
  expect(await ann.messages.recall(await found(ann, 'lobby', 'second'))).toEqual({ ok: true });
  await bob.online();
  expect(await found(bob, 'lobby', 'first, mended twice')).toMatchObject({ key: `s${first.seq}` });
  expect(bob.messages.bySeq('lobby', seen.seq)).toMatchObject({ recalled: true, text: '' });
  expect(bob.texts('lobby')).toHaveLength(2);
  await until('in the cache', async () => JSON.stringify(await bob.link.cache?.conversations()).includes('mended twice'));
  expect(JSON.stringify(await bob.link.cache?.conversations())).not.toContain('second');
  const again = await bob.reload();
  people.push(again);
  expect(again.texts('lobby')).toEqual(['first, mended twice', '']);
  const cleo = await enter('changes-cleo');
  expect(cleo.texts('lobby')).toEqual(['first, mended twice', '']);
  const recalled = cleo.messages.bySeq('lobby', seen.seq) as Message;
  expect(cleo.messages.canRecall(recalled, true)).toBe(false);
  expect(await cleo.messages.recall(recalled)).toMatchObject({ ok: false });
});

test('what an answer quotes is what it is now, also where it is not held', async () => {
  const lea = await enter('changes-lea');
  const max = await enter('changes-max');
  const key = `user:${max.id}`;
  for (let number = 1; number <= 150; number += 1) lea.messages.send(key, { text: `line ${number}` });
  await until('all stored', () => lea.messages.of(key).messages.every(({ state }) => state === 'stored'));
  const other = await enter('changes-max', new Browser(server.page));
  const place = `user:${lea.id}`;
  await found(other, place, 'line 150');
  expect(other.messages.bySeq(place, 1)).toBeNull();
  const quoted = () => useOriginals(other.pinia).get(place, 1);
  await until('fetched', () => quoted()?.text === 'line 1');
  const first = lea.messages.bySeq(key, 1) as Message;
  expect(await lea.messages.edit(first, 'line 1, mended')).toEqual({ ok: true });
  await until('mended', () => quoted()?.text === 'line 1, mended');
  expect(await lea.messages.recall(first)).toEqual({ ok: true });
  await until('recalled', () => quoted()?.recalled);
  await until('not there', () => useOriginals(other.pinia).get(place, 9_999) === null);
}, 60_000);

test('answers and mentions arrive; a mention is counted', async () => {
  const dan = await enter('changes-dan');
  const eve = await enter('changes-eve');
  const seq = await dan.say('lobby', 'a question');
  eve.messages.send('lobby', { text: 'an answer to @changes-dan', replyTo: seq, mentions: [dan.id] });
  const answer = await found(dan, 'lobby', 'an answer to @changes-dan');
  expect(answer).toMatchObject({ replyTo: seq, mentions: [dan.id] });
  expect(dan.conversations.byKey('lobby')).toMatchObject({ unread: 1, mentions: 1 });
  dan.conversations.markRead('lobby');
  expect(dan.conversations.byKey('lobby')).toMatchObject({ unread: 0, mentions: 0 });
});

test('what is read, pinned and muted on one device is so on the other, and after a new login', async () => {
  const fay = await enter('changes-fay');
  const gus = await enter('changes-gus');
  const laptop = await enter('changes-gus');
  const key = `user:${fay.id}`;
  await fay.say(`user:${gus.id}`, 'one');
  await fay.say(`user:${gus.id}`, 'two');
  for (const device of [gus, laptop]) await until('unread', () => device.conversations.byKey(key)?.unread === 2);
  gus.conversations.markRead(key);
  await until('read there too', () => laptop.conversations.byKey(key)?.unread === 0);
  expect(await laptop.conversations.setPinned(key, true)).toEqual({ ok: true });
  expect(await laptop.conversations.setMuted('lobby', true)).toEqual({ ok: true });
  await until('pinned there too', () => gus.conversations.byKey(key)?.pinned && gus.conversations.byKey('lobby')?.muted);
  expect(gus.conversations.list[0]?.key).toBe(key);
  await fay.say(`user:${gus.id}`, 'three');
  await until('unread', () => laptop.conversations.byKey(key)?.unread === 1);
  const phone = await enter('changes-gus');
  await until('the mark', () => phone.conversations.byKey(key)?.pinned);
  expect(phone.conversations.byKey(key)).toMatchObject({ unread: 1, pinned: true });
  expect(phone.conversations.byKey('lobby')).toMatchObject({ muted: true, unread: 0 });
});

test('what was read just before a reload is read after it, for this device and the others', async () => {
  const nat = await enter('changes-nat');
  const oli = await enter('changes-oli');
  const tablet = await enter('changes-oli');
  const key = `user:${nat.id}`;
  await nat.say(`user:${oli.id}`, 'read at once');
  await until('unread', () => oli.conversations.byKey(key)?.unread === 1 && tablet.conversations.byKey(key)?.unread === 1);
  oli.browser.cut();
  oli.conversations.markRead(key);
  flushAll();
  const again = await oli.reload();
  people.push(again);
  expect(again.conversations.byKey(key)?.unread ?? 0).toBe(0);
  await until('the server knows', () => tablet.conversations.byKey(key)?.unread === 0);
});

test('people are found by the beginning of their name, and known by their id, online or not', async () => {
  const hal = await enter('Changes-Hal');
  const ida = await enter('changes-ida');
  const id = hal.id;
  hal.link.end();
  await until('gone', () => !ida.people.get(id).online);
  const jo = await enter('changes-jo');
  expect((await jo.people.search('changes-HA')).map(({ name }) => name)).toEqual(['Changes-Hal']);
  expect(await jo.people.search('no such name')).toEqual([]);
  jo.people.get(ida.id);
  await until('known', () => jo.people.get(ida.id).known);
});

test('a group is renamed, and a member is taken out', async () => {
  const kim = await enter('changes-kim');
  const lou = await enter('changes-lou');
  const max = await enter('changes-max');
  const outcome = await kim.groups.create('before', [lou.id, max.id]);
  if (!outcome.ok) throw new Error(outcome.refusal.code);
  const id = outcome.key.slice('group:'.length);
  expect(kim.groups.canManage).toBe(true);
  await until('lou has it', () => lou.conversations.byKey(outcome.key));
  expect(await kim.groups.update(id, { name: 'after' })).toEqual({ ok: true });
  await until('renamed', () => lou.conversations.byKey(outcome.key)?.title === 'after');
  expect(await kim.groups.removeMember(id, max.id)).toEqual({ ok: true });
  await until('out', () => max.conversations.byKey(outcome.key) === null);
  expect(await lou.groups.loadMembers(id)).toEqual({ ok: true });
  await until('two left', () => lou.groups.byId(id)?.members?.length === 2);
  expect(lou.messages.of(outcome.key).messages.map(({ event }) => event?.action)).toEqual(['created', 'renamed', 'removed']);
  expect(await lou.groups.invite(id, [max.id])).toMatchObject({ ok: false, refusal: { code: 'not_group_admin' } });
  expect(await kim.groups.invite(id, [max.id])).toEqual({ ok: true });
  const invitation = await until('invited', () => max.groups.invitations[0]);
  expect(invitation).toMatchObject({ group: { name: 'after' }, from: kim.id });
  expect(await max.groups.accept(invitation)).toEqual({ ok: true });
  await until('in again', () => max.conversations.byKey(outcome.key)?.title === 'after');
  expect(max.groups.invitations).toEqual([]);
});
