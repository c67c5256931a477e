// The call that this page is inside of, for the views: people with their pictures and sound, and what one does oneself.
// Loaded with the first call.
import { computed, ref, shallowReactive, shallowRef } from 'vue';

import { Call, type Departure } from '../call/call';
import { hintOf, reportOf, verdictOf, type Findings, type Hint, type Verdict } from '../call/doctor';
import type { IceServers } from '../call/ice';
import { LinkMeter, type LinkStats } from '../call/link_stats';
import type { LocalMedia } from '../call/local_media';
import type { Slot } from '../call/peer_connection';
import type { Peer, PeerState } from '../call/peer';
import type { Scene } from '../call/recorder';
import { SideTalk, type SideEntry } from '../call/side_talk';
import { isInside } from '../call/table';
import { newId } from '../protocol/ids';
import {
  MessageType, type Call as WireCall, type CallEnd, type CallMember, type CallSnapshot, type MediaFlags, type MemberChange,
  type Signal,
} from '../protocol/messages.gen';
import { Refused } from '../protocol/refusals';
import { CallRecording } from './call_recording';
import type { CallRequests } from './call_requests';
import { outcomeOf, type Link } from './link';
import type { Outcome } from './model';

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

export interface Departed {
  departure: Departure;
  end: CallEnd | null;
}

const SPEAKING_MS = 250;
const STATS_EVERY = 8;
/** Loudness (RTCRtpSynchronizationSource.audioLevel) from which on somebody speaks. */
const SPEAKS = 0.02;
const NO_ERRORS: ReadonlySet<number> = new Set();

export class CallSession {
  readonly people = shallowReactive(new Map<string, Participant>());
  readonly call = shallowRef<WireCall>() as { value: WireCall };
  readonly media: { readonly value: LocalMedia['tracks'] };
  readonly muted = ref(false);
  readonly problems = shallowRef<LocalMedia['problems']>({});
  /** Whether the server can be reached: media go on without it. */
  readonly online = ref(true);
  /** When this page went in (ms). */
  readonly since = Date.now();
  readonly startedTalking = computed(() => (this.call.value.answered ?? 0) * 1000);
  readonly departed = shallowRef<Departed | null>(null);
  /** What people write and give each other beside the media, newest last. */
  readonly entries = shallowRef<readonly SideEntry[]>([]);
  readonly side = new SideTalk();
  readonly recording: CallRecording;
  private readonly engine: Call;
  private readonly tracks = shallowRef<LocalMedia['tracks']>({ audio: null, camera: null, screen: null });
  private readonly meters = new Map<string, LinkMeter>();
  private readonly streams = new WeakMap<MediaStreamTrack, MediaStream>();
  private readonly timer: ReturnType<typeof setInterval>;
  private told: string;
  private ticks = 0;
  /** Who spoke last. */
  private speaker = '';

  constructor(
    snapshot: CallSnapshot, private readonly link: Link, private readonly requests: CallRequests,
    private readonly own: LocalMedia, private readonly ice: IceServers, readonly device: string,
    private readonly nameOf: (userId: string) => string,
  ) {
    this.media = this.tracks;
    this.call.value = snapshot.call;
    const engine = this.engine = new Call(snapshot, {
      userId: link.userId,
      device,
      stream: new MediaStream(),
      create: () => {
        void ice.refresh();
        return new RTCPeerConnection({ iceServers: ice.servers, bundlePolicy: 'max-bundle' });
      },
      transmit: (receiver_id, mess, trace_id) => link.connection?.transmit({ type: MessageType.call_signal, receiver_id, mess: mess as never, trace_id }),
    });
    this.recording = new CallRecording({
      people: () => engine.others.map(({ user_id: id, stay, legacy }) => ({ id, stay, legacy })),
      say: (userId, step) => engine.peer(userId)?.sayRecording(step),
      scene: () => this.scene(),
      changed: () => void this.tellMedia(),
    });
    this.side.events.on('changed', () => (this.entries.value = this.side.entries));
    this.told = JSON.stringify(engine.me?.media ?? {});
    engine.events.on('members', () => {
      this.follow();
      this.recording.follow();
    });
    engine.events.on('peer', ({ userId, peer }) => this.meet(userId, peer));
    engine.events.on('over', (departed) => {
      this.departed.value = departed;
      this.dispose();
    });
    own.events.on('changed', () => this.takeMedia());
    this.timer = setInterval(() => this.tick(), SPEAKING_MS);
    engine.begin(own.tracks);
    this.takeMedia();
  }

  get id(): string {
    return this.engine.id;
  }

