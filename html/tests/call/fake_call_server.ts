// The server's part in a call, as docs/calls.md has it: members with stays, numbered changes, signals once and in order.
import { Call } from '../../src/call/call';
import type { Call as WireCall, CallMember, CallSnapshot, MemberChange, Signal } from '../../src/protocol/messages.gen';
import type { FakeNetwork } from './fake_rtc';

const QUIET = { muted: false, camera: false, screen: false, recording: false };

export class FakeCallServer {
  readonly pages = new Map<string, Page>();
  /** Signals that reached the server, by what became of them. */
  readonly refused: string[] = [];
  private rev = 0;
  private stays = 0;
  private members: CallMember[] = [];
  private readonly taken = new Map<string, number>();

  constructor(readonly network: FakeNetwork, private readonly delayMs: () => number = () => 0) {}

  get call(): WireCall {
    return {
      call_id: 'c', rev: this.rev, kind: 'group', between: [], group_id: 'g', video: true, owner_id: 'u1', starter_id: 'u1',
      started: 1, size: 8, members: this.members,
    };
  }

  /** A new page of that user goes in. */
  join(userId: string, device = userId): Page {
    const inside = this.members.filter(({ state, user_id }) => (state === 'joined' || state === 'away') && user_id !== userId);
    this.stays += 1;
    const change = this.change({
      user_id: userId, state: 'joined', stay: this.stays, device, legacy: false,
      offers_to: inside.map(({ user_id }) => user_id), media: QUIET,
    }, userId);
    const page = new Page(this, userId, device, { call: this.call, taken: [] });
    this.pages.set(userId, page);
    this.tell(change, userId);
    page.call.begin({ audio: null, camera: null, screen: null });
    return page;
  }

  leave(userId: string): void {
    this.pages.get(userId)?.call.finish('left');
    this.pages.delete(userId);
    this.tell(this.change({ ...this.member(userId), state: 'left' }, userId));
  }

  /** Somebody's connection to the server is gone. */
  cut(userId: string): void {
    const page = this.pages.get(userId) as Page;
    page.connected = false;
    page.call.pause();
    this.tell(this.change({ ...this.member(userId), state: 'away' }, ''));
  }

  back(userId: string): void {
    const page = this.pages.get(userId) as Page;
    const { received } = page.call;
    for (const { user_id, n } of received) this.taken.set(`${user_id}>${userId}`, n);
    page.connected = true;
    const change = { ...this.change({ ...this.member(userId), state: 'joined' }, userId), received };
    const taken = this.members.map(({ user_id }) => ({ user_id, n: this.taken.get(`${userId}>${user_id}`) ?? 0 }));
    page.call.resume({ call: this.call, taken });
    this.tell(change, userId);
  }

  takeSignal(from: Page, to: string, signal: Signal, trace: string): void {
    const [sender, receiver] = [this.member(from.userId), this.member(to)];
    const refuse = (code: string): void => {
      this.refused.push(code);
      setTimeout(() => from.call.signalRefused(trace, code), this.delayMs());
    };
    if (!from.connected) return;
    if (sender.stay !== signal.from_stay || receiver.stay !== signal.to_stay || receiver.state === 'left') return refuse('not_in_call');
    const pair = `${from.userId}>${to}`;
    const last = this.taken.get(pair) ?? 0;
    if (signal.n <= last) return;
    if (signal.n > last + 1) return refuse('bad_field');
    if (receiver.state === 'away') return refuse('peer_away');
    this.taken.set(pair, signal.n);
    this.send(this.pages.get(to) as Page, (page) => page.call.takeSignal(from.userId, signal));
  }

  member(userId: string): CallMember {
    return this.members.find(({ user_id }) => user_id === userId) as CallMember;
  }

  private change(member: CallMember, by: string): MemberChange {
    if (member.stay !== this.member(member.user_id)?.stay) {
      for (const pair of this.taken.keys()) if (pair.split('>').includes(member.user_id)) this.taken.delete(pair);
    }
    this.rev += 1;
    this.members = [...this.members.filter(({ user_id }) => user_id !== member.user_id), member];
    return { call_id: 'c', rev: this.rev, member, by, owner_id: 'u1' };
  }

  private tell(change: MemberChange, but = ''): void {
    for (const page of this.pages.values()) {
      if (page.userId === but) page.skip(change.rev);
      else this.send(page, () => page.takeChange(change));
    }
  }

  /** In order to each page; what is on its way when the connection goes is lost. */
  private send(page: Page, deliver: (page: Page) => void): void {
    const at = Math.max(page.busyUntil, Date.now() + this.delayMs());
    page.busyUntil = at;
    setTimeout(() => page.connected && deliver(page), at - Date.now());
  }
}

export class Page {
  readonly call: Call;
  connected = true;
  busyUntil = 0;

  constructor(server: FakeCallServer, readonly userId: string, device: string, snapshot: CallSnapshot) {
    this.call = new Call(snapshot, {
      userId, device, create: server.network.create,
      transmit: (to, mess, trace) => server.takeSignal(this, to, mess as unknown as Signal, trace),
    });
  }

  takeChange(change: MemberChange): void {
    if (this.call.takeChange(change) === 'hole') throw new Error(`${this.userId}: something before ${change.rev} is missing`);
  }

  /** The answer to this page's own request had it. */
  skip(rev: number): void {
    if (this.call.table.call.rev < rev) throw new Error(`${this.userId}: answered with an older call`);
  }
}
