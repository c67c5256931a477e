// The other end of one pair in a call: keeps a peer connection to it. What is interrupted looks for another way; what
// is not connected in time is built anew. The offerer, whom the server names, builds; the other one asks it to.
import { Emitter } from '../connection/emitter';
import { PeerConnection, NO_TRACKS, type Slot, type Tracks } from './peer_connection';
import type { RecordingStep, Signal } from './signal';
import { beginningOf, limitSender, type Plan } from './bitrate';
import { Pulse } from './pulse';
import { Verification } from './verification';
import { TIMES, Watchdog, type WatchTimes } from './watchdog';

/** connecting: never was connected; interrupted: was, and tries to be again. */
export type PeerState = 'connecting' | 'connected' | 'interrupted';

export interface PeerEvents {
  state: PeerState;
  /** What arrives has changed, see `arriving`. */
  tracks: void;
  /** The row of emoji is there, or was tampered with. */
  verification: Verification;
  /** The data channel of a new peer connection. */
  channel: RTCDataChannel;
  /** The other side says something about a recording. */
  recording: RecordingStep;
}

export interface PeerOptions {
  /** Named by the server: whether this side makes the first offer. */
  offers: boolean;
  /** A client of types 600 to 605: knows two kinds of signals, and nothing of building anew. */
  legacy: boolean;
  send(signal: Signal): void;
  /** Whether signals get through to the other side now. */
  reachable(): boolean;
  create(): RTCPeerConnection;
  /** Whether the other side sends sound or pictures now, as far as is known. */
  sends?(): boolean;
  stream?: MediaStream | undefined;
  times?: Partial<WatchTimes>;
}

const LOG_LINES = 60;
const PULSE_MS = 500;
/** How long a new connection sends small pictures: large ones would wait until the browser knows how much the line takes. */
const BEGINNING_MS = 1_500;

export class Peer {
  readonly events = new Emitter<PeerEvents>();
  state: PeerState = 'connecting';
  /** Number of the present peer connection; 0: none yet. */
  build = 0;
  /** How often it was built anew since it was connected last. */
  attempts = 0;
  verification: Verification | null = null;
  connection: PeerConnection | null = null;
  /** Codes of what STUN and TURN servers did not do for the present peer connection. */
  readonly serverErrors = new Set<number>();
  /** What was tried, with seconds since the beginning, for the report. */
  readonly log: string[] = [];
  private readonly began = Date.now();
  private readonly dog: Watchdog;
  private arrived: Partial<Record<Slot, MediaStreamTrack>> = {};
  private tracks: Tracks = NO_TRACKS;
  private plan: Plan | null = null;
  private slower = false;
  private pulse: Pulse;
  private readonly listening: ReturnType<typeof setInterval>;
  private beginning: ReturnType<typeof setTimeout> | undefined;
  /** The present peer connection is past its beginning. */
  private settled = false;
  private closed = false;

  constructor(private readonly options: PeerOptions) {
    this.dog = new Watchdog({
      offers: options.offers, times: { ...TIMES, ...options.times }, remedy: () => this.lookForAnotherWay(), late: () => this.late(),
    });
    this.pulse = new Pulse(options.offers);
    this.listening = setInterval(() => this.listen(), PULSE_MS);
  }

  get offers(): boolean {
    return this.options.offers;
  }

  /** Tracks of the other side. They last as long as the peer connection; nothing may be sent on them. */
  get arriving(): Readonly<Partial<Record<Slot, MediaStreamTrack>>> {
    return this.arrived;
  }

  begin(tracks: Tracks): void {
    this.tracks = tracks;
    if (this.options.offers) this.renew(1);
    else this.dog.watch(this.attempts);
  }

  setTracks(tracks: Tracks): void {
    this.tracks = tracks;
    this.connection?.setTracks(tracks);
    void this.limit();
  }

  setPlan(plan: Plan): void {
    this.plan = plan;
    void this.limit();
  }

  take(signal: Signal): void {
    if (this.closed) return;
    if (signal.type === 'recording') return this.events.emit('recording', signal.step);
    if (signal.type === 'rebuild') {
      if (!this.options.offers || signal.build !== this.build) return;
      this.note('the other side asks for a new connection');
      this.attempts += 1;
      return this.renew(this.build + 1);
    }
    const build = signal.build ?? Math.max(1, this.build);
    if (build > this.build) {
      // Only the offerer counts on, and with an offer.
      if (this.options.offers || signal.type !== 'offer') return;
      this.renew(build);
    }
    if (build === this.build) void this.pass(signal);
  }

  /** Signals get through again: what is not connected is looked after at once. */
  nudge(): void {
    if (this.state === 'connected' || this.closed) return;
    this.dog.watch(this.attempts);
    if (this.state === 'interrupted') this.dog.mend(this.attempts, 'now');
  }

  sayRecording(step: RecordingStep): void {
    this.options.send({ type: 'recording', step });
  }

  close(): void {
    this.closed = true;
    this.dog.rest();
    clearInterval(this.listening);
    clearTimeout(this.beginning);
    this.connection?.close();
    this.connection = null;
  }

