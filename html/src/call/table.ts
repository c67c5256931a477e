// A call as the server tells it: every change has a number, and is applied once and in order.
import type { Call, CallEnd, CallMember, MemberChange } from '../protocol/messages.gen';

/** `hole`: something before it is missing, and the call is to be asked for anew. */
export type Taken = 'applied' | 'known' | 'hole';

export class CallTable {
  /** Set when the call is over. */
  end: CallEnd | null = null;

  /** Replaced as a whole by each change, never changed within. */
  constructor(public call: Call) {}

  get id(): string {
    return this.call.call_id;
  }

  member(userId: string): CallMember | null {
    return this.call.members.find(({ user_id }) => user_id === userId) ?? null;
  }

  /** Everybody who is in the call, also those whose connection is just gone. */
  get inside(): CallMember[] {
    return this.call.members.filter(isInside);
  }

  /** The call as it stands, from an answer; false when it is older than what is known. */
  replace(call: Call): boolean {
    if (call.rev < this.call.rev) return false;
    this.call = call;
    return true;
  }

  take(change: MemberChange): Taken {
    const order = this.order(change.rev);
    if (order !== 'applied') return order;
    const { member, owner_id, rev } = change;
    const others = this.call.members.filter(({ user_id }) => user_id !== member.user_id);
    this.call = { ...this.call, rev, owner_id, members: [...others, member], answered: change.answered ?? this.call.answered };
    return 'applied';
  }

  /** The end comes last: it needs nothing that is missing before it. */
  close(end: CallEnd): void {
    if (end.rev > this.call.rev) this.call = { ...this.call, rev: end.rev };
    this.end = end;
  }

  private order(rev: number): Taken {
    if (rev <= this.call.rev || this.end) return 'known';
    return rev === this.call.rev + 1 ? 'applied' : 'hole';
  }
}

export const isInside = ({ state }: CallMember): boolean => state === 'joined' || state === 'away';

/**
 * Whether this one makes the first offer to the other: of two people inside, the server says so in the record of the
 * one who came later.
 */
export function offersTo(me: CallMember, other: CallMember): boolean {
  return me.stay > other.stay ? me.offers_to.includes(other.user_id) : !other.offers_to.includes(me.user_id);
}
