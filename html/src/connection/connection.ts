// The one WebSocket to the server, kept up: logs in, resumes, and after every loss comes back until it is told not to.
import { decode, encode, is, type Fields, type Frame } from '../protocol/codec';
import { MessageType, type Account } from '../protocol/messages.gen';
import { CLOSED_FOR_GOOD, Refused, TOLD_TO_RECONNECT, TOLD_TO_WAIT, TRY_AGAIN } from '../protocol/refusals';
import { Backoff } from './backoff';
import { Emitter } from './emitter';
import type { Batch } from './entry';
import { Inbox, type LiveMessage, type ResumePage } from './inbox';
import { Requests } from './requests';

export const SUBPROTOCOL = 'chat.msgpack.v1';

/** idle: not started; waiting: until `retryAt`; stopped: for good, `reason` says why. */
export type Phase = 'idle' | 'connecting' | 'online' | 'waiting' | 'stopped';

export interface ConnectionEvents {
  phase: Phase;
  welcome: Frame;
  /** Messages of a conversation, in order and once each. */
  batch: Batch;
  /** The user is not in that conversation any more. */
  gone: string;
  /** Everything else that was no answer to a request. */
  frame: Frame;
  /** The connection closed; whether because of something that was sent on it. */
  lost: { rejected: boolean };
}

export interface ConnectionOptions {
  url(): string;
  /** Fields of the login: none where the browser has a cookie. */
  login(): Fields;
  /** The account that logged in; false when it is not the one expected. */
  loggedIn(account: Account): boolean;
  open?(url: string, subprotocol: string): WebSocket;
  random?(): number;
  times?: Partial<Times>;
}

export interface Times {
  /** Until Welcome came. */
  connectMs: number;
  /** Without a sign of life while an answer is due: the connection is dead. */
  silentMs: number;
  /** The same, once there is a reason to doubt. */
  doubtMs: number;
  /** A connection that told nothing for so long is asked whether it lives. */
  probeMs: number;
  /** For an answer at all. */
  answerMs: number;
}

const TIMES: Times = { connectMs: 15_000, silentMs: 15_000, doubtMs: 4_000, probeMs: 40_000, answerMs: 60_000 };
const LOOK_MS = 1_000;
const WAIT_AFTER_ABUSE_MS = 1_000;
/** Newest messages wanted of each conversation that begins or cannot go on. */
const RESUME_COUNT = 30;
/** Closes that say that what was sent is at fault. */
const REJECTED = new Set([1002, 1003, 1007, 1009]);

export class Connection {
  readonly events = new Emitter<ConnectionEvents>();
  readonly inbox = new Inbox(
    (batch) => this.events.emit('batch', batch),
    (conversation) => this.events.emit('gone', conversation),
  );
  phase: Phase = 'idle';
  /** Phase `stopped`: why. */
  reason: Refused | null = null;
  /** Phase `waiting`: when the next try is (ms). */
  retryAt = 0;
  /** Somebody waits, as in a call: the next tries come soon. */
  hurry = false;