  get me(): CallMember | null {
    return this.call.value.members.find(({ user_id }) => user_id === this.link.userId) ?? null;
  }

  get isOwner(): boolean {
    return this.call.value.owner_id === this.link.userId;
  }

  takeChange(change: MemberChange): void {
    if (this.engine.takeChange(change) === 'hole') void this.catchUp();
  }

  takeEnd(end: CallEnd): void {
    this.engine.takeEnd(end);
  }

  takeSignal(senderId: string, signal: Signal): void {
    this.engine.takeSignal(senderId, signal);
  }

  signalRefused(trace: string, code: string): void {
    this.engine.signalRefused(trace, code);
  }

  /** The connection to the server is gone. */
  pause(): void {
    this.online.value = false;
    this.engine.pause();
  }

  /** It is back: goes on in the same stay, or in a new one when that took too long. */
  async rejoin(): Promise<void> {
    await this.ice.refresh();
    try {
      const snapshot = await this.requests.join({
        call_id: this.id, device: this.device, media: this.flags, received: this.engine.received,
      });
      this.engine.resume(snapshot);
      this.online.value = true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      // Without a connection there will be another try; otherwise there is nothing to come back to.
      if (error.code === 'already_in_call') this.engine.finish('moved');
      else if (!['offline', 'timeout', 'storage_unavailable', 'busy'].includes(error.code)) this.engine.finish('ended');
    }
  }

  /** Leaves at once here, whatever the server says. */
  async leave(forAll = false): Promise<Outcome> {
    const outcome = outcomeOf(this.requests.leave(this.id, forAll));
    this.engine.finish('left');
    return await outcome;
  }

  setMuted(muted: boolean): void {
    this.own.setMuted(muted);
    if (!muted && !this.own.tracks.audio) void this.own.open({ audio: true, camera: false });
  }

  setCamera(on: boolean): Promise<void> {
    return this.own.setCamera(on);
  }

  setScreen(on: boolean): Promise<void> {
    return this.own.setScreen(on);
  }

  choose(choices: { microphone: string; camera: string }): Promise<void> {
    return this.own.choose(choices);
  }

  invite(userIds: string[]): Promise<Outcome> {
    return outcomeOf(this.requests.invite(this.id, userIds).then(({ call }) => {
      this.engine.table.replace(call);
      this.follow();
    }));
  }

  remove(userId: string): Promise<Outcome> {
    return outcomeOf(this.requests.remove(this.id, [userId]));
  }

  /** Everybody else inside. */
  get others(): string[] {
    return this.call.value.members.filter((member) => isInside(member) && member.user_id !== this.link.userId).map(({ user_id }) => user_id);
  }

  setVolume(userId: string, volume: number): void {
    this.change(userId, { volume });
  }

  /** For whoever helps; people are numbered, not named. */
  report(): string {
    const { call } = this;
    const head = [
      `call ${call.value.kind}, ${this.engine.table.inside.length} inside, server ${this.online.value ? 'reached' : 'lost'}, relay ${this.ice.hasRelay ? 'yes' : 'no'}`,
      `microphone ${this.tracks.value.audio ? 'yes' : this.problems.value.audio ?? 'no'}, camera ${this.tracks.value.camera ? 'yes' : this.problems.value.camera ?? 'no'}`,
      navigator.userAgent, new Date().toISOString(),
    ];
    const each = [...this.people.values()].map(({ id, stats }, index) =>
      reportOf(`person ${index + 1}`, this.findings(id, stats), this.engine.peer(id)));
    return [...head, ...each].join('\n');
  }

  private get flags(): MediaFlags {
    const { audio, camera, screen } = this.own.tracks;
    return { muted: this.own.muted || !audio, camera: camera !== null, screen: screen !== null, recording: this.recording.state.value === 'running' };
  }

  private takeMedia(): void {
    if (this.departed.value) return;
    this.tracks.value = this.own.tracks;
    this.muted.value = this.own.muted || !this.own.tracks.audio;
    this.problems.value = this.own.problems;
    this.engine.setTracks(this.own.tracks);
    void this.tellMedia();
  }

  /** The others are told what is sent, when that changed. */
  private async tellMedia(): Promise<void> {
    const flags = this.flags;
    const said = JSON.stringify(flags);
    if (said === this.told || !this.online.value) return;
    this.told = said;
    await outcomeOf(this.requests.tellMedia(this.id, flags));
  }

  private async catchUp(): Promise<void> {
    const { calls } = await this.requests.list().catch(() => ({ calls: [] as WireCall[] }));
    const call = calls.find(({ call_id }) => call_id === this.id);
    if (call && this.engine.table.replace(call)) this.engine.resume({ call });
  }

