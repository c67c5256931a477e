// A call that this page is inside of: a peer connection to everybody else inside, by the server's list of members.
import { Emitter } from '../connection/emitter';
import type { Fields } from '../protocol/codec';
import type { CallEnd, CallMember, CallSnapshot, Json, MemberChange, Signal as WireSignal, SignalCount } from '../protocol/messages.gen';
import { planFor, samePlan, type Plan } from './bitrate';
import { NO_TRACKS, type Tracks } from './peer_connection';
import { Peer } from './peer';
import { readSignal, writeSignal } from './signal';
import { SignalLine } from './signal_line';
import { CallTable, isInside, offersTo, type Taken } from './table';
import type { WatchTimes } from './watchdog';

/** Why this page is in the call no more; `moved`: another device of the same user took it over. */
export type Departure = 'ended' | 'moved' | 'left' | 'removed';

export interface CallEvents {
  /** Members, their states, or what they send. */
  members: void;
  /** A peer connection to somebody began (`peer`) or is over (null). */
  peer: { userId: string; peer: Peer | null };
  over: { departure: Departure; end: CallEnd | null };
}

export interface CallOptions {
  userId: string;
  /** The name that this page drew when it was loaded. */
  device: string;
  /** Sends a 616; its refusal comes to `signalRefused` with the same trace. */
  transmit(receiverId: string, mess: Fields, trace: string): void;
  create(): RTCPeerConnection;
  stream?: MediaStream | undefined;
  times?: Partial<WatchTimes>;
}

interface Pair {
  member: CallMember;
  peer: Peer;
  line: SignalLine;
  plan: Plan | null;
  /** Part of the packets to them that is lost. */
  loss: number;
}

const EARLY_SIGNALS = 500;
const TRACE = 'signal';

export class Call {
  readonly events = new Emitter<CallEvents>();
  readonly table: CallTable;
  over: Departure | null = null;
  private readonly pairs = new Map<string, Pair>();
  /** Of stays that are not known yet. */
  private early: { senderId: string; signal: WireSignal }[] = [];
  private tracks: Tracks = NO_TRACKS;
  private stay = 0;
  private online = true;

  constructor(snapshot: CallSnapshot, private readonly options: CallOptions) {
    this.table = new CallTable(snapshot.call);
  }

  get id(): string {
    return this.table.id;
  }

  get me(): CallMember | null {
    return this.table.member(this.options.userId);
  }

  /** Everybody else inside. */
  get others(): CallMember[] {
    return this.table.inside.filter(({ user_id }) => user_id !== this.options.userId);
  }

  peer(userId: string): Peer | null {
    return this.pairs.get(userId)?.peer ?? null;
  }

  begin(tracks: Tracks): void {
    this.tracks = tracks;
    this.follow();
  }

  setTracks(tracks: Tracks): void {
    this.tracks = tracks;
    for (const { peer } of this.pairs.values()) peer.setTracks(tracks);
  }

  /** A 615 of this call. `hole`: the call is to be asked for anew, for `resume`. */
  takeChange(change: MemberChange): Taken {
    const taken = this.table.take(change);
    if (taken !== 'applied') return taken;
    this.follow();
    const received = change.received?.find(({ user_id }) => user_id === this.options.userId);
    const pair = this.pairs.get(change.member.user_id);
    if (pair && change.member.state === 'joined') {
      if (received) pair.line.goOn(received.n);
      pair.peer.nudge();
    }
    return 'applied';
  }

  takeEnd(end: CallEnd): void {
    this.table.close(end);
    this.finish('ended');
  }

  takeSignal(senderId: string, signal: WireSignal): void {
    const { from_stay, to_stay } = signal;
    const pair = this.pairs.get(senderId);
    if (this.over || (to_stay !== this.stay && this.stay !== 0)) return;
    const legacy = from_stay === 0;
    if (!pair || (!legacy && from_stay > pair.member.stay)) {
      if (this.early.length < EARLY_SIGNALS) this.early.push({ senderId, signal });
      return;
    }
    if (!legacy && (from_stay < pair.member.stay || !pair.line.takes(signal.n))) return;
    const known = readSignal(signal.signal);
    if (known) pair.peer.take(known);
  }

