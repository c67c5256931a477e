// What a client asks the server about calls, docs/calls.md, and what of it comes unasked.
import type { Frame } from '../protocol/codec';
import {
  MessageType, type CallEnd, type CallEntry, type CallOverview, type CallSnapshot, type IceConfiguration, type MediaFlags,
  type MemberChange, type NewCall, type RoomEntry,
} from '../protocol/messages.gen';
import type { Json } from '../protocol/messages.gen';
import type { Link } from './link';

const { call_start, call_state, call_join, call_decline, call_member, call_leave, call_ended, call_invite, call_list, call_media,
  call_room, ice_servers, do_not_disturb, call_remove } = MessageType;

/** Of a call, told to everybody concerned: also to the one whose request it answers. */
export type CallNews = { type: typeof call_member; mess: MemberChange } | { type: typeof call_ended; mess: CallEnd };

export type CallRequests = ReturnType<typeof callRequests>;

/** All throw Refused. `news` is told of changes that came as answers. */
export function callRequests(link: Link, news: (frame: Frame) => void) {
  const plain = (value: object): Json => value as unknown as Json;

  async function ask<Answer>(type: number, mess: object, answer: number): Promise<Answer> {
    const frame = await link.ask(type, { mess: plain(mess) }, [answer]);
    return frame.mess as Answer;
  }

  async function change(type: number, mess: object): Promise<void> {
    news(await link.ask(type, { mess: plain(mess) }, [call_member, call_ended]));
  }

  return {
    start: (call: NewCall) => ask<CallSnapshot>(call_start, call, call_state),
    join: (entry: CallEntry) => ask<CallSnapshot>(call_join, entry, call_state),
    room: (entry: RoomEntry) => ask<CallSnapshot>(call_room, entry, call_state),
    invite: (call_id: string, users: string[]) => ask<CallSnapshot>(call_invite, { call_id, users }, call_state),
    list: () => ask<CallOverview>(call_list, {}, call_list),
    ice: () => ask<IceConfiguration>(ice_servers, {}, ice_servers),
    setQuiet: (on: boolean) => ask<{ on: boolean }>(do_not_disturb, { on }, do_not_disturb),
    decline: (call_id: string) => change(call_decline, { call_id }),
    leave: (call_id: string, for_all: boolean) => change(call_leave, { call_id, for_all }),
    tellMedia: (call_id: string, media: MediaFlags) => change(call_media, { call_id, media }),
    remove: (call_id: string, users: string[]) => change(call_remove, { call_id, users }),
  };
}
