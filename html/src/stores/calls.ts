// Calls that ring, that run in groups, and the one that this page is inside of. Set up late, by what shows it; what a
// call is made of is loaded with the first one.
import { defineStore } from 'pinia';
import { ref, shallowReactive, shallowRef } from 'vue';

import { isInside, CallTable } from '../call/table';
import type { LocalMedia } from '../call/local_media';
import { is, type Frame } from '../protocol/codec';
import { newId } from '../protocol/ids';
import {
  MessageType, type Call as WireCall, type CallEnd, type CallSnapshot, type MediaFlags, type MemberChange, type Signal,
} from '../protocol/messages.gen';
import { useCallPreferences } from './call_preferences';
import { CALL_KEPT, useCallSigns } from './call_signs';
import { callRequests } from './call_requests';
import type { CallSession } from './call_session';
import { outcomeOf, useLink } from './link';
import type { ConversationKey, Outcome } from './model';
import { usePeople } from './people';

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

/** A call that can be joined. */
export interface Running {
  id: string;
  video: boolean;
  /** Whether this user is inside it, by another page or device. */
  elsewhere: boolean;
}

/** A call room, by its code. */
export interface Room {
  /** "": the server draws one. */
  code: string;
  /** A room that is not there is not opened. */
  joinOnly: boolean;
  /** To open: people who can be inside at once. */
  size: number;
}

export interface Entering {
  video: boolean;
  muted: boolean;
  /** Opened before, for a preview. */
  media?: LocalMedia | undefined;
}

const { call_ring, call_member, call_signal, call_ended, call_running, call_full, do_not_disturb, error: not_understood, warning } = MessageType;
const RELOAD_MS = 60_000;
const EARLY = 200;
const LATE = new Set(['no_such_call', 'not_in_call']);