  /** The server did not take a signal. */
  signalRefused(trace: string, code: string): void {
    const [, userId = '', stay, n] = trace.split('/');
    const pair = this.pairs.get(userId);
    // Whoever is not in the call is told of apart from this.
    if (pair && pair.member.stay === Number(stay) && code !== 'not_in_call' && code !== 'no_such_call') pair.line.refused(Number(n));
  }

  static isTrace = (trace: string): boolean => trace.startsWith(`${TRACE}/`);

  /** The connection to the server is gone: media go on, signals wait. */
  pause(): void {
    this.online = false;
    for (const { line } of this.pairs.values()) line.hold();
  }

  /** How many signals of each one came, for the 613 that comes back. */
  get received(): SignalCount[] {
    return [...this.pairs].map(([user_id, { line }]) => ({ user_id, n: line.received }));
  }

  /** Back in the call, with the answer to that 613, or with the call as it stands. */
  resume({ call, taken }: CallSnapshot): void {
    this.table.replace(call);
    this.online = true;
    this.follow();
    for (const [userId, { line, peer }] of this.pairs) {
      line.goOn(taken?.find(({ user_id }) => user_id === userId)?.n ?? 0);
      peer.nudge();
    }
  }

  /** What was measured: the part of the packets to somebody that is lost. */
  setLoss(userId: string, loss: number): void {
    const pair = this.pairs.get(userId);
    if (!pair) return;
    pair.loss = loss;
    this.limit(pair);
  }

  /** Lets go of everything here; the server is told by whoever calls this. */
  finish(departure: Departure): void {
    if (this.over) return;
    this.over = departure;
    for (const userId of [...this.pairs.keys()]) this.close(userId);
    this.events.emit('over', { departure, end: this.table.end });
  }

  /** Makes the peer connections what the members' list says. */
  private follow(): void {
    if (this.over) return;
    const { me } = this;
    if (!me || !isInside(me)) return this.finish(me?.state === 'removed' ? 'removed' : 'left');
    if (me.device !== this.options.device) return this.finish('moved');
    if (me.stay !== this.stay) for (const userId of [...this.pairs.keys()]) this.close(userId);
    this.stay = me.stay;
    const others = this.others;
    for (const [userId, { member }] of this.pairs) {
      if (others.find(({ user_id }) => user_id === userId)?.stay !== member.stay) this.close(userId);
    }
    for (const member of others) {
      const pair = this.pairs.get(member.user_id);
      if (pair) pair.member = member;
      else this.open(me, member);
    }
    for (const pair of this.pairs.values()) this.limit(pair);
    this.events.emit('members', undefined);
    const early = this.early;
    this.early = [];
    for (const { senderId, signal } of early) this.takeSignal(senderId, signal);
  }

  private open(me: CallMember, member: CallMember): void {
    const { user_id: userId, stay, legacy } = member;
    const { options } = this;
    const line = new SignalLine((n, signal: Json) => options.transmit(
      userId, { call_id: this.id, from_stay: me.stay, to_stay: stay, n, signal }, [TRACE, userId, stay, n].join('/')));
    if (!this.online) line.hold();
    const peer = new Peer({
      offers: offersTo(me, member),
      legacy,
      create: options.create,
      stream: options.stream,
      send: (signal) => line.send(writeSignal(signal)),
      reachable: () => this.online && this.pairs.get(userId)?.member.state === 'joined',
      sends: () => sends(this.pairs.get(userId)?.member),
      ...(options.times && { times: options.times }),
    });
    this.pairs.set(userId, { member, peer, line, plan: null, loss: 0 });
    this.events.emit('peer', { userId, peer });
    peer.begin(this.tracks);
  }

  private close(userId: string): void {
    const pair = this.pairs.get(userId);
    if (!pair) return;
    this.pairs.delete(userId);
    pair.line.close();
    pair.peer.close();
    this.events.emit('peer', { userId, peer: null });
  }

  private limit(pair: Pair): void {
    const plan = planFor(this.table.inside.length, pair.loss);
    if (samePlan(pair.plan, plan)) return;
    pair.plan = plan;
    pair.peer.setPlan(plan);
  }
}

/** Legacy clients do not tell. */
const sends = (member?: CallMember): boolean => member !== undefined && !member.legacy && (!member.media.muted || member.media.camera === true);
