import { describe, expect, it, vi } from 'vitest';

import { beginningOf, planFor } from '../../src/call/bitrate';
import { hintOf, reportOf, verdictOf, type Findings } from '../../src/call/doctor';
import { IceServers } from '../../src/call/ice';
import { loudness } from '../../src/call/level';
import { LinkMeter, type LinkStats } from '../../src/call/link_stats';
import { LocalMedia } from '../../src/call/local_media';
import { problemOf } from '../../src/call/media_errors';
import { readSignal } from '../../src/call/signal';
import { SignalLine } from '../../src/call/signal_line';
import { CallTable, offersTo } from '../../src/call/table';
import { EMOJI, fingerprintsOf, rowOf } from '../../src/call/verification';
import type { Call, CallMember } from '../../src/protocol/messages.gen';

const member = (user_id: string, more: Partial<CallMember> = {}): CallMember => ({
  user_id, state: 'joined', stay: 1, device: user_id, legacy: false, offers_to: [],
  media: { muted: false, camera: false, screen: false, recording: false }, ...more,
});
const call = (rev: number, members: CallMember[] = []): Call => ({
  call_id: 'c', rev, kind: 'direct', between: ['a', 'b'], video: true, owner_id: 'a', starter_id: 'a', started: 1, size: 8, members,
});

describe('the table of a call', () => {
  const change = (rev: number, one: CallMember) => ({ call_id: 'c', rev, member: one, by: '', owner_id: 'a' });

  it('takes each change once and in order, and finds out what is missing', () => {
    const table = new CallTable(call(3, [member('a')]));
    expect(table.take(change(3, member('b')))).toBe('known');
    expect(table.take(change(5, member('b')))).toBe('hole');
    expect(table.take(change(4, member('b', { state: 'ringing' })))).toBe('applied');
    expect(table.member('b')?.state).toBe('ringing');
    expect(table.inside.map(({ user_id }) => user_id)).toEqual(['a']);
    expect(table.replace(call(2))).toBe(false);
    table.close({ call_id: 'c', rev: 9, reason: 'ended', by: '' });
    expect(table.take(change(10, member('b')))).toBe('known');
  });

  it('knows who offers: the later one to those it is told, the others to it', () => {
    const [early, late] = [member('early', { stay: 1 }), member('late', { stay: 2, offers_to: ['early'] })];
    expect([offersTo(late, early), offersTo(early, late)]).toEqual([true, false]);
    const turned = { ...late, offers_to: [] };
    expect([offersTo(turned, early), offersTo(early, turned)]).toEqual([false, true]);
  });
});

describe('a line of signals', () => {
  it('numbers them, and goes on from where it is told', () => {
    const sent: string[] = [];
    const line = new SignalLine((n, signal) => sent.push(`${n}${String(signal)}`));
    line.send('a');
    line.send('b');
    line.hold();
    line.send('c');
    expect(sent).toEqual(['1a', '2b']);
    line.goOn(1);
    expect(sent).toEqual(['1a', '2b', '2b', '3c']);
  });

  it('sends again, from the first that was refused, after a while', () => {
    vi.useFakeTimers();
    const sent: number[] = [];
    const line = new SignalLine((n) => sent.push(n));
    for (const signal of ['a', 'b', 'c']) line.send(signal);
    line.refused(2);
    line.refused(3);
    line.send('d');
    vi.advanceTimersByTime(900);
    expect(sent).toEqual([1, 2, 3]);
    vi.advanceTimersByTime(200);
    expect(sent).toEqual([1, 2, 3, 2, 3, 4]);
    vi.useRealTimers();
  });

  it('takes each once', () => {
    const line = new SignalLine(() => {});
    expect([1, 1, 3, 2, 3].map((n) => line.takes(n))).toEqual([true, false, false, true, true]);
  });
});