export const useCalls = defineStore('calls', () => {
  const link = useLink();
  const preferences = useCallPreferences();
  const people = usePeople();
  const device = newId();
  const requests = callRequests(link, takeFrame);
  const ringing = shallowRef<Ringing[]>([]);
  const running = shallowReactive(new Map<ConversationKey, Running>());
  const session = shallowRef<CallSession | null>(null);
  /** Somebody is about to be called, or a call to be gone into. */
  const entering = ref(false);
  const quiet = ref(false);
  /** The last one for whom there was no place in the room that one is in. */
  const turnedAway = shallowRef<{ userId: string } | null>(null);
  const rings = new Map<string, { table: CallTable; callerId: string; timer: ReturnType<typeof setTimeout> }>();
  /** Changes of calls that are not known yet. */
  let early: (MemberChange | CallEnd)[] = [];
  let earlySignals: { senderId: string; signal: Signal }[] = [];
  let ice: import('../call/ice').IceServers | null = null;
  let entry: symbol | null = null;

  const keyOf = ({ kind, group_id, between }: WireCall): ConversationKey | null => {
    if (kind === 'group') return group_id ? `group:${group_id}` : null;
    return kind === 'direct' ? `user:${between.find((id) => id !== link.userId) ?? ''}` : null;
  };

  function show(): void {
    ringing.value = [...rings.values()].map(({ table, callerId }) => ({
      id: table.id, callerId, video: table.call.video, groupId: table.call.group_id ?? null, inside: table.inside.length,
    }));
  }

  function silence(id: string): void {
    clearTimeout(rings.get(id)?.timer);
    if (rings.delete(id)) show();
  }

  /** What a call needs: loaded while it rings, so that it is there when somebody answers. */
  async function load() {
    const [{ CallSession: Session }, { LocalMedia: Media }, { IceServers: Servers }] = await Promise.all([
      import('./call_session'), import('../call/local_media'), import('../call/ice')]);
    ice ??= new Servers(() => requests.ice());
    return { Session, Media, servers: ice };
  }

  function ring(call: WireCall, callerId: string, until: number): void {
    const table = rings.get(call.call_id)?.table ?? new CallTable(call);
    table.replace(call);
    clearTimeout(rings.get(call.call_id)?.timer);
    // A clock that is wrong must not silence it at once.
    const rest = Math.min(600_000, Math.max(5_000, until * 1000 - Date.now()));
    rings.set(call.call_id, { table, callerId, timer: setTimeout(() => silence(call.call_id), rest) });
    for (const change of claim(call.call_id)) takeRingChange(change);
    follow(call.call_id);
    void load().then(({ servers }) => servers.refresh());
  }

  /** It rings for as long as this user is told to be rung. */
  function follow(id: string): void {
    const table = rings.get(id)?.table;
    if (!table) return;
    if (table.end || table.member(link.userId)?.state !== 'ringing') silence(id);
    else show();
  }

  function takeRingChange(change: MemberChange | CallEnd): void {
    const table = rings.get(change.call_id)?.table;
    if (!table) return;
    // What is missing between does not matter here: the last word on each member does.
    if ('member' in change && table.take(change) === 'hole') table.replace({ ...table.call, rev: change.rev - 1 }), table.take(change);
    else if (!('member' in change)) table.close(change);
    follow(change.call_id);
  }

  function claim(id: string): (MemberChange | CallEnd)[] {
    const claimed = early.filter(({ call_id }) => call_id === id);
    early = early.filter(({ call_id }) => call_id !== id);
    return claimed.sort((a, b) => a.rev - b.rev);
  }

  function takeNews(change: MemberChange | CallEnd): void {
    const { call_id } = change;
    takeRingChange(change);
    const mine = session.value;
    if (mine?.id === call_id && !mine.departed.value) {
      if ('member' in change) mine.takeChange(change);
      else mine.takeEnd(change);
    } else if (!rings.has(call_id)) {
      early = [...early, change].slice(-EARLY);
    }
    for (const [key, one] of running) {
      if (one.id !== call_id) continue;
      if (!('member' in change)) running.delete(key);
      else if (change.member.user_id === link.userId) running.set(key, { ...one, elsewhere: isInside(change.member) && change.member.device !== device });
    }
  }

  function takeFrame(frame: Frame): void {
    if (is(frame, call_member) || is(frame, call_ended)) takeNews(frame.mess);
    else if (is(frame, call_ring)) ring(frame.mess.call, frame.mess.caller_id, frame.mess.until);
    else if (is(frame, call_signal)) takeSignal(frame.sender_id, frame.mess);
    else if (is(frame, call_full)) turnedAway.value = { userId: frame.mess.user_id };
    else if (is(frame, do_not_disturb)) quiet.value = frame.mess.on;
    else if (is(frame, call_running)) {
      const { group_id, call_id, video } = frame.mess;
      const key = `group:${group_id}`;
      if (frame.mess.running) running.set(key, { id: call_id, video, elsewhere: false });
      else if (running.get(key)?.id === call_id) running.delete(key);
    } else if (frame.type === not_understood || frame.type === warning) {
      session.value?.signalRefused(frame.trace_id, String(frame.code));
    }
  }

  function takeSignal(senderId: string, signal: Signal): void {
    if (session.value?.id === signal.call_id) session.value.takeSignal(senderId, signal);
    else if (entering.value) earlySignals = [...earlySignals, { senderId, signal }].slice(-EARLY);
  }

  /** What there is, after each login. */
  async function catchUp(): Promise<void> {
    const mine = session.value;
    const back = mine && !mine.departed.value ? mine.rejoin() : null;
    const overview = await requests.list().catch(() => null);
    await back;
    if (!overview) return;
    quiet.value = overview.do_not_disturb;
    const known = new Set(overview.calls.map(({ call_id }) => call_id));
    for (const id of [...rings.keys()]) if (!known.has(id)) silence(id);
    running.clear();
    for (const call of overview.calls) {
      const me = call.members.find(({ user_id }) => user_id === link.userId);
      if (me?.state === 'ringing') ring(call, call.starter_id, Date.now() / 1000 + 45);
      const key = keyOf(call);
      if (key && call.members.some(isInside)) {
        running.set(key, { id: call.call_id, video: call.video, elsewhere: me !== undefined && isInside(me) && me.device !== device });
      }
    }
    await comeBack(overview.calls);
  }

  /** The page was loaded anew in the middle of a call. */
  async function comeBack(calls: readonly WireCall[]): Promise<void> {
    const kept = sessionKept();
    globalThis.sessionStorage?.removeItem(CALL_KEPT);
    const call = calls.find(({ call_id }) => call_id === kept?.id);
    const me = call?.members.find(({ user_id }) => user_id === link.userId);
    if (!kept || !call || !me || !isInside(me) || session.value) return;
    await join(call.call_id, { video: kept.camera, muted: kept.muted }, true);
  }

  function sessionKept(): { id: string; camera: boolean; muted: boolean } | null {
    try {
      const kept = JSON.parse(globalThis.sessionStorage?.getItem(CALL_KEPT) ?? 'null') as { id: string; camera: boolean; muted: boolean; at: number } | null;
      return kept && Date.now() - kept.at < RELOAD_MS ? kept : null;
    } catch {
      return null;
    }
  }

  /** Called when the page goes: a reload finds its call again. */
  function keep(): void {
    const mine = session.value;
    if (!mine || mine.departed.value) return;
    const kept = { id: mine.id, camera: mine.media.value.camera !== null, muted: mine.muted.value, at: Date.now() };
    globalThis.sessionStorage?.setItem(CALL_KEPT, JSON.stringify(kept));
  }

  /** Goes in by a request; devices are opened meanwhile, so that nobody waits for a camera. */
  async function enter(ask: (media: MediaFlags) => Promise<CallSnapshot>, { video, muted, media: given }: Entering): Promise<Outcome> {
    if (entering.value || (session.value && !session.value.departed.value)) {
      given?.close();
      return { ok: false, refusal: { code: 'already_in_call' } };
    }
    const own = entry = Symbol('entry');
    entering.value = true;
    earlySignals = [];
    try {
      const { Session, Media, servers } = await load();
      const media = given ?? new Media({ microphone: preferences.microphone, camera: preferences.camera });
      media.setMuted(muted);
      let snapshot: CallSnapshot | null = null;
      const outcome = await outcomeOf(Promise.all([
        ask({ muted, camera: video, screen: false, recording: false }).then((answer) => (snapshot = answer)), servers.refresh()]));
      if (!outcome.ok || !snapshot || entry !== own) {
        media.close();
        return outcome;
      }
      const begun = new Session(snapshot, link, requests, media, servers, device, (id) => people.get(id).name);
      session.value = begun;
      silence(begun.id);
      for (const change of claim(begun.id)) 'member' in change ? begun.takeChange(change) : begun.takeEnd(change);
      for (const { senderId, signal } of earlySignals) begun.takeSignal(senderId, signal);
      void media.open({ audio: true, camera: video });
      return outcome;
    } finally {
      entering.value = false;
      earlySignals = [];
    }
  }

  const start = (conversation: ConversationKey, how: Entering, invite?: string[]): Promise<Outcome> =>
    enter((media) => requests.start({ conversation, video: how.video, device, media, ...(invite && { invite }) }), how);

  /** Answers, joins, or with `move` takes over from another device. */
  const join = (call_id: string, how: Entering, move = false): Promise<Outcome> =>
    enter((media) => requests.join({ call_id, device, move, media }), how);

  const enterRoom = ({ code, joinOnly, size }: Room, how: Entering): Promise<Outcome> =>
    enter((media) => requests.room({ code, join_only: joinOnly, video: how.video, ...(size > 0 && { size }), device, move: true, media }), how);

  async function decline(id: string): Promise<Outcome> {
    silence(id);
    const outcome = await outcomeOf(requests.decline(id));
    return !outcome.ok && LATE.has(outcome.refusal.code) ? { ok: true } : outcome;
  }

  async function leave(forAll = false): Promise<Outcome> {
    const mine = session.value;
    if (!mine) return { ok: true };
    const outcome = await mine.leave(forAll);
    return !outcome.ok && LATE.has(outcome.refusal.code) ? { ok: true } : outcome;
  }

  /** The views have shown that it is over. */
  function dismiss(): void {
    if (session.value?.departed.value) session.value = null;
  }

  /** What the server names for calls, fresh. */
  const iceServers = async (): Promise<RTCIceServer[]> => {
    const { servers } = await load();
    await servers.refresh();
    return servers.servers;
  };

  const setQuiet = (on: boolean): Promise<Outcome> => outcomeOf(requests.setQuiet(on).then((now) => (quiet.value = now.on)));

  link.events.on('frame', takeFrame);
  link.events.on('phase', (phase) => {
    if (phase === 'online') void catchUp();
    else session.value?.pause();
  });
  link.events.on('end', () => {
    void session.value?.leave();
    for (const id of [...rings.keys()]) silence(id);
    session.value = turnedAway.value = null;
    running.clear();
    early = [];
    entry = null;
  });

  useCallSigns().seen = true;
  if (link.connection?.phase === 'online') void catchUp();

  return { ringing, running, session, entering, quiet, turnedAway, start, join, enterRoom, iceServers, decline, leave, dismiss, setQuiet, keep };
});
