// Which messages are told aloud, by what the user chose; the browser's part is a list here.
import 'fake-indexeddb/auto';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { Chatd } from '../support/chatd';
import { Person } from '../support/person';
import { until } from '../support/until';

let server: Chatd;
let ann: Person;
let bob: Person;
let cy: Person;
let group: string;
const told: string[] = [];
let sounds = 0;
let watched = false;

beforeAll(async () => {
  server = await Chatd.start();
  [ann, bob, cy] = await Promise.all(['told-ann', 'told-bob', 'told-cy'].map((name) => Person.enter(server.page, name))) as [Person, Person, Person];
  const founded = await ann.groups.create('climbing', [bob.id, cy.id]);
  if (!founded.ok) throw new Error(founded.refusal.code);
  group = founded.key;
  await until('bob has it', () => bob.conversations.byKey(group));
  await until('the marks', () => bob.messages.extended !== null);
  bob.settings.desktop = true;
  bob.notices.begin({
    permission: () => 'granted', ask: async () => 'granted', watched: () => watched, count: () => {},
    sound: () => { sounds += 1; },
    show: ({ body }) => { told.push(body); },
  }, { title: ({ conversation }) => conversation, body: ({ text }) => text }, () => {});
});

afterAll(async () => {
  for (const person of [ann, bob, cy]) person?.link.end();
  await server?.stop();
});

let round = 0;

/** What bob is told aloud of what is said in the lobby, in the group and privately, without a mention and with one. */
async function heard(): Promise<string[]> {
  round += 1;
  told.length = 0;
  for (const [place, key] of [['lobby', 'lobby'], ['group', group], ['private', `user:${bob.id}`]] as const) {
    const seenAs = place === 'private' ? `user:${ann.id}` : key;
    for (const mentions of [[], [bob.id]]) {
      const text = `${place}${mentions.length > 0 ? ' @bob' : ''} ${round}`;
      ann.messages.send(key, { text, mentions });
      await until(text, () => bob.texts(seenAs).at(-1) === text);
    }
  }
  return told.map((text) => text.replace(/ \d+$/, ''));
}

test('everything: what is said to me and in my groups, in the lobby what mentions me', async () => {
  bob.settings.noticeLevel = 'all';
  expect(await heard()).toEqual(['lobby @bob', 'group', 'group @bob', 'private', 'private @bob']);
});

test('mentions: what is said to me, wherever', async () => {
  bob.settings.noticeLevel = 'mentions';
  expect(await heard()).toEqual(['lobby @bob', 'group @bob', 'private', 'private @bob']);
});

test('of a muted conversation only what mentions me', async () => {
  bob.settings.noticeLevel = 'all';
  expect(await bob.conversations.setMuted(group, true)).toEqual({ ok: true });
  expect(await heard()).toEqual(['lobby @bob', 'group @bob', 'private', 'private @bob']);
  await bob.conversations.setMuted(group, false);
});

test('do not disturb: nothing, and no sound', async () => {
  bob.settings.noticeLevel = 'none';
  sounds = 0;
  expect(await heard()).toEqual([]);
  expect(sounds).toBe(0);
});

test('in view, what is there is neither heard nor shown; what is elsewhere is heard', async () => {
  bob.settings.noticeLevel = 'all';
  watched = true;
  bob.conversations.open(group);
  sounds = 0;
  expect(await heard()).toEqual([]);
  // One in the lobby, two private ones.
  expect(sounds).toBe(3);
});
