// Everybody else in the call that this page is inside of, as the views show them: their pictures and sound, and how the
// way to them is.
import { shallowReactive } from 'vue';

import type { Call } from '../call/call';
import { hintOf, reportOf, verdictOf, type Findings, type Hint, type Verdict } from '../call/doctor';
import { LinkMeter, type LinkStats } from '../call/link_stats';
import type { Peer, PeerState } from '../call/peer';
import type { Tracks } from '../call/peer_connection';
import type { Scene } from '../call/recorder';
import { isInside } from '../call/table';
import type { CallMember, MediaFlags } from '../protocol/messages.gen';

/** Somebody else inside the call, or being called into it. */
export interface Participant {
  id: string;
  state: CallMember['state'];
  media: MediaFlags;
  connection: PeerState;
  camera: MediaStream | null;
  screen: MediaStream | null;
  sound: MediaStream | null;
  speaking: boolean;
  /** 0 to 1, for this listener only. */
  volume: number;
  verdict: Verdict;
  hint: Hint;
  stats: LinkStats | null;
  /** The row of emoji that the other one sees too; empty: not known. */
  row: readonly string[];
  /** Somebody between the two changed what they agree upon. */
  tampered: boolean;
}

/** Loudness (RTCRtpSynchronizationSource.audioLevel) from which on somebody speaks. */
const SPEAKS = 0.02;
const NO_ERRORS: ReadonlySet<number> = new Set();

export class CallPeople {
  readonly list = shallowReactive(new Map<string, Participant>());
  /** Who spoke last. */
  speaker = '';
  private readonly meters = new Map<string, LinkMeter>();
  private readonly streams = new WeakMap<MediaStreamTrack, MediaStream>();

  /** `hasRelay`: whether the server names one. */
  constructor(private readonly engine: Call, private readonly userId: string, private readonly hasRelay: () => boolean) {}

  /** The members' list has changed. */
  follow(): void {
    for (const member of this.engine.table.call.members) {
      const { user_id: id, state, media } = member;
      if (id === this.userId) continue;
      if (isInside(member) || state === 'ringing') this.change(id, { state, media }, true);
      else this.list.delete(id);
    }
  }

  /** A peer connection to somebody began, or is over (null). */
  meet(userId: string, peer: Peer | null): void {
    this.meters.delete(userId);
    if (!peer) {
      this.change(userId, { camera: null, screen: null, sound: null, speaking: false, stats: null, row: [], tampered: false, connection: 'connecting' });
      return;
    }
    this.meters.set(userId, new LinkMeter());
    peer.events.on('state', (connection) => {
      this.change(userId, { connection, ...this.judged(userId, connection === 'connected' ? this.list.get(userId)?.stats ?? null : null) });
    });
    peer.events.on('tracks', () => {
      const { audio, camera, screen } = peer.arriving;
      this.change(userId, { sound: this.streamOf(audio), camera: this.streamOf(camera), screen: this.streamOf(screen) });
    });
    peer.events.on('verification', ({ row, broken }) => this.change(userId, { row: row ?? [], tampered: broken }));
    this.change(userId, {}, true);
  }

  setVolume(userId: string, volume: number): void {
    this.change(userId, { volume });
  }

  /** Looks who speaks. */
  listen(): void {
    for (const [id, { speaking }] of this.list) {
      const receiver = this.engine.peer(id)?.connection?.receivers().audio;
      const now = (receiver?.getSynchronizationSources?.() ?? []).some(({ audioLevel }) => (audioLevel ?? 0) > SPEAKS);
      if (now) this.speaker = id;
      if (now !== speaking) this.change(id, { speaking: now });
    }
  }

  /** Measures the ways to all of them. */
  measure(): void {
    for (const id of this.list.keys()) void this.measureOne(id);
  }

  /** For a recording: a screen, or else whoever spoke last, or else anybody who shows a picture. `own`: what this page sends. */
  scene({ audio, camera, screen }: Tracks, nameOf: (userId: string) => string): Scene {
    const people = [...this.list.values()];
    const sounds = [...people.map(({ sound }) => sound?.getAudioTracks()[0]), audio].filter((track) => track != null);
    const shows = people.find(({ media, screen: shown }) => media.screen && shown);
    const seen = people.find(({ id, media }) => id === this.speaker && media.camera) ?? people.find(({ media }) => media.camera);
    const name = nameOf((shows ?? seen)?.id ?? (this.speaker || this.userId));
    const mine = screen ?? (seen ? null : camera);
    return { sounds, name, picture: shows?.screen ?? (mine ? this.streamOf(mine) : seen?.camera ?? null) };
  }

  /** Always the same one for a track. */
  private streamOf(track?: MediaStreamTrack): MediaStream | null {
    if (!track) return null;
    const stream = this.streams.get(track) ?? new MediaStream([track]);
    this.streams.set(track, stream);
    return stream;
  }

  /** Of each way, for whoever helps; people are numbered, not named. */
  report(): string[] {
    return [...this.list.values()].map(({ id, stats }, index) => reportOf(`person ${index + 1}`, this.findings(id, stats), this.engine.peer(id)));
  }

  private async measureOne(id: string): Promise<void> {
    const peer = this.engine.peer(id);
    const meter = this.meters.get(id);
    const pc = peer?.connection?.pc;
    if (!pc || !meter) return;
    const report = await pc.getStats().catch(() => null);
    if (!report || this.engine.peer(id) !== peer) return;
    const stats = meter.read([...report.values()] as Record<string, unknown>[], Date.now());
    this.engine.setLoss(id, stats.lossSent ?? 0);
    this.change(id, this.judged(id, stats));
  }

  private findings(id: string, stats: LinkStats | null): Findings {
    const peer = this.engine.peer(id);
    return {
      state: peer?.state ?? 'connecting', attempts: peer?.attempts ?? 0, stats, relay: this.hasRelay(), serverErrors: peer?.serverErrors ?? NO_ERRORS,
      joined: this.engine.table.member(id)?.state === 'joined',
    };
  }

  private judged(id: string, stats: LinkStats | null): Pick<Participant, 'stats' | 'verdict' | 'hint'> {
    const findings = this.findings(id, stats);
    return { stats, verdict: verdictOf(findings), hint: hintOf(findings) };
  }

  /** `begin`: also when there is nobody of that id yet. */
  private change(id: string, what: Partial<Participant>, begin = false): void {
    const before = this.list.get(id);
    if (!before && !begin) return;
    const member = this.engine.table.member(id);
    this.list.set(id, {
      id, state: member?.state ?? 'joined', media: member?.media ?? {}, connection: 'connecting', camera: null, screen: null,
      sound: null, speaking: false, volume: 1, verdict: 'connecting', hint: 'none', stats: null, row: [], tampered: false,
      ...before, ...what,
    });
  }
}
