// One RTCPeerConnection: what comes is done one after the other, candidates wait for the description that they belong
// to, and when both sides offer at once, the one that made the first offer wins ("perfect negotiation").
import type { Signal } from './signal';

export type Slot = 'audio' | 'camera' | 'screen';
export type Tracks = Readonly<Record<Slot, MediaStreamTrack | null>>;
export const NO_TRACKS: Tracks = { audio: null, camera: null, screen: null };

export interface PeerConnectionOptions {
  /** This side makes the first offer. */
  offers: boolean;
  /** Whether there is a place for a screen beside the camera: not with legacy clients. */
  screen: boolean;
  send(signal: Signal): void;
  /** Adds to the description that is about to be sent. */
  sign?(type: 'offer' | 'answer'): Promise<string | undefined>;
  changed(): void;
  arrived(slot: Slot, track: MediaStreamTrack): void;
  /** Something that should have worked did not; for the report. */
  failed(what: string): void;
  /** The data channel of the two was made, or came from the other side; absent: there is none. */
  channel?(channel: RTCDataChannel): void;
  /** A STUN or TURN server did not do its part. */
  serverFailed?(code: number, url: string): void;
  /** Groups what is sent, for clients that expect a stream. */
  stream?: MediaStream | undefined;
}

export class PeerConnection {
  private queue: Promise<void> = Promise.resolve();
  private closed = false;
  private ignoring = false;
  private tracks: Tracks = NO_TRACKS;
  /** Of the other side, until there is a description for them. */
  private heldCandidates: RTCIceCandidateInit[] = [];
  /** Own ones, until the description that they belong to is sent. */
  private earlyCandidates: RTCIceCandidateInit[] | null = null;

  constructor(readonly pc: RTCPeerConnection, private readonly options: PeerConnectionOptions) {
    pc.onnegotiationneeded = () => this.run('offer', () => this.offer());
    pc.onicecandidate = ({ candidate }) => {
      if (candidate?.candidate) this.tellCandidate(candidate.toJSON());
    };
    pc.onicecandidateerror = ({ errorCode, url }) => options.serverFailed?.(errorCode, url);
    pc.ondatachannel = ({ channel }) => options.channel?.(channel);
    pc.onconnectionstatechange = () => options.changed();
    pc.oniceconnectionstatechange = () => options.changed();
    pc.ontrack = ({ transceiver, track }) => {
      const slot = this.slotOf(transceiver);
      if (slot) options.arrived(slot, track);
    };
  }

  /** Makes the first offer, when that is this side's part. */
  begin(tracks: Tracks): void {
    this.tracks = tracks;
    if (!this.options.offers) return;
    const { stream, screen, channel } = this.options;
    const init: RTCRtpTransceiverInit = { direction: 'sendrecv', ...(stream && { streams: [stream] }) };
    for (const kind of screen ? ['audio', 'video', 'video'] : ['audio', 'video']) this.pc.addTransceiver(kind, init);
    channel?.(this.pc.createDataChannel('beside'));
    this.run('tracks', () => this.attach());
  }

  setTracks(tracks: Tracks): void {
    this.tracks = tracks;
    this.run('tracks', () => this.attach());
  }

  take(signal: Signal): void {
    if (signal.type === 'offer' || signal.type === 'answer') {
      const { description } = signal;
      this.run(`remote ${signal.type}`, () => this.takeDescription(description));
    } else if (signal.type === 'new-ice-candidate') {
      const { candidate } = signal;
      this.run('candidate', () => this.takeCandidate(candidate));
    }
  }

  /** Looks for another way to the other side; false while an offer waits for its answer. */
  restart(): boolean {
    if (this.pc.signalingState !== 'stable' || !this.pc.remoteDescription) return false;
    this.pc.restartIce();
    return true;
  }

  /** Changes with whatever sound or picture arrives; 0: nothing did. */
  lastArrival(): number {
    const sources = Object.values(this.receivers()).flatMap((receiver) => receiver.getSynchronizationSources?.() ?? []);
    return Math.max(0, ...sources.map(({ timestamp }) => timestamp));
  }

  /** After everything that came so far is done. */
  async idle(): Promise<void> {
    await this.queue;
  }

  /** The sender of each slot that this connection has. */
  senders(): Partial<Record<Slot, RTCRtpSender>> {
    const { audio, camera, screen } = this.slots();
    return { ...(audio && { audio: audio.sender }), ...(camera && { camera: camera.sender }), ...(screen && { screen: screen.sender }) };
  }