it.each([
  [{ type: 'offer', description: { type: 'offer', sdp: 'x' } }, true],
  [{ type: 'offer', description: { type: 'answer', sdp: 'x' } }, false],
  [{ type: 'answer', description: 'x' }, false],
  [{ type: 'new-ice-candidate', candidate: { candidate: 'x' } }, true],
  [{ type: 'new-ice-candidate', candidate: null }, false],
  [{ type: 'rebuild', build: 3 }, true],
  [{ type: 'deny' }, false],
  [null, false],
])('reads %j: %s', (value, known) => {
  expect(readSignal(value) !== null).toBe(known);
});

it('sends less with more people, and on a poor line; sound least of all less', () => {
  const heights = [2, 3, 4, 6, 8].map((people) => planFor(people, 0).camera.height);
  expect(heights).toEqual([720, 540, 360, 270, 180]);
  expect(planFor(2, 0.05).camera.bits).toBeLessThan(planFor(2, 0).camera.bits);
  expect(planFor(2, 0.2).camera.bits).toBeLessThanOrEqual(150_000);
  expect(planFor(2, 0.05).audio).toEqual(planFor(2, 0).audio);
});

it('begins with small pictures, which browsers send at once', () => {
  const plan = planFor(2, 0);
  expect(beginningOf(plan)).toEqual({ ...plan, camera: { ...plan.camera, height: 180 } });
});

describe('the row of emoji', () => {
  it('is chosen from 64, each of them another', () => {
    expect(new Set(EMOJI).size).toBe(64);
  });

  it('is of both fingerprints and both numbers', async () => {
    const a = { fingerprints: 'sha-256 AA', nonce: '1' };
    const b = { fingerprints: 'sha-256 BB', nonce: '2' };
    const row = await rowOf(a, b);
    expect(row).toEqual(await rowOf({ ...a }, { ...b }));
    for (const other of [await rowOf(b, a), await rowOf({ ...a, nonce: '3' }, b), await rowOf(a, { ...b, fingerprints: 'sha-256 CC' })]) {
      expect(other).not.toEqual(row);
    }
  });

  it('reads fingerprints whatever their order and place', () => {
    const [one, two] = ['a=fingerprint:sha-256 aa:01', 'a=fingerprint:SHA-256 BB:02'];
    expect(fingerprintsOf(`v=0\r\n${one}\r\n${two}\r\n${one}\r\n`)).toBe(fingerprintsOf(`v=0\r\n${two}\r\n${one}\r\n`));
    expect(fingerprintsOf(`${one}\r\n`)).toBe('sha-256 AA:01');
  });
});

describe('the doctor', () => {
  const stats = (more: Partial<LinkStats> = {}): LinkStats => ({
    at: 0, route: 'direct', protocol: 'udp', roundTrip: 20, lossSent: 0, lossReceived: 0, sending: 1, receiving: 1,
    framesReceived: 1, height: 360, limitedBy: 'none', local: ['host'], remote: ['host'], ...more,
  });
  const findings = (more: Partial<Findings> = {}): Findings =>
    ({ state: 'connected', attempts: 0, joined: true, stats: stats(), relay: true, serverErrors: new Set<number>(), ...more });

  it.each<[Partial<Findings>, string]>([
    [{}, 'good'],
    [{ stats: stats({ route: 'relayed' }) }, 'relayed'],
    [{ stats: stats({ lossSent: 0.2 }) }, 'slow_here'],
    [{ stats: stats({ limitedBy: 'cpu' }) }, 'slow_here'],
    [{ stats: stats({ lossReceived: 0.2 }) }, 'slow_there'],
    [{ stats: stats({ lossReceived: 0.2, lossSent: 0.2 }) }, 'slow_way'],
    [{ stats: stats({ roundTrip: 900 }) }, 'slow_way'],
    [{ state: 'connecting' }, 'connecting'],
    [{ state: 'interrupted', attempts: 1 }, 'interrupted'],
    [{ state: 'interrupted', attempts: 5 }, 'blocked'],
    [{ state: 'interrupted', attempts: 5, joined: false }, 'away'],
  ])('%j is %s', (more, verdict) => {
    expect(verdictOf(findings(more))).toBe(verdict);
  });

  it('tells what may be missing', () => {
    expect(hintOf(findings({ state: 'connecting', attempts: 3, relay: false }))).toBe('no_relay');
    expect(hintOf(findings({ state: 'connecting', attempts: 3 }))).toBe('relay_silent');
    expect(hintOf(findings({ state: 'connecting', attempts: 3, serverErrors: new Set([401]) }))).toBe('relay_refused');
    expect(hintOf(findings({ state: 'connecting', attempts: 3, stats: stats({ local: ['host', 'relay'] }) }))).toBe('none');
    expect(hintOf(findings())).toBe('none');
  });

  it('reports in plain words, with what was tried', () => {
    const report = reportOf('person 1', findings(), { log: ['0.1 s connected'], build: 2, offers: true });
    expect(report).toContain('person 1: good (connected, connection 2, offers');
    expect(report).toContain('0.1 s connected');
  });
});

