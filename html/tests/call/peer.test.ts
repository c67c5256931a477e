import { createHash } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Peer, type PeerOptions } from '../../src/call/peer';
import { NO_TRACKS } from '../../src/call/peer_connection';
import type { Signal } from '../../src/call/signal';
import { FakeNetwork, type FakePeerConnection } from './fake_rtc';

interface Pipe {
  deliver(signal: Signal): void;
  waiting: Signal[];
  open: boolean;
  /** Changes or drops what passes. */
  filter: (signal: Signal) => Signal | null;
}

/** Two sides of a pair, with a server between them that can be told to wait, to lose, and to lie. */
class Pair {
  readonly network = new FakeNetwork();
  reachable = true;
  readonly offerer: Peer;
  readonly answerer: Peer;
  readonly toAnswerer: Pipe;
  readonly toOfferer: Pipe;

  constructor(options: Partial<PeerOptions> = {}) {
    this.toAnswerer = this.pipe((signal) => this.answerer.take(signal));
    this.toOfferer = this.pipe((signal) => this.offerer.take(signal));
    const common = { legacy: false, reachable: () => this.reachable, create: this.network.create, ...options };
    this.offerer = new Peer({ ...common, offers: true, send: (signal) => this.pass(this.toAnswerer, signal) });
    this.answerer = new Peer({ ...common, offers: false, send: (signal) => this.pass(this.toOfferer, signal) });
  }

  begin(): void {
    this.answerer.begin(NO_TRACKS);
    this.offerer.begin(NO_TRACKS);
  }

  close(): void {
    this.offerer.close();
    this.answerer.close();
  }

  get faults(): string[] {
    return (this.network.all as FakePeerConnection[]).flatMap(({ faults }) => faults);
  }

  get states(): string[] {
    return [this.offerer.state, this.answerer.state];
  }

  release(pipe: Pipe): void {
    pipe.open = true;
    for (const signal of pipe.waiting.splice(0)) pipe.deliver(signal);
  }

  private pipe(deliver: Pipe['deliver']): Pipe {
    return { deliver, waiting: [], open: true, filter: (signal) => signal };
  }

  private pass(pipe: Pipe, signal: Signal): void {
    const passed = pipe.filter(JSON.parse(JSON.stringify(signal)) as Signal);
    if (!passed) return;
    if (pipe.open) queueMicrotask(() => pipe.deliver(passed));
    else pipe.waiting.push(passed);
  }
}

let pair: Pair;
const rest = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const types = (signals: Signal[]): string[] => signals.map(({ type }) => type);