  private follow(): void {
    const { call } = this.engine.table;
    this.call.value = call;
    for (const member of call.members) {
      const { user_id: id, state, media } = member;
      if (id === this.link.userId) continue;
      if (isInside(member) || state === 'ringing') this.change(id, { state, media }, true);
      else this.people.delete(id);
    }
  }

  private meet(userId: string, peer: Peer | null): void {
    this.meters.delete(userId);
    if (!peer) {
      this.side.part(userId);
      this.change(userId, { camera: null, screen: null, sound: null, speaking: false, stats: null, row: [], tampered: false, connection: 'connecting' });
      return;
    }
    this.meters.set(userId, new LinkMeter());
    this.side.meet(userId, peer);
    peer.events.on('recording', (step) => this.recording.take(userId, step));
    peer.events.on('state', (connection) => {
      this.change(userId, { connection, ...this.judged(userId, connection === 'connected' ? this.people.get(userId)?.stats ?? null : null) });
    });
    peer.events.on('tracks', () => {
      const { audio, camera, screen } = peer.arriving;
      this.change(userId, { sound: this.streamOf(audio), camera: this.streamOf(camera), screen: this.streamOf(screen) });
    });
    peer.events.on('verification', ({ row, broken }) => this.change(userId, { row: row ?? [], tampered: broken }));
    this.change(userId, {}, true);
  }

  private streamOf(track?: MediaStreamTrack): MediaStream | null {
    if (!track) return null;
    const stream = this.streams.get(track) ?? new MediaStream([track]);
    this.streams.set(track, stream);
    return stream;
  }

  /** `begin`: also when there is nobody of that id yet. */
  private change(id: string, what: Partial<Participant>, begin = false): void {
    const before = this.people.get(id);
    if (!before && !begin) return;
    const member = this.engine.table.member(id);
    this.people.set(id, {
      id, state: member?.state ?? 'joined', media: member?.media ?? {}, connection: 'connecting', camera: null, screen: null,
      sound: null, speaking: false, volume: 1, verdict: 'connecting', hint: 'none', stats: null, row: [], tampered: false,
      ...before, ...what,
    });
  }

  private findings(id: string, stats: LinkStats | null): Findings {
    const peer = this.engine.peer(id);
    return {
      state: peer?.state ?? 'connecting', attempts: peer?.attempts ?? 0, stats, relay: this.ice.hasRelay, serverErrors: peer?.serverErrors ?? NO_ERRORS,
      joined: this.engine.table.member(id)?.state === 'joined',
    };
  }

  private judged(id: string, stats: LinkStats | null): Pick<Participant, 'stats' | 'verdict' | 'hint'> {
    const findings = this.findings(id, stats);
    return { stats, verdict: verdictOf(findings), hint: hintOf(findings) };
  }

  private tick(): void {
    this.ticks += 1;
    for (const [id, { speaking }] of this.people) {
      const receiver = this.engine.peer(id)?.connection?.receivers().audio;
      const now = (receiver?.getSynchronizationSources?.() ?? []).some(({ audioLevel }) => (audioLevel ?? 0) > SPEAKS);
      if (now) this.speaker = id;
      if (now !== speaking) this.change(id, { speaking: now });
    }
    this.recording.update();
    if (this.ticks % STATS_EVERY === 0) for (const id of this.people.keys()) void this.measure(id);
    // What was said while the server was away.
    void this.tellMedia();
  }

  private async measure(id: string): Promise<void> {
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

  /** For a recording: a screen, or else whoever spoke last, or else anybody who shows a picture. */
  private scene(): Scene {
    const people = [...this.people.values()];
    const { audio, camera, screen } = this.tracks.value;
    const sounds = [...people.map(({ sound }) => sound?.getAudioTracks()[0]), audio].filter((track) => track != null);
    const shows = people.find(({ media, screen: shown }) => media.screen && shown);
    const seen = people.find(({ id, media }) => id === this.speaker && media.camera) ?? people.find(({ media }) => media.camera);
    const name = this.nameOf((shows ?? seen)?.id ?? (this.speaker || this.link.userId));
    const own = screen ?? (seen ? null : camera);
    return { sounds, name, picture: shows?.screen ?? (own ? this.streamOf(own) : seen?.camera ?? null) };
  }

  private dispose(): void {
    clearInterval(this.timer);
    void this.recording.stop();
    this.side.close();
    this.own.close();
  }
}

/** A name for this page, new whenever it is loaded. */
export const drawDevice = (): string => newId();

export type { Slot };
