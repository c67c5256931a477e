import { expect, it } from 'vitest';

import { rowsOf } from '../../src/components/conversation/rows';
import type { Message } from '../../src/stores/model';

const NOON = new Date(2026, 10, 21, 12).getTime();
const MINUTE = 60_000;

function message(seq: number, senderId: string, minutes: number, more: Partial<Message> = {}): Message {
  return {
    key: `k${seq}`, conversation: 'lobby', seq, senderId, mine: senderId === 'me', kind: 'text', text: '', time: NOON + minutes * MINUTE,
    state: 'stored', mentions: [], edited: 0, recalled: false, ...more,
  };
}

const shape = (messages: Message[], divider = 0) =>
  rowsOf(messages, divider).map(({ key, day, unread, first, last }) => `${key}${day ? ' day' : ''}${unread ? ' new' : ''}${first ? ' first' : ''}${last ? ' last' : ''}`);

it('runs of one sender within five minutes stand together', () => {
  expect(shape([message(1, 'a', 0), message(2, 'a', 4), message(3, 'a', 10), message(4, 'b', 11)])).toEqual([
    'k1 day first', 'k2 last', 'k3 first last', 'k4 first last',
  ]);
});

it('a new day begins a run and is named once', () => {
  expect(shape([message(1, 'a', 719), message(2, 'a', 721), message(3, 'a', 722)])).toEqual(['k1 day first last', 'k2 day first', 'k3 last']);
});

it('events stand alone', () => {
  expect(shape([message(1, 'a', 0), message(2, 'a', 1, { kind: 'event' }), message(3, 'a', 2)])).toEqual(['k1 day first last', 'k2 first last', 'k3 first last']);
});

it('the divider stands once, above the first message of others from its number on', () => {
  expect(shape([message(1, 'a', 0), message(2, 'me', 1), message(3, 'a', 2), message(4, 'a', 3)], 2)).toEqual([
    'k1 day first last', 'k2 first last', 'k3 new first', 'k4 last',
  ]);
  expect(shape([message(1, 'a', 0)], 5)).toEqual(['k1 day first last']);
});

it('arranges fifty thousand messages within a moment', () => {
  const many = Array.from({ length: 50_000 }, (_, at) => message(at + 1, String(at % 7), at));
  const began = performance.now();
  expect(rowsOf(many, 0)).toHaveLength(50_000);
  expect(performance.now() - began).toBeLessThan(1500);
});
