// What goes beside the media, who agrees to a recording, and what the test of the lines makes of what browsers tell.
import { describe, expect, it } from 'vitest';

import { Consent } from '../../src/call/consent';
import { linesOf, verdictOfLine, type Gathered } from '../../src/call/line_test';
import type { Peer } from '../../src/call/peer';
import { LARGEST_FILE, SideChannel, type FileEnd } from '../../src/call/side_channel';
import { SideTalk } from '../../src/call/side_talk';
import { codeOf } from '../../src/components/call/rooms';
import { Emitter } from '../../src/connection/emitter';
import { until } from '../support/until';

/** One end of a data channel; what is sent comes to the other one later, as bytes of its own. */
class FakeChannel {
  readyState: RTCDataChannelState = 'open';
  binaryType = 'blob';
  bufferedAmountLowThreshold = 0;
  bufferedAmount = 0;
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onbufferedamountlow: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  other!: FakeChannel;
  readonly sent: unknown[] = [];

  send(data: string | ArrayBuffer): void {
    if (this.readyState !== 'open') throw new Error('closed');
    this.sent.push(data);
    const size = typeof data === 'string' ? data.length : data.byteLength;
    this.bufferedAmount += size;
    setTimeout(() => {
      this.bufferedAmount -= size;
      if (this.bufferedAmount <= this.bufferedAmountLowThreshold) this.onbufferedamountlow?.();
      this.other.onmessage?.({ data });
    });
  }

  close(): void {
    for (const end of [this, this.other]) {
      end.readyState = 'closed';
      setTimeout(() => end.onclose?.());
    }
  }
}

function wire(): [FakeChannel, FakeChannel] {
  const ends: [FakeChannel, FakeChannel] = [new FakeChannel(), new FakeChannel()];
  [ends[0].other, ends[1].other] = [ends[1], ends[0]];
  return ends;
}

const asChannel = (end: FakeChannel): RTCDataChannel => end as unknown as RTCDataChannel;
const bytes = (size: number): Uint8Array<ArrayBuffer> => Uint8Array.from({ length: size }, (_, at) => (at * 7) % 256);

describe('a channel beside the media', () => {
  function pair() {
    const ends = wire();
    const [ann, bob] = ends.map((end) => new SideChannel(asChannel(end))) as [SideChannel, SideChannel];
    const ended: { at: string; end: FileEnd; file: Blob | null }[] = [];
    ann.events.on('over', ({ end, file }) => ended.push({ at: 'ann', end, file }));
    bob.events.on('over', ({ end, file }) => ended.push({ at: 'bob', end, file }));
    return { ann, bob, ends, ended };
  }
  const offerOf = (size: number) => ({ id: 'f', name: 'notes.txt', size, mime: 'text/plain' });

  it.each([0, 1, 16 * 1024, 3_000_001])('passes a file of %i bytes to who wants it, and not before', async (size) => {
    const { ann, bob, ends, ended } = pair();
    const offered: string[] = [];
    bob.events.on('offered', ({ name }) => offered.push(name));
    ann.offer(offerOf(size), new Blob([bytes(size)]));
    await until('offered', () => offered.length > 0);
    expect(ends[0].sent.every((one) => typeof one === 'string')).toBe(true);
    bob.answer('f', true);
    await until('over at both', () => ended.length === 2);
    const file = ended.find(({ at }) => at === 'bob')?.file;
    expect(Buffer.from(await (file as Blob).arrayBuffer()).equals(bytes(size))).toBe(true);
    expect(ended.map(({ end }) => end)).toEqual(['done', 'done']);
  });

  it('passes nothing to who does not want it', async () => {
    const { ann, bob, ends, ended } = pair();
    let came = false;
    bob.events.on('offered', () => { came = true; });
    ann.offer(offerOf(10), new Blob([bytes(10)]));
    await until('offered', () => came);
    bob.answer('f', false);
    await until('refused at both', () => ended.length === 2);
    expect(ended.map(({ end }) => end)).toEqual(['refused', 'refused']);
    expect(ends[0].sent).toHaveLength(1);
  });

  it('tells both when the way is lost, and takes no more than was offered', async () => {
    const { ann, bob, ends, ended } = pair();
    let came = false;
    bob.events.on('offered', () => { came = true; });
    ann.offer(offerOf(10), new Blob([bytes(10)]));
    await until('offered', () => came);
    bob.answer('f', true);
    // Another client that sends on and on.
    ends[0].send(JSON.stringify({ type: 'data', id: 'f' }));
    ends[0].send(bytes(11).buffer);
    await until('broken at bob', () => ended.some(({ at, end }) => at === 'bob' && end === 'broken'));
    ann.offer({ ...offerOf(10), id: 'g' }, new Blob([bytes(10)]));
    ends[0].close();
    await until('broken at ann', () => ended.some(({ at, end }) => at === 'ann' && end === 'broken'));
    expect(ann.say('x', 'too late')).toBe(false);
  });

  it.each(['{', '[]', '{"type":"file","id":"f","name":"x","size":-1}', '{"type":"file","id":"f","name":"","size":1}', '{"type":"data","id":"?"}',
    `{"type":"file","id":"f","name":"x","size":${LARGEST_FILE + 1}}`])('makes nothing of %s', async (said) => {
    const { bob, ends } = pair();
    const seen: unknown[] = [];
    for (const name of ['offered', 'text', 'over', 'moved'] as const) bob.events.on(name, (what) => seen.push(what));
    ends[0].send(said);
    ends[0].send(bytes(4).buffer);
    ends[0].send(JSON.stringify({ type: 'text', id: 'end', text: 'end' }));
    await until('the last one came', () => seen.length > 0);
    expect(seen).toEqual([{ id: 'end', text: 'end' }]);
  });
});

