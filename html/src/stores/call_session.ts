// The call that this page is inside of, for the views: people with their pictures and sound, and what one does oneself.
// Loaded with the first call.
import { computed, ref, shallowRef } from 'vue';

import { Call, type Departure } from '../call/call';
import type { IceServers } from '../call/ice';
import { LevelMeter } from '../call/level';
import type { LocalMedia } from '../call/local_media';
import { SideTalk, type SideEntry } from '../call/side_talk';
import { isInside } from '../call/table';
import {
  MessageType, type Call as WireCall, type CallEnd, type CallMember, type CallSnapshot, type MediaFlags, type MemberChange,
  type Signal,
} from '../protocol/messages.gen';
import { Refused } from '../protocol/refusals';
import { CallPeople } from './call_people';
import { CallRecording } from './call_recording';
import type { CallRequests } from './call_requests';
import { RECORDING_KEPT } from './call_signs';
import { outcomeOf, type Link } from './link';
import type { Outcome } from './model';

export type { Participant } from './call_people';

export interface Departed {
  departure: Departure;
  end: CallEnd | null;
}

const SPEAKING_MS = 250;
const STATS_EVERY = 8;
/** Of a microphone (see LevelMeter), as loud as others have to be. */
const SPEAKS = 0.43;
/** Heard at each look: most of the time since the last one. */
const SAMPLES = 8_192;

/** In one order, whoever wrote them. */
const written = ({ muted, camera, screen, recording }: MediaFlags): string => [muted, camera, screen, recording].map(Boolean).join();

export class CallSession {
  readonly people: CallPeople['list'];
  readonly call = shallowRef<WireCall>() as { value: WireCall };
  readonly media: { readonly value: LocalMedia['tracks'] };
  readonly muted = ref(false);
  /** Whether one's own voice is heard. */
  readonly speaking = ref(false);
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
  private readonly everybody: CallPeople;
  private level: { meter: LevelMeter; of: MediaStreamTrack | null } | null = null;
  private readonly timer: ReturnType<typeof setInterval>;
  private told: string;
  private ticks = 0;

  constructor(
    snapshot: CallSnapshot, private readonly link: Link, private readonly requests: CallRequests,
    private readonly own: LocalMedia, private readonly ice: IceServers, readonly device: string,
    nameOf: (userId: string) => string,
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
    this.everybody = new CallPeople(engine, link.userId, () => ice.hasRelay);
    this.people = this.everybody.list;
    this.recording = new CallRecording({
      userId: link.userId,
      kept: () => link.options.storage.setItem(RECORDING_KEPT, '1'),
      people: () => engine.others.map(({ user_id: id, stay, legacy }) => ({ id, stay, legacy })),
      say: (userId, step) => engine.peer(userId)?.sayRecording(step),
      scene: () => this.everybody.scene(this.tracks.value, nameOf),
      changed: () => void this.tellMedia(),
    });
    this.side.events.on('changed', () => (this.entries.value = this.side.entries));
    this.told = written(engine.me?.media ?? {});
    engine.events.on('members', () => {
      this.follow();
      this.recording.follow();
    });
    engine.events.on('peer', ({ userId, peer }) => {
      if (!peer) this.side.part(userId);
      this.everybody.meet(userId, peer);
      if (!peer) return;
      this.side.meet(userId, peer);
      peer.events.on('recording', (step) => this.recording.take(userId, step));
    });
    engine.events.on('over', (departed) => {
      this.departed.value = departed;
      this.dispose();
    });
    own.events.on('changed', () => this.takeMedia());
    this.timer = setInterval(() => this.tick(), SPEAKING_MS);
    engine.begin(own.tracks);
    this.takeMedia();
    this.hurry(true);
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
    this.everybody.setVolume(userId, volume);
  }

  /** For whoever helps; people are numbered, not named. */
  report(): string {
    const { call } = this;
    const head = [
      `call ${call.value.kind}, ${this.engine.table.inside.length} inside, server ${this.online.value ? 'reached' : 'lost'}, relay ${this.ice.hasRelay ? 'yes' : 'no'}`,
      `microphone ${this.tracks.value.audio ? 'yes' : this.problems.value.audio ?? 'no'}, camera ${this.tracks.value.camera ? 'yes' : this.problems.value.camera ?? 'no'}`,
      navigator.userAgent, new Date().toISOString(),
    ];
    return [...head, ...this.everybody.report()].join('\n');
  }

  /** What is about to be sent counts: the others need not see it come and go. */
  private get flags(): MediaFlags {
    const { tracks: { audio, camera, screen }, awaited, muted } = this.own;
    return {
      muted: muted || !(audio || awaited.has('audio')), camera: camera !== null || awaited.has('camera'), screen: screen !== null,
      recording: this.recording.state.value === 'running',
    };
  }

  private takeMedia(): void {
    if (this.departed.value) return;
    this.tracks.value = this.own.tracks;
    this.muted.value = this.flags.muted === true;
    this.problems.value = this.own.problems;
    this.engine.setTracks(this.own.tracks);
    void this.tellMedia();
  }

  /** The others are told what is sent, when that changed. */
  private async tellMedia(): Promise<void> {
    const flags = this.flags;
    const said = written(flags);
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
    this.everybody.follow();
  }

  private tick(): void {
    this.ticks += 1;
    this.everybody.listen();
    this.speaking.value = this.isHeard();
    this.recording.update();
    if (this.ticks % STATS_EVERY === 0) this.everybody.measure();
    // What was said while the server was away.
    void this.tellMedia();
  }

  private isHeard(): boolean {
    const { audio } = this.own.tracks;
    const level = this.level ??= { meter: new LevelMeter(SAMPLES), of: null };
    if (level.of !== audio) level.meter.listen(level.of = audio);
    return !this.own.muted && level.meter.read() > SPEAKS;
  }

  private hurry(on: boolean): void {
    if (this.link.connection) this.link.connection.hurry = on;
  }

  private dispose(): void {
    this.hurry(false);
    clearInterval(this.timer);
    void this.recording.stop();
    this.side.close();
    this.level?.meter.close();
    this.own.close();
  }
}