  /** The row and commitment first: they refer to the description that this connection has by then. */
  private async pass(signal: Signal): Promise<void> {
    const { connection, verification } = this;
    if (!connection) return;
    if (signal.type !== 'verify') connection.take(signal);
    if (signal.type === 'offer') {
      void this.limit();
      // The other side is at it.
      if (this.state === 'interrupted') this.dog.mend(this.attempts, 'again');
    }
    if (!signal.verify || !verification) return;
    await connection.idle();
    const before = verification.row;
    const reply = await verification.take(signal.verify);
    if (this.connection !== connection) return;
    if (reply) this.send({ type: 'verify', verify: reply });
    if (verification.row !== before || verification.broken) this.events.emit('verification', verification);
  }

  private send(signal: Signal): void {
    this.options.send({ ...signal, build: this.build });
  }

  private renew(build: number): void {
    const { options } = this;
    this.connection?.close();
    this.build = build;
    this.arrived = {};
    this.slower = this.settled = false;
    clearTimeout(this.beginning);
    this.pulse = new Pulse(options.offers);
    this.serverErrors.clear();
    this.note(build === 1 ? 'connecting' : `connection ${build}`);
    const pc = options.create();
    const verification = this.verification = new Verification(
      options.offers, () => pc.localDescription?.sdp ?? '', () => pc.remoteDescription?.sdp ?? '');
    let signed = false;
    const connection = this.connection = new PeerConnection(pc, {
      offers: options.offers,
      screen: !options.legacy,
      stream: options.stream,
      send: (signal) => {
        if (this.connection === connection) this.send(signal);
      },
      sign: async () => {
        if (signed || options.legacy) return undefined;
        signed = true;
        return await verification.ours();
      },
      changed: () => {
        if (this.connection === connection) this.changed();
      },
      arrived: (slot, track) => {
        if (this.connection !== connection) return;
        this.arrived = { ...this.arrived, [slot]: track };
        this.events.emit('tracks', undefined);
      },
      failed: (what) => this.note(`failed: ${what}`),
      serverFailed: (code, url) => {
        if (this.connection !== connection) return;
        if (!this.serverErrors.has(code)) this.note(`${url}: error ${code}`);
        this.serverErrors.add(code);
      },
      ...(!options.legacy && {
        channel: (channel: RTCDataChannel) => {
          if (this.connection === connection) this.events.emit('channel', channel);
        },
      }),
    });
    connection.begin(this.tracks);
    this.enter(this.state === 'connecting' ? 'connecting' : 'interrupted');
    void this.limit();
    this.dog.watch(this.attempts);
    if (this.state === 'interrupted') this.dog.mend(this.attempts, 'again');
  }

  private changed(): void {
    const state = this.connection?.pc.connectionState;
    if (state === 'connected') {
      this.dog.rest();
      this.attempts = 0;
      if (this.state !== 'connected') this.beginning = setTimeout(() => this.settle(), BEGINNING_MS);
      this.enter('connected');
      void this.limit();
    } else if (this.state === 'connected' && (state === 'disconnected' || state === 'failed')) {
      this.enter('interrupted');
      this.dog.watch(this.attempts);
      this.dog.mend(this.attempts, 'soon');
    } else if (this.state === 'connected' && state === 'connecting') {
      // Another way is looked for, as far as it goes.
      this.dog.watch(this.attempts);
    } else if (state === 'failed') {
      this.dog.mend(this.attempts, 'soon');
    }
  }

  private lookForAnotherWay(): void {
    if (this.options.reachable() && this.connection?.restart()) this.note('looking for another way');
  }

  /** Acts before the browser has noticed; a connection that is well is not harmed. */
  private listen(): void {
    const { connection, options } = this;
    if (!connection || this.state !== 'connected' || !options.reachable()) return;
    if (!this.pulse.read(connection.lastArrival(), options.sends?.() ?? false, Date.now())) return;
    this.note('nothing arrives');
    this.lookForAnotherWay();
  }

  private late(): void {
    const { pc } = this.connection ?? {};
    // A way was found, and the keys are being agreed upon: once more that long.
    const onTheWay = pc !== undefined && pc.connectionState === 'connecting'
      && (pc.iceConnectionState === 'connected' || pc.iceConnectionState === 'completed');
    if (!this.options.reachable() || (onTheWay && !this.slower)) {
      this.slower = onTheWay;
      return this.dog.watch(this.attempts);
    }
    this.attempts += 1;
    if (this.options.offers) return this.renew(this.build + 1);
    if (!this.options.legacy) {
      this.note('asking for a new connection');
      this.send({ type: 'rebuild' });
    }
    this.dog.watch(this.attempts);
  }

  private settle(): void {
    this.settled = true;
    void this.limit();
  }

  private async limit(): Promise<void> {
    const { connection, plan } = this;
    if (!connection || !plan) return;
    await connection.idle();
    for (const [slot, sender] of Object.entries(connection.senders()) as [Slot, RTCRtpSender][]) {
      await limitSender(sender, slot, this.settled ? plan : beginningOf(plan)).catch(() => {});
    }
  }

  private enter(state: PeerState): void {
    if (this.state === state && state !== 'connecting') return;
    if (this.state !== state) this.note(state);
    this.state = state;
    this.events.emit('state', state);
  }

  private note(what: string): void {
    this.log.push(`${((Date.now() - this.began) / 1000).toFixed(1)} s ${what}`);
    if (this.log.length > LOG_LINES) this.log.shift();
  }
}