it('what is said goes to those who are there, and tells whom it missed', async () => {
  const peer = { events: new Emitter() } as unknown as Peer;
  const [mine, theirs] = wire();
  const talk = new SideTalk();
  talk.meet('bob', peer);
  peer.events.emit('channel', asChannel(mine));
  const other = new SideChannel(asChannel(theirs));
  const heard: string[] = [];
  other.events.on('text', ({ text }) => heard.push(text));
  talk.say('hello', ['bob', 'cal']);
  await until('heard', () => heard.length > 0);
  expect(talk.entries).toMatchObject([{ text: 'hello', from: '', missed: ['cal'] }]);
  other.offer({ id: 'f', name: 'a', size: 2, mime: '' }, new Blob(['ab']));
  await until('offered', () => talk.entries.length === 2);
  talk.answer('f', true);
  await until('there', () => talk.entries[1]?.blob != null);
  expect(talk.entries[1]).toMatchObject({ from: 'bob', passages: { bob: { state: 'done', bytes: 2 } } });
  // Another connection to the same person: what was on its way on the one before is over.
  other.offer({ id: 'g', name: 'b', size: 2, mime: '' }, new Blob(['ab']));
  await until('offered again', () => talk.entries.length === 3);
  peer.events.emit('channel', asChannel(wire()[0]));
  expect(talk.entries[2]).toMatchObject({ passages: { bob: { state: 'broken' } } });
});

describe('the consent to a recording', () => {
  const person = (id: string, stay = 1, legacy = false) => ({ id, stay, legacy });

  it('is given when everybody inside agrees, asked for anew when somebody comes, and over with one no', () => {
    const asked: string[] = [];
    const consent = new Consent((id) => asked.push(id));
    consent.follow([person('ann'), person('bob')]);
    expect([consent.state, asked]).toEqual(['asking', ['ann', 'bob']]);
    consent.take('ann', true);
    expect(consent.missing).toEqual(['bob']);
    consent.take('bob', true);
    expect(consent.state).toBe('given');
    consent.follow([person('ann'), person('bob'), person('cal')]);
    expect([consent.state, consent.missing]).toEqual(['asking', ['cal']]);
    consent.follow([person('ann'), person('bob')]);
    expect(consent.state).toBe('given');
    // A page that was loaded anew does not know what it agreed to.
    consent.follow([person('ann', 2), person('bob')]);
    expect([consent.state, asked]).toEqual(['asking', ['ann', 'bob', 'cal', 'ann']]);
    consent.take('ann', true);
    consent.take('bob', false);
    expect([consent.state, consent.refusedBy]).toEqual(['refused', 'bob']);
  });

  it('cannot be had of a client that cannot be asked, nor of somebody who was not', () => {
    const consent = new Consent(() => {});
    consent.take('eve', true);
    consent.follow([person('eve')]);
    expect(consent.state).toBe('asking');
    consent.follow([person('eve'), person('old', 1, true)]);
    expect(consent.state).toBe('refused');
  });
});

describe('the test of the lines', () => {
  const gathered = (more: Partial<Gathered> = {}): Gathered => ({ types: [], errors: [], complete: true, ...more });

  it('asks each address alone', () => {
    const lines = linesOf([
      { urls: 'stun:s.example:3478' },
      { urls: ['turn:t.example:3478?transport=udp', 'turn:t.example:3478?transport=tcp', 'turns:t.example:5349'], username: 'u', credential: 'c' },
    ]);
    expect(lines.map(({ kind, place }) => `${kind} ${place}`)).toEqual([
      'browser ', 'stun s.example:3478', 'turn_udp t.example:3478', 'turn_tcp t.example:3478', 'turn_tls t.example:5349']);
    expect(lines[3]?.server).toEqual({ urls: ['turn:t.example:3478?transport=tcp'], username: 'u', credential: 'c' });
  });

  it.each([
    ['browser', gathered({ types: ['host'] }), 'works'],
    ['browser', gathered(), 'blocked'],
    ['stun', gathered({ types: ['host', 'srflx'] }), 'works'],
    ['stun', gathered({ types: ['host'] }), 'works'],
    ['stun', gathered({ types: ['host'], errors: [701] }), 'no_answer'],
    ['stun', gathered({ types: ['host'], complete: false }), 'no_answer'],
    ['turn_udp', gathered({ types: ['relay'], errors: [701] }), 'works'],
    ['turn_udp', gathered({ errors: [401] }), 'refused'],
    ['turn_tcp', gathered({ errors: [486] }), 'quota'],
    ['turn_tls', gathered({ errors: [701] }), 'no_answer'],
    ['turn_tls', gathered(), 'no_answer'],
  ] as const)('%s, %j: %s', (kind, found, verdict) => {
    expect(verdictOfLine(kind, found, true)).toBe(verdict);
  });

  it('trusts no silence of a browser that tells no errors', () => {
    expect(verdictOfLine('stun', gathered({ types: ['host'] }), false)).toBe('no_answer');
  });
});

it.each([
  ['abcd', 'abcd'], ['  K7-x_9 ', 'K7-x_9'], ['https://chat.example/x/#/call/abcd', 'abcd'], ['abc', ''], ['a b c d', ''], ['https://chat.example/', ''],
])('the code in "%s" is "%s"', (typed, code) => {
  expect(codeOf(typed)).toBe(code);
});