describe('figures of a connection', () => {
  const report = (seconds: number, more: Record<string, unknown> = {}) => [
    { type: 'transport', selectedCandidatePairId: 'p' },
    { type: 'candidate-pair', id: 'p', localCandidateId: 'l', remoteCandidateId: 'r', currentRoundTripTime: 0.021 },
    { type: 'local-candidate', id: 'l', candidateType: 'host', protocol: 'udp' },
    { type: 'remote-candidate', id: 'r', candidateType: 'relay' },
    { type: 'inbound-rtp', kind: 'video', packetsReceived: 90 * seconds, packetsLost: 10 * seconds, bytesReceived: 1_000 * seconds, framesDecoded: 30 * seconds, frameHeight: 360 },
    { type: 'outbound-rtp', kind: 'video', packetsSent: 100 * seconds, bytesSent: 2_000 * seconds, qualityLimitationReason: 'cpu' },
    { type: 'remote-inbound-rtp', packetsLost: 5 * seconds, ...more },
  ];

  it('are of the time since the last look', () => {
    const meter = new LinkMeter();
    meter.read(report(1), 1_000);
    expect(meter.read(report(3), 3_000)).toMatchObject({
      route: 'relayed', protocol: 'udp', roundTrip: 21, lossReceived: 0.1, lossSent: 0.05, sending: 16_000, receiving: 8_000,
      framesReceived: 90, height: 360, limitedBy: 'cpu', local: ['host'], remote: ['relay'],
    });
  });

  it('begin anew with a new connection', () => {
    const meter = new LinkMeter();
    meter.read(report(10), 10_000);
    expect(meter.read(report(1), 11_000).lossReceived).toBeCloseTo(0.1);
    expect(meter.read([], 12_000)).toMatchObject({ route: 'none', roundTrip: null, lossReceived: null });
  });
});

it('asks for relays once while their credentials last', async () => {
  let now = 0;
  const ask = vi.fn(async () => ({ servers: [{ urls: ['turn:x'], username: 'u', credential: 'c' }], expires: 3_600 }));
  const ice = new IceServers(ask, () => now);
  await Promise.all([ice.refresh(), ice.refresh()]);
  expect(ask).toHaveBeenCalledTimes(1);
  expect(ice.servers).toEqual([{ urls: ['turn:x'], username: 'u', credential: 'c' }]);
  expect(ice.hasRelay).toBe(true);
  now = 3_550_000;
  ask.mockRejectedValueOnce(new Error('offline'));
  await ice.refresh();
  expect(ice.servers).toHaveLength(1);
});

it.each([[0, 0], [1, 1], [0.001, 0], [0.0316, 0.5]])('the loudness of %d is %d', (amplitude, loud) => {
  expect(loudness(amplitude)).toBeCloseTo(loud, 1);
});

