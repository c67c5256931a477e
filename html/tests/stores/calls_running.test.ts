import { expect, it } from 'vitest';

import { CallsRunning } from '../../src/stores/call_running';
import type { Call, CallMember, MemberChange } from '../../src/protocol/messages.gen';

const member = (user_id: string, state: string, device = user_id): CallMember => ({ user_id, state, stay: 1, device, legacy: false, offers_to: [], media: {} });
const call = (...members: CallMember[]): Call => ({
  call_id: 'c', rev: 1, kind: 'group', between: [], group_id: 'g', video: true, owner_id: 'ann', starter_id: 'ann', started: 1, size: 8, members,
});
const change = (one: CallMember): MemberChange => ({ call_id: 'c', rev: 2, member: one, by: '', owner_id: 'ann' });
const shown = { id: 'c', video: true, starterId: 'ann', elsewhere: false };

it('offers a group’s running call to whoever may go in: not to who is inside elsewhere, nor to who was taken out', () => {
  const running = new CallsRunning(() => 'me', 'this page');
  running.put(call(member('ann', 'joined')));
  expect(running.list.get('group:g')).toEqual(shown);
  running.takeChange(change(member('me', 'joined', 'phone')));
  expect(running.list.get('group:g')).toEqual({ ...shown, elsewhere: true });
  running.takeChange(change(member('me', 'left', 'phone')));
  expect(running.list.get('group:g')).toEqual(shown);
  running.takeChange(change(member('bob', 'removed')));
  expect(running.list.size).toBe(1);
  running.takeChange(change(member('me', 'removed')));
  expect(running.list.size).toBe(0);
  running.put(call(member('ann', 'joined'), member('me', 'removed')));
  expect(running.list.size).toBe(0);
  // Called again.
  running.put(call(member('ann', 'joined'), member('me', 'ringing')));
  expect(running.list.get('group:g')).toEqual(shown);
  running.takeNews({ group_id: 'g', call_id: 'c', running: false, video: true, starter_id: 'ann' });
  expect(running.list.size).toBe(0);
});