  private readonly requests = new Requests();
  private readonly backoff: Backoff;
  private readonly times: Times;
  private socket: WebSocket | null = null;
  private reconnectMs = 0;
  private mostPlaces = Infinity;
  private heard = 0;
  private doubtSince = 0;
  private farewell: Frame | null = null;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private lookTimer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly options: ConnectionOptions) {
    this.backoff = new Backoff(options.random);
    this.times = { ...TIMES, ...options.times };
  }

  start(): void {
    if (this.phase !== 'idle' && this.phase !== 'stopped') return;
    this.reason = null;
    this.connect();
  }

  /** Ends it; nothing more is told. */
  stop(): void {
    this.letGo(1000);
    this.enter('idle');
  }

  /** There is reason to look at once: connects in place of waiting, or finds out whether the connection lives. */
  wake(): void {
    if (this.phase === 'waiting') this.connect();
    else if (this.socket && this.doubtSince === 0) {
      this.doubtSince = Date.now();
      if (this.phase === 'online') this.probe();
    }
  }

  /** Sends a request and waits for an answer of one of these types. Throws Refused. */
  ask(type: number, fields: Fields, answers: readonly number[], timeoutMs = this.times.answerMs): Promise<Frame> {
    if (this.socket?.readyState !== 1) return Promise.reject(new Refused('lost'));
    const { trace, answer } = this.requests.open(answers, timeoutMs);
    this.transmit({ ...fields, type, trace_id: trace });
    return answer;
  }

  /** Sends a message whose answer comes as a frame, if the connection lasts. */
  transmit(message: Fields): void {
    if (this.socket?.readyState === 1) this.socket.send(encode(message));
  }

  private enter(phase: Phase): void {
    this.phase = phase;
    this.events.emit('phase', phase);
  }

  private connect(): void {
    clearTimeout(this.retryTimer);
    const open = this.options.open ?? ((url, subprotocol) => new WebSocket(url, subprotocol));
    let socket: WebSocket;
    try {
      socket = open(this.options.url(), SUBPROTOCOL);
    } catch {
      return this.lost(1006);
    }
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => this.take(data as ArrayBuffer);
    socket.onclose = ({ code }) => this.lost(code);
    // A close follows every error and says more.
    socket.onerror = () => {};
    this.socket = socket;
    this.farewell = null;
    this.heard = Date.now();
    this.doubtSince = 0;
    this.lookTimer = setInterval(() => this.look(), LOOK_MS);
    this.enter('connecting');
  }

  /** Is it still alive? */
  private look(): void {
    const now = Date.now();
    if (this.phase === 'connecting') {
      const limit = this.socket?.readyState === 1 ? this.times.silentMs : this.times.connectMs;
      if (now - this.heard > limit) this.drop();
      return;
    }
    if (this.doubtSince > 0 && now - this.doubtSince > this.times.doubtMs) return this.drop();
    const asked = this.requests.oldest();
    if (asked !== null) {
      if (now - Math.max(asked, this.heard) > this.times.silentMs) this.drop();
    } else if (now - this.heard > this.times.probeMs) {
      this.probe();
    }
  }

  private probe(): void {
    this.ask(MessageType.online_total, {}, [MessageType.online_total]).catch(() => {});
  }

  private drop(): void {
    this.letGo(1000);
    this.lost(1006);
  }

  private letGo(code: number): void {
    clearTimeout(this.retryTimer);
    clearInterval(this.lookTimer);
    const socket = this.socket;
    this.socket = null;
    if (socket) {
      socket.onmessage = socket.onclose = null;
      socket.close(code);
    }
    this.inbox.lose();
    this.requests.lose();
  }

  private lost(code: number): void {
    const begun = this.phase;
    this.letGo(1000);
    if (begun === 'idle' || begun === 'stopped') return;
    this.events.emit('lost', { rejected: REJECTED.has(code) });
    const final = CLOSED_FOR_GOOD[code];
    if (final) return this.giveUp(new Refused(final, undefined, this.wordsOf(this.farewell)));
    const delay = this.backoff.next({
      hurry: this.hurry,
      spreadMs: TOLD_TO_RECONNECT.has(code) ? this.reconnectMs : 0,
      atLeastMs: TOLD_TO_WAIT.has(code) || REJECTED.has(code) ? WAIT_AFTER_ABUSE_MS : 0,
    });
    this.retryAt = Date.now() + delay;
    this.retryTimer = setTimeout(() => this.connect(), delay);
    this.enter('waiting');
  }

  private giveUp(reason: Refused): void {
    this.letGo(1000);
    this.reason = reason;
    this.enter('stopped');
  }

  private wordsOf(frame: Frame | null): string | undefined {
    // Of a removal, what the administrator said; the rest the locales know.
    const words = frame?.type === MessageType.user_remove ? frame.reason : frame?.mess;
    return typeof words === 'string' && words !== '' ? words : undefined;
  }

  private take(data: ArrayBuffer): void {
    this.heard = Date.now();
    this.doubtSince = 0;
    const frame = decode(data);
    if (!frame) return;
    if (is(frame, MessageType.welcome)) {
      this.reconnectMs = frame.reconnect_ms;
      this.mostPlaces = frame.resume_conversations;
      this.events.emit('welcome', frame);
      void this.begin();
    } else if (is(frame, MessageType.resume_page)) {
      this.inbox.takePage(frame as unknown as ResumePage);
    } else if (typeof frame.conversation === 'string' && Number(frame.seq) > 0 && frame.type !== MessageType.message_stored) {
      // Also an answer at times: 1100 to the founder.
      if (!this.inbox.takeLive(frame as unknown as LiveMessage)) return this.drop();
      this.requests.take(frame);
    } else if (!this.requests.take(frame)) {
      if ([204, 206, 207, 209].includes(frame.type)) this.farewell = frame;
      this.events.emit('frame', frame);
    }
  }

  private async begin(): Promise<void> {
    const socket = this.socket;
    try {
      const answer = await this.persist(() => this.ask(MessageType.user_login, this.options.login(), [MessageType.user_login]));
      if (!is(answer, MessageType.user_login)) return;
      if (!this.options.loggedIn(answer.user)) throw new Refused('other_user');
      this.backoff.succeeded();
      await this.persist(() =>
        this.ask(MessageType.resume, { mess: this.inbox.resumeFrom(RESUME_COUNT, this.mostPlaces) }, [MessageType.resume], 10 * this.times.answerMs));
      if (this.inbox.settle()) this.enter('online');
      else this.drop();
    } catch (error) {
      if (this.socket !== socket) return;
      if (!(error instanceof Refused)) throw error;
      if (error.code === 'timeout') this.drop();
      else if (error.code !== 'lost') this.giveUp(error);
    }
  }

  /** Asks again while the server says that this is right. */
  private async persist(ask: () => Promise<Frame>): Promise<Frame> {
    const socket = this.socket;
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof Refused) || !TRY_AGAIN.has(error.code)) throw error;
        const random = this.options.random ?? Math.random;
        await new Promise((done) => setTimeout(done, error.retryAfter ? error.retryAfter * 1000 : 100 + random() * 400));
        if (this.socket !== socket) throw new Refused('lost');
      }
    }
  }
}
