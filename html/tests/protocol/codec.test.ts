// The codec against the bytes that the server's own tests hold to be right.
import { decode as unpack } from '@msgpack/msgpack';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

import { decode, encode } from '../../src/protocol/codec';
import { kindOf, peerOf, sendType } from '../../src/protocol/conversation';
import { newId } from '../../src/protocol/ids';

interface Golden {
  message: string;
  type: number;
  v1?: string;
}

const golden = readFileSync(resolve(import.meta.dirname, '../../../tests/golden/messages.jsonl'), 'utf8')
  .trim().split('\n').map((line) => JSON.parse(line) as Golden);
const messages = golden.flatMap(({ message, type, v1 }) => (v1 ? [{ message, type, bytes: Buffer.from(v1, 'hex') }] : []));
// Only the server's messages have a time. What a 630 holds has a form, which the samples of chat messages do not have.
const CALL_RECORD = 630;
const events = messages.filter(({ type, bytes }) => type !== CALL_RECORD && 'timestamp' in (unpack(bytes) as object));

describe('messages of the server', () => {
  test.each(events)('$message, $type, is taken as it is', ({ type, bytes }) => {
    expect(decode(bytes)).toEqual({ trace_id: '', ...(unpack(bytes) as object) });
    expect(decode(bytes)?.type).toBe(type);
  });

  test('are all there', () => {
    expect(events.length).toBeGreaterThan(50);
  });
});

test('requests are the bytes that docs/protocol.md shows, without what is undefined', () => {
  expect(encode({ type: 213, trace_id: undefined })).toEqual(Uint8Array.from([0x81, 0xa4, 0x74, 0x79, 0x70, 0x65, 0xcc, 0xd5]));
});

const lobby = { type: 100, sender_id: 'a', receiver_id: '0', mess: 'x', conversation: 'lobby', seq: 1, timestamp: 1, trace_id: '' };

test.each([
  ['no bytes', new Uint8Array()],
  ['not a map', encode([1] as never)],
  ['no type', encode({ timestamp: 1 })],
  ['a type that is no integer', encode({ ...lobby, type: 1.5 })],
  ['a sender that is no text', encode({ ...lobby, sender_id: 1 })],
  ['a number that is no number', encode({ ...lobby, seq: 'one' })],
  ['no conversation', encode({ ...lobby, conversation: undefined })],
  ['a time that is no number', encode({ ...lobby, timestamp: 'now' })],
  ['a page with an entry without a number', encode({
    type: 811, conversation: 'lobby', state: 'new', epoch: 'e', first_seq: 1, last_seq: 1, complete: true, timestamp: 1,
    trace_id: '', mess: [{ type: 100 }],
  })],
  ['something behind the map', new Uint8Array([...encode(lobby), 0])],
])('%s is no message', (_what, bytes) => {
  expect(decode(bytes)).toBeNull();
  expect(decode(encode(lobby))).toEqual(lobby);
});

test('the record of a call is taken with its form only', () => {
  const mess = { call_id: 'c', video: true, result: 'ended', seconds: 3, joined: ['a', 'b'], missed: [] };
  const record = { ...lobby, type: CALL_RECORD, mess };
  expect(decode(encode(record))).toEqual(record);
  expect(decode(encode({ ...record, mess: { ...mess, joined: 'a' } }))).toBeNull();
});

test('conversations say to whom a message goes, and as what', () => {
  expect(['lobby', 'group:g', 'user:u'].map((key) => [kindOf(key), peerOf(key), sendType(key, 100)])).toEqual(
    [['lobby', '0', 100], ['group', 'g', 100], ['user', 'u', 103]]);
  expect(['', 'user:', 'group', 'other:x'].map(kindOf)).toEqual([null, null, null, null]);
});

test('ids are UUIDs, with and without a secure context', () => {
  const { randomUUID } = crypto;
  const form = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
  expect(newId()).toMatch(form);
  Object.defineProperty(crypto, 'randomUUID', { value: undefined, configurable: true });
  expect(newId()).toMatch(form);
  Object.defineProperty(crypto, 'randomUUID', { value: randomUUID, configurable: true });
});
