// The calls that ring on this page, for as long as the server says that this user is to be rung.
import { shallowRef } from 'vue';

import { CallTable } from '../call/table';
import type { Call as WireCall, CallEnd, MemberChange } from '../protocol/messages.gen';

/** A call that rings here. */
export interface Ringing {
  id: string;
  callerId: string;
  video: boolean;
  /** Of a group's call. */
  groupId: string | null;
  /** How many are inside. */
  inside: number;
}

interface Ring {
  table: CallTable;
  callerId: string;
  timer: ReturnType<typeof setTimeout>;
}

/** A clock that is wrong must not silence it at once, nor have it ring for ever (ms). */
const [LEAST, MOST] = [5_000, 600_000];

export class CallRings {
  readonly list = shallowRef<Ringing[]>([]);
  private readonly rings = new Map<string, Ring>();

  constructor(private readonly userId: () => string) {}

  has(id: string): boolean {
    return this.rings.has(id);
  }

  get ids(): string[] {
    return [...this.rings.keys()];
  }

  /** `until` in seconds; `changes` that came before it. */
  ring(call: WireCall, callerId: string, until: number, changes: readonly (MemberChange | CallEnd)[]): void {
    const before = this.rings.get(call.call_id);
    const table = before?.table ?? new CallTable(call);
    table.replace(call);
    clearTimeout(before?.timer);
    const rest = Math.min(MOST, Math.max(LEAST, until * 1000 - Date.now()));
    this.rings.set(call.call_id, { table, callerId, timer: setTimeout(() => this.silence(call.call_id), rest) });
    for (const change of changes) this.take(change);
    this.follow(call.call_id);
  }

  silence(id: string): void {
    clearTimeout(this.rings.get(id)?.timer);
    if (this.rings.delete(id)) this.show();
  }

  take(change: MemberChange | CallEnd): void {
    const table = this.rings.get(change.call_id)?.table;
    if (!table) return;
    // What is missing between does not matter here: the last word on each member does.
    if ('member' in change && table.take(change) === 'hole') table.replace({ ...table.call, rev: change.rev - 1 }), table.take(change);
    else if (!('member' in change)) table.close(change);
    this.follow(change.call_id);
  }

  private follow(id: string): void {
    const table = this.rings.get(id)?.table;
    if (!table) return;
    if (table.end || table.member(this.userId())?.state !== 'ringing') this.silence(id);
    else this.show();
  }

  private show(): void {
    this.list.value = [...this.rings.values()].map(({ table, callerId }) => ({
      id: table.id, callerId, video: table.call.video, groupId: table.call.group_id ?? null, inside: table.inside.length,
    }));
  }
}