beforeEach(() => {
  vi.useFakeTimers();
  // The real one works in another thread, in a time of its own.
  vi.spyOn(crypto.subtle, 'digest').mockImplementation(async (_, data) =>
    new Uint8Array(createHash('sha256').update(data as Uint8Array).digest()).buffer);
  pair = new Pair();
});
afterEach(() => {
  pair.close();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('a first connection', () => {
  it('is offered by the one the server named, and connects', async () => {
    const heard: Signal[] = [];
    pair.toAnswerer.filter = (signal) => (heard.push(signal), signal);
    const said: Signal[] = [];
    pair.toOfferer.filter = (signal) => (said.push(signal), signal);
    pair.begin();
    await rest();
    expect(pair.states).toEqual(['connected', 'connected']);
    expect(types(heard)[0]).toBe('offer');
    expect(types(said)[0]).toBe('answer');
    expect(types(said)).not.toContain('offer');
    expect(pair.faults).toEqual([]);
  });

  it('takes signals in the order in which they came, however slowly each is done', async () => {
    pair.toAnswerer.open = pair.toOfferer.open = false;
    pair.begin();
    await rest();
    // All at once, into the same moment.
    pair.release(pair.toAnswerer);
    await rest();
    pair.release(pair.toOfferer);
    await rest();
    expect(pair.states).toEqual(['connected', 'connected']);
    expect(pair.faults).toEqual([]);
  });

  it('holds candidates that come before their description', async () => {
    pair.toOfferer.open = false;
    pair.begin();
    await rest();
    const [answer, ...candidates] = pair.toOfferer.waiting.splice(0);
    expect(types(candidates)).toContain('new-ice-candidate');
    for (const signal of [...candidates, answer as Signal]) pair.offerer.take(signal);
    await rest();
    expect(pair.faults).toEqual([]);
    expect(pair.offerer.connection?.pc.remoteDescription).not.toBeNull();
    expect((pair.network.all[0] as FakePeerConnection).candidates).toBe(2);
  });
});

describe('glare', () => {
  it('on a restart from both sides: the offerer’s offer wins, and both are connected again', async () => {
    pair.begin();
    await rest();
    pair.network.cut();
    pair.toAnswerer.open = pair.toOfferer.open = false;
    pair.offerer.connection?.restart();
    pair.answerer.connection?.restart();
    await rest();
    expect([types(pair.toAnswerer.waiting)[0], types(pair.toOfferer.waiting)[0]]).toEqual(['offer', 'offer']);
    pair.network.up = true;
    pair.release(pair.toAnswerer);
    pair.release(pair.toOfferer);
    await rest();
    expect(pair.states).toEqual(['connected', 'connected']);
    expect(pair.network.all.map(({ signalingState }) => signalingState)).toEqual(['stable', 'stable']);
    expect(pair.network.all).toHaveLength(2);
  });

  it('the candidates of an offer that was ignored are no fault', async () => {
    pair.begin();
    await rest();
    pair.toAnswerer.open = false;
    pair.offerer.connection?.restart();
    pair.answerer.connection?.restart();
    await rest();
    pair.release(pair.toAnswerer);
    await rest();
    expect(pair.offerer.log.filter((line) => line.includes('failed'))).toEqual([]);
    expect(pair.network.all.map(({ signalingState }) => signalingState)).toEqual(['stable', 'stable']);
  });
});

describe('the watchdog', () => {
  it('builds anew what is not connected after 5 s', async () => {
    let lose = true;
    pair.toOfferer.filter = (signal) => (lose ? null : signal);
    pair.begin();
    await rest(4_900);
    expect(pair.offerer.build).toBe(1);
    lose = false;
    await rest(200);
    expect([pair.offerer.build, pair.answerer.build]).toEqual([2, 2]);
    expect(pair.states).toEqual(['connected', 'connected']);
    expect(pair.network.all.filter(({ closed }) => closed)).toHaveLength(2);
  });

  it('of the one who answers asks the other for it', async () => {
    // The offerer believes that it is connected.
    pair.begin();
    await rest();
    pair.network.cut();
    for (const pc of pair.network.all.slice(0, 1)) pc.become('connected');
    pair.toAnswerer.filter = (signal) => (signal.type === 'offer' && signal.build === 1 ? null : signal);
    pair.toOfferer.filter = (signal) => (signal.type === 'rebuild' ? signal : null);
    await rest(13_000);
    pair.network.mend();
    pair.toOfferer.filter = (signal) => signal;
    await rest(13_000);
    expect(pair.answerer.build).toBeGreaterThan(1);
    expect(pair.states).toEqual(['connected', 'connected']);
  });

  it('drops signals of connections that were replaced', async () => {
    pair.toOfferer.open = false;
    pair.begin();
    await rest(5_100);
    expect(pair.offerer.build).toBe(2);
    pair.release(pair.toOfferer);
    await rest();
    expect(pair.states).toEqual(['connected', 'connected']);
    expect(pair.faults).toEqual([]);
  });

  it('waits while no signal gets through', async () => {
    pair.reachable = false;
    pair.toAnswerer.open = false;
    pair.begin();
    await rest(60_000);
    expect(pair.offerer.build).toBe(1);
    pair.reachable = true;
    pair.offerer.nudge();
    pair.answerer.nudge();
    pair.release(pair.toAnswerer);
    await rest();
    expect(pair.states).toEqual(['connected', 'connected']);
  });
});

describe('an interruption', () => {
  it('is followed by another way within 5 s of the network’s return', async () => {
    pair.begin();
    await rest();
    pair.network.cut();
    expect(pair.states).toEqual(['interrupted', 'interrupted']);
    await rest(1_000);
    pair.network.up = true;
    await rest(5_000);
    expect(pair.states).toEqual(['connected', 'connected']);
    expect(pair.offerer.build).toBe(1);
  });

  it('is followed by another way at once, and by the next soon after', async () => {
    pair.begin();
    await rest();
    const offers: number[] = [];
    const began = Date.now();
    pair.toAnswerer.filter = (signal) => (signal.type === 'offer' && offers.push(Date.now() - began), signal);
    pair.network.cut();
    await rest(4_900);
    // The network is back without a word: whatever way is looked for next finds it.
    expect(offers).toEqual([300, 1_800, 3_300, 4_800]);
    expect(pair.offerer.build).toBe(1);
    pair.network.up = true;
    await rest(1_600);
    expect(pair.states).toEqual(['connected', 'connected']);
  });

  it('is built anew 5 s after it began, whatever was tried before', async () => {
    pair.begin();
    await rest();
    pair.network.cut();
    await rest(5_000);
    expect([pair.offerer.build, pair.answerer.build]).toEqual([2, 2]);
  });

  it('that is over by itself is not followed by anything', async () => {
    pair.begin();
    await rest();
    pair.network.cut();
    await rest(200);
    for (const pc of pair.network.all) pc.become('connected');
    pair.toAnswerer.filter = () => { throw new Error('nothing was to be done'); };
    await rest(20_000);
    expect(pair.states).toEqual(['connected', 'connected']);
  });

  it('that the browser has not noticed is found out by what does not arrive', async () => {
    let packets = 1;
    let sends = true;
    pair.close();
    pair = new Pair({ sends: () => sends });
    pair.begin();
    await rest();
    for (const pc of pair.network.all as FakePeerConnection[]) pc.arrived = () => packets;
    const offers: Signal[] = [];
    pair.toAnswerer.filter = (signal) => (signal.type === 'offer' && offers.push(signal), signal);
    const flow = async (ms: number): Promise<void> => {
      for (let at = 0; at < ms; at += 100) {
        packets += 1;
        await rest(100);
      }
    };
    await flow(3_000);
    expect(offers).toHaveLength(0);
    await rest(2_100);
    expect(offers).toHaveLength(1);
    // Once: there may be other reasons.
    await rest(10_000);
    expect(offers).toHaveLength(1);
    expect(pair.states).toEqual(['connected', 'connected']);
    // Whoever sends nothing is no reason.
    await flow(3_000);
    sends = false;
    await rest(10_000);
    expect(offers).toHaveLength(1);
  });

  it('that lasts is tried again and again', async () => {
    pair.begin();
    await rest();
    pair.network.cut();
    await rest(60_000);
    expect(pair.offerer.attempts).toBeGreaterThan(3);
    pair.network.up = true;
    await rest(25_000);
    expect(pair.states).toEqual(['connected', 'connected']);
    expect(pair.offerer.attempts).toBe(0);
  });
});

describe('verification', () => {
  it('is the same row on both sides, also after a new connection', async () => {
    pair.begin();
    await rest();
    expect(pair.offerer.verification?.row).toHaveLength(5);
    expect(pair.offerer.verification?.row).toEqual(pair.answerer.verification?.row);
  });

  it('tells when a server puts its own fingerprints in place', async () => {
    const replace = (signal: Signal): Signal => ('description' in signal
      ? { ...signal, description: { ...signal.description, sdp: signal.description.sdp?.replace(/a=fingerprint:sha-256 .*/, 'a=fingerprint:sha-256 EV:IL') as string } }
      : signal);
    pair.toAnswerer.filter = pair.toOfferer.filter = replace;
    pair.begin();
    await rest();
    // The commitment was to another fingerprint than the one that came.
    expect(pair.answerer.verification?.broken).toBe(true);
    expect(pair.answerer.verification?.row).toBeNull();
  });
});
