// RTCPeerConnections without media: the states, the order that browsers insist on, and a network that can be cut.
type State = RTCSignalingState;
interface Said {
  ufrag: string;
  fingerprint: string;
  /** Offers and answers of one exchange. */
  exchange: string;
}

let drawn = 0;
const draw = (): string => `u${(drawn += 1)}`;
const read = (sdp: string): Said => JSON.parse(sdp.split('\n')[0] as string) as Said;
const write = (said: Said): string => `${JSON.stringify(said)}\na=fingerprint:sha-256 ${said.fingerprint}\r\n`;

/** What connects peer connections: cut, nobody gets through. */
export class FakeNetwork {
  up = true;
  readonly all: FakePeerConnection[] = [];

  readonly create = (): RTCPeerConnection => {
    const pc = new FakePeerConnection(this);
    this.all.push(pc);
    return pc as unknown as RTCPeerConnection;
  };

  settle(): void {
    for (const pc of this.all) pc.meet();
  }

  cut(): void {
    this.up = false;
    for (const pc of this.all) if (pc.connectionState === 'connected') pc.become('disconnected');
  }

  mend(): void {
    this.up = true;
    this.settle();
  }
}

class FakeTransceiver {
  direction: RTCRtpTransceiverDirection;
  readonly receiver: { track: { kind: string }; getSynchronizationSources(): { timestamp: number }[] };
  readonly sender = {
    track: null as unknown,
    replaceTrack: async (track: unknown) => { this.sender.track = track; },
    setStreams: () => {},
    getParameters: () => ({ encodings: [] }),
    setParameters: async () => {},
  };

  constructor(readonly kind: string, direction: RTCRtpTransceiverDirection, arrived: () => number) {
    this.direction = direction;
    this.receiver = { track: { kind }, getSynchronizationSources: () => (arrived() > 0 ? [{ timestamp: arrived() }] : []) };
  }
}

export class FakePeerConnection {
  signalingState: State = 'stable';
  connectionState: RTCPeerConnectionState = 'new';
  iceConnectionState: RTCIceConnectionState = 'new';
  localDescription: RTCSessionDescriptionInit | null = null;
  remoteDescription: RTCSessionDescriptionInit | null = null;
  onnegotiationneeded: (() => void) | null = null;
  onicecandidate: ((event: { candidate: unknown }) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  oniceconnectionstatechange: (() => void) | null = null;
  ontrack: ((event: { transceiver: unknown; track: unknown }) => void) | null = null;
  /** What was done in an order that a browser refuses. */
  readonly faults: string[] = [];
  closed = false;
  candidates = 0;
  /** When the last packet came. */
  arrived = (): number => 0;
  private readonly fingerprint = `AA:${draw()}`;
  private readonly transceivers: FakeTransceiver[] = [];
  private needed = false;
  private ufrag = '';
  private stable: { local: RTCSessionDescriptionInit | null; remote: RTCSessionDescriptionInit | null } = { local: null, remote: null };

  constructor(private readonly network: FakeNetwork) {}

  addTransceiver(kind: string, init: { direction: RTCRtpTransceiverDirection }): FakeTransceiver {
    const made = new FakeTransceiver(kind, init.direction, () => this.arrived());
    this.transceivers.push(made);
    this.need();
    return made;
  }

  createDataChannel(): object {
    this.need();
    return {};
  }

  getTransceivers(): FakeTransceiver[] {
    return this.transceivers;
  }

  restartIce(): void {
    this.ufrag = '';
    this.need();
  }

  async setLocalDescription(): Promise<void> {
    await this.work();
    const answers = this.signalingState === 'have-remote-offer';
    const offer = this.remoteDescription;
    if (!this.ufrag) this.ufrag = draw();
    const exchange = answers ? read(offer?.sdp as string).exchange : draw();
    this.localDescription = { type: answers ? 'answer' : 'offer', sdp: write({ ufrag: this.ufrag, fingerprint: this.fingerprint, exchange }) };
    this.needed = false;
    for (let n = 0; n < 2; n += 1) {
      const candidate = { candidate: `candidate:${n}`, usernameFragment: this.ufrag };
      queueMicrotask(() => this.onicecandidate?.({ candidate: { ...candidate, toJSON: () => candidate } }));
    }
    this.enter(answers ? 'stable' : 'have-local-offer');
  }

  async setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
    await this.work();
    const said = read(description.sdp as string);
    if (description.type === 'offer') {
      if (this.signalingState === 'have-local-offer') {
        // Rolled back; what made the offer needed is needed still.
        this.localDescription = this.stable.local;
        this.needed = true;
      }
      this.remoteDescription = description;
      if (this.transceivers.length === 0) {
        for (const kind of ['audio', 'video', 'video']) this.transceivers.push(new FakeTransceiver(kind, 'recvonly', () => this.arrived()));
      }
      this.enter('have-remote-offer');
    } else {
      const ours = this.localDescription && read(this.localDescription.sdp as string);
      if (this.signalingState !== 'have-local-offer' || ours?.exchange !== said.exchange) throw this.fault('an answer to nothing');
      this.remoteDescription = description;
      this.enter('stable');
    }
  }

  async addIceCandidate({ usernameFragment }: { usernameFragment?: string }): Promise<void> {
    await this.work();
    if (!this.remoteDescription) throw this.fault('a candidate before the description');
    if (read(this.remoteDescription.sdp as string).ufrag !== usernameFragment) throw this.fault('a candidate of another description');
    this.candidates += 1;
    this.network.settle();
  }

  close(): void {
    this.closed = true;
    this.connectionState = 'closed';
  }

  become(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  /** Connects when both sides have agreed. */
  meet(): void {
    if (!this.network.up || this.closed || this.connectionState === 'connected' || this.signalingState !== 'stable') return;
    const [ours, theirs] = [this.localDescription, this.remoteDescription].map((one) => one && read(one.sdp as string));
    if (!ours || !theirs || this.candidates === 0) return;
    const other = this.network.all.find((pc) => !pc.closed && pc !== this && pc.signalingState === 'stable' && pc.candidates > 0
      && pc.localDescription && read(pc.localDescription.sdp as string).exchange === ours.exchange);
    if (!other || theirs.exchange !== ours.exchange) return;
    for (const pc of [this, other] as FakePeerConnection[]) if (pc.connectionState !== 'connected') pc.become('connected');
  }

  private async work(): Promise<void> {
    for (let tick = 0; tick < 3; tick += 1) await Promise.resolve();
    // As in browsers: nothing is ever heard of what a closed one was to do.
    if (this.closed) await new Promise(() => {});
  }

  private fault(what: string): Error {
    this.faults.push(what);
    return new Error(what);
  }

  private need(): void {
    this.needed = true;
    queueMicrotask(() => this.signalingState === 'stable' && this.needed && !this.closed && this.onnegotiationneeded?.());
  }

  private enter(state: State): void {
    this.signalingState = state;
    if (state !== 'stable') return;
    this.stable = { local: this.localDescription, remote: this.remoteDescription };
    if (this.needed) this.need();
    this.network.settle();
  }
}
