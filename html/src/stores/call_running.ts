// The calls that run in this user's conversations, of those that this user may go into: the server says so by what
// state they are in.
import { shallowReactive } from 'vue';

import { isInside } from '../call/table';
import type { Call as WireCall, CallEnd, MemberChange, CallBanner } from '../protocol/messages.gen';
import type { ConversationKey } from './model';

/** A call that can be joined. */
export interface Running {
  id: string;
  video: boolean;
  /** Who began it. */
  starterId: string;
  /** Whether this user is inside it, by another page or device. */
  elsewhere: boolean;
}

export class CallsRunning {
  readonly list = shallowReactive(new Map<ConversationKey, Running>());

  constructor(private readonly userId: () => string, private readonly device: string) {}

  clear(): void {
    this.list.clear();
  }

  /** A call as the server has it. */
  put(call: WireCall): void {
    const key = this.keyOf(call);
    if (!key || !call.members.some(isInside)) return;
    const me = call.members.find(({ user_id }) => user_id === this.userId());
    if (me?.state === 'removed') this.drop(call.call_id);
    else this.list.set(key, {
      id: call.call_id, video: call.video, starterId: call.starter_id, elsewhere: me !== undefined && isInside(me) && me.device !== this.device,
    });
  }

  /** A group is told that a call began, or is over. */
  takeNews({ group_id, call_id, video, starter_id, running }: CallBanner): void {
    if (running) this.list.set(`group:${group_id}`, { id: call_id, video, starterId: starter_id, elsewhere: false });
    else this.drop(call_id);
  }

  takeChange(change: MemberChange | CallEnd): void {
    if (!('member' in change)) return this.drop(change.call_id);
    const { call_id, member } = change;
    if (member.user_id !== this.userId()) return;
    if (member.state === 'removed') return this.drop(call_id);
    for (const [key, one] of this.list) {
      if (one.id === call_id) this.list.set(key, { ...one, elsewhere: isInside(member) && member.device !== this.device });
    }
  }

  private drop(id: string): void {
    for (const [key, one] of this.list) if (one.id === id) this.list.delete(key);
  }

  private keyOf({ kind, group_id, between }: WireCall): ConversationKey | null {
    if (kind === 'group') return group_id ? `group:${group_id}` : null;
    return kind === 'direct' ? `user:${between.find((id) => id !== this.userId()) ?? ''}` : null;
  }
}