  receivers(): Partial<Record<Slot, RTCRtpReceiver>> {
    const { audio, camera, screen } = this.slots();
    return { ...(audio && { audio: audio.receiver }), ...(camera && { camera: camera.receiver }), ...(screen && { screen: screen.receiver }) };
  }

  close(): void {
    this.closed = true;
    const { pc } = this;
    pc.onnegotiationneeded = pc.onicecandidate = pc.onconnectionstatechange = pc.oniceconnectionstatechange = pc.ontrack = null;
    pc.onicecandidateerror = pc.ondatachannel = null;
    pc.close();
  }

  private run(what: string, work: () => Promise<void>): void {
    this.queue = this.queue.then(async () => {
      if (!this.closed) await work();
    }).catch((error: unknown) => {
      if (!this.closed) this.options.failed(`${what}: ${error instanceof Error ? `${error.name} ${error.message}` : String(error)}`);
    });
  }

  private slots(): Partial<Record<Slot, RTCRtpTransceiver>> {
    const all = this.pc.getTransceivers().filter(({ direction }) => direction !== 'stopped');
    const [audio] = all.filter(({ receiver }) => receiver.track.kind === 'audio');
    const [camera, screen] = all.filter(({ receiver }) => receiver.track.kind === 'video');
    return { ...(audio && { audio }), ...(camera && { camera }), ...(screen && { screen }) };
  }

  private slotOf(transceiver: RTCRtpTransceiver): Slot | null {
    const slots = this.slots();
    return (['audio', 'camera', 'screen'] as const).find((slot) => slots[slot] === transceiver) ?? null;
  }

  /** Sends the tracks in their places; there is a place for each whether or not something is sent. */
  private async attach(): Promise<void> {
    const slots = this.slots();
    const { audio, camera, screen } = this.tracks;
    const wanted: Tracks = slots.screen ? this.tracks : { audio, camera: screen ?? camera, screen: null };
    for (const slot of ['audio', 'camera', 'screen'] as const) {
      const transceiver = slots[slot];
      if (!transceiver) continue;
      if (transceiver.direction === 'recvonly' || transceiver.direction === 'inactive') {
        transceiver.direction = 'sendrecv';
        if (this.options.stream) transceiver.sender.setStreams(this.options.stream);
      }
      if (transceiver.sender.track !== wanted[slot]) await transceiver.sender.replaceTrack(wanted[slot]);
    }
  }

  private async offer(): Promise<void> {
    // Otherwise the browser says so again once it is.
    if (this.pc.signalingState === 'stable') await this.describe();
  }

  /** Makes the offer or answer that is due, and sends it, its candidates after it. */
  private async describe(): Promise<void> {
    this.earlyCandidates = [];
    try {
      await this.pc.setLocalDescription();
      const description = this.pc.localDescription;
      if (!description || (description.type !== 'offer' && description.type !== 'answer')) return;
      const { type, sdp } = description;
      const verify = await this.options.sign?.(type);
      this.options.send({ type, description: { type, sdp }, ...(verify && { verify }) });
    } finally {
      const early = this.earlyCandidates ?? [];
      this.earlyCandidates = null;
      for (const candidate of early) this.tellCandidate(candidate);
    }
  }

  private tellCandidate(candidate: RTCIceCandidateInit): void {
    if (this.earlyCandidates) this.earlyCandidates.push(candidate);
    else this.options.send({ type: 'new-ice-candidate', candidate });
  }

  private async takeDescription(description: RTCSessionDescriptionInit): Promise<void> {
    const { pc } = this;
    const isOffer = description.type === 'offer';
    this.ignoring = isOffer && pc.signalingState !== 'stable' && this.options.offers;
    // An answer to an offer that was taken back comes too late.
    if (this.ignoring || (!isOffer && pc.signalingState !== 'have-local-offer')) return;
    await pc.setRemoteDescription(description);
    if (isOffer) {
      await this.attach();
      await this.describe();
    }
    const held = this.heldCandidates;
    this.heldCandidates = [];
    for (const candidate of held) await this.takeCandidate(candidate);
  }

  private async takeCandidate(candidate: RTCIceCandidateInit): Promise<void> {
    if (!this.pc.remoteDescription) {
      this.heldCandidates.push(candidate);
      return;
    }
    try {
      await this.pc.addIceCandidate(candidate);
    } catch (error) {
      // Candidates of an offer that was ignored mean nothing here.
      if (!this.ignoring) throw error;
    }
  }
}
