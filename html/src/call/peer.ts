// The other end of one pair in a call: keeps a peer connection to it. What is interrupted looks for another way; what
// is not connected in time is built anew. The offerer, whom the server names, builds; the other one asks it to.
import { Emitter } from '../connection/emitter';
import { PeerConnection, NO_TRACKS, type Slot, type Tracks } from './peer_connection';
import type { RecordingStep, Signal } from './signal';
import { limitSender, type Plan } from './bitrate';
import { Verification } from './verification';

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
  stream?: MediaStream | undefined;
  times?: Partial<PeerTimes>;
}

export interface PeerTimes {
  /** A connection that is not there after this is built anew. */
  connectMs: number;
  /** Connections often come back by themselves within this. */
  disconnectedMs: number;
  /** The one who does not offer leaves it that much to the other one. */
  courtesyMs: number;
}

const TIMES: PeerTimes = { connectMs: 5_000, disconnectedMs: 1_500, courtesyMs: 2_000 };
const MOST_PATIENCE = 4;
const LOG_LINES = 60;

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
  private readonly times: PeerTimes;
  private arrived: Partial<Record<Slot, MediaStreamTrack>> = {};
  private tracks: Tracks = NO_TRACKS;
  private plan: Plan | null = null;
  private slower = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;

  constructor(private readonly options: PeerOptions) {
    this.times = { ...TIMES, ...options.times };
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
    else this.watch();
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
    if (this.state === 'interrupted') this.restart();
    else this.watch();
  }

  sayRecording(step: RecordingStep): void {
    this.options.send({ type: 'recording', step });
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.connection?.close();
    this.connection = null;
  }

  /** The row and commitment first: they refer to the description that this connection has by then. */
  private async pass(signal: Signal): Promise<void> {
    const { connection, verification } = this;
    if (!connection) return;
    if (signal.type !== 'verify') connection.take(signal);
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
    this.slower = false;
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
    this.watch();
  }

  private changed(): void {
    const state = this.connection?.pc.connectionState;
    if (state === 'connected') {
      clearTimeout(this.timer);
      this.attempts = 0;
      this.enter('connected');
      void this.limit();
    } else if (state === 'disconnected' && this.state === 'connected') {
      this.enter('interrupted');
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.restart(), this.times.disconnectedMs + this.courtesy);
    } else if (state === 'failed' && this.options.reachable()) {
      this.restart();
    }
  }

  /** Looks for another way; what does not help in time is followed by a new connection. */
  private restart(): void {
    if (this.state !== 'connecting') this.enter('interrupted');
    if (this.connection && this.options.reachable()) {
      this.note('looking for another way');
      this.connection.restart();
    }
    this.watch();
  }

  private get courtesy(): number {
    return this.options.offers ? 0 : this.times.courtesyMs;
  }

  private watch(): void {
    clearTimeout(this.timer);
    const patience = Math.min(MOST_PATIENCE, 1 + Math.floor(this.attempts / 2));
    this.timer = setTimeout(() => this.late(), this.times.connectMs * patience + this.courtesy);
  }

  private late(): void {
    const { pc } = this.connection ?? {};
    // A way was found, and the keys are being agreed upon: once more that long.
    const onTheWay = pc !== undefined && pc.connectionState === 'connecting'
      && (pc.iceConnectionState === 'connected' || pc.iceConnectionState === 'completed');
    if (!this.options.reachable() || (onTheWay && !this.slower)) {
      this.slower = onTheWay;
      return this.watch();
    }
    this.attempts += 1;
    if (this.options.offers) return this.renew(this.build + 1);
    if (!this.options.legacy) {
      this.note('asking for a new connection');
      this.send({ type: 'rebuild' });
    }
    this.watch();
  }

  private async limit(): Promise<void> {
    const { connection, plan } = this;
    if (!connection || !plan || this.state !== 'connected') return;
    await connection.idle();
    for (const [slot, sender] of Object.entries(connection.senders()) as [Slot, RTCRtpSender][]) {
      await limitSender(sender, slot, plan).catch(() => {});
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