describe('own media', () => {
  class Track {
    enabled = true;
    stopped = false;
    onended: (() => void) | null = null;
    constructor(readonly kind: string) {}
    stop(): void { this.stopped = true; }
  }
  const named = (name: string, message = ''): Error => Object.assign(new Error(message), { name });
  const streamOf = (kinds: string[]) => {
    const tracks = kinds.map((kind) => new Track(kind));
    const of = (kind: string) => tracks.filter((track) => track.kind === kind);
    return { getTracks: () => tracks, getAudioTracks: () => of('audio'), getVideoTracks: () => of('video') } as unknown as MediaStream;
  };
  const kindsOf = (wanted?: MediaStreamConstraints): string[] => [...(wanted?.audio ? ['audio'] : []), ...(wanted?.video ? ['video'] : [])];

  vi.stubGlobal('isSecureContext', true);
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia: () => {} } });
  const media = (getUserMedia: (wanted?: MediaStreamConstraints) => Promise<MediaStream>): LocalMedia =>
    new LocalMedia({ microphone: '', camera: '' }, () => ({ getUserMedia, getDisplayMedia: async () => streamOf(['video']) }));

  it('are asked for together, and muted without letting go of the microphone', async () => {
    const get = vi.fn(async (wanted?: MediaStreamConstraints) => streamOf(kindsOf(wanted)));
    const own = media(get);
    await own.open({ audio: true, camera: true });
    expect(get).toHaveBeenCalledTimes(1);
    own.setMuted(true);
    expect(own.tracks.audio).toMatchObject({ enabled: false, stopped: false });
    const { camera } = own.tracks;
    await own.setCamera(false);
    expect(camera).toMatchObject({ stopped: true });
    expect(own.tracks.camera).toBeNull();
  });

  it('are awaited from the moment they are asked for until they come or fail', async () => {
    const own = media(async (wanted) => {
      if (wanted?.video) throw named('NotFoundError');
      return streamOf(['audio']);
    });
    const opened = own.open({ audio: true, camera: true });
    expect([...own.awaited]).toEqual(['audio', 'camera']);
    await opened;
    expect([...own.awaited]).toEqual([]);
  });

  it('without a camera there is sound, and a reason', async () => {
    const own = media(async (wanted) => {
      if (wanted?.video) throw named('NotFoundError');
      return streamOf(['audio']);
    });
    await own.open({ audio: true, camera: true });
    expect(own.tracks.audio).not.toBeNull();
    expect(own.problems).toEqual({ camera: 'missing' });
  });

  it('are the chosen ones; one that is gone is replaced by any', async () => {
    const asked: unknown[] = [];
    const own = media(async (wanted) => {
      const { deviceId } = wanted?.video as MediaTrackConstraints;
      asked.push(deviceId);
      if (deviceId) throw named('OverconstrainedError');
      return streamOf(['video']);
    });
    await own.choose({ microphone: '', camera: 'gone' });
    await own.setCamera(true);
    expect(asked).toEqual([{ exact: 'gone' }, undefined]);
    expect(own.tracks.camera).not.toBeNull();
  });

  it('that come after the end are let go of', async () => {
    let give: (stream: MediaStream) => void = () => {};
    const own = media(() => new Promise((done) => { give = done; }));
    const opened = own.open({ audio: true, camera: false });
    await Promise.resolve();
    own.close();
    const stream = streamOf(['audio']);
    give(stream);
    await opened;
    expect(stream.getTracks()[0]).toMatchObject({ stopped: true });
    expect(own.tracks.audio).toBeNull();
  });

  it.each([
    ['NotAllowedError', 'Permission denied', 'denied'],
    ['NotAllowedError', 'Permission denied by system', 'system'],
    ['NotFoundError', '', 'missing'],
    ['NotReadableError', '', 'taken'],
    ['TypeError', '', 'unsupported'],
    ['Whatever', '', 'unknown'],
  ])('%s (%s) is %s', (name, message, problem) => {
    expect(problemOf(named(name, message))).toBe(problem);
  });
});
