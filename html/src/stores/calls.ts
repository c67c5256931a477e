// Calls that ring, that run in groups, and the one that this page is inside of. Set up late, by what shows it; what a
// call is made of is loaded with the first one.
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';

import { isInside } from '../call/table';
import type { LocalMedia } from '../call/local_media';
import { is, type Frame } from '../protocol/codec';
import { newId } from '../protocol/ids';
import {
  MessageType, type Call as WireCall, type CallEnd, type CallSnapshot, type MediaFlags, type MemberChange, type Signal,
} from '../protocol/messages.gen';
import { useCallPreferences } from './call_preferences';
import { keepCall, takeKeptCall } from './call_kept';
import { callRequests } from './call_requests';
import { CallRings } from './call_rings';
import { CallsRunning } from './call_running';
import type { CallSession } from './call_session';
import { useCallSigns } from './call_signs';
import { outcomeOf, useLink } from './link';
import type { ConversationKey, Outcome } from './model';
import { usePeople } from './people';

export type { Ringing } from './call_rings';

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
  /** A call with pictures. */
  video: boolean;
  /** Whether one's own camera is on. */
  camera: boolean;
  muted: boolean;
  /** Opened before, for a preview. */
  media?: LocalMedia | undefined;
}

const { call_ring, call_member, call_signal, call_ended, call_running, call_full, do_not_disturb, error: not_understood, warning } = MessageType;
const EARLY = 200;
const LATE = new Set(['no_such_call', 'not_in_call']);

export const useCalls = defineStore('calls', () => {
  const link = useLink();
  const preferences = useCallPreferences();
  const people = usePeople();
  const device = newId();
  const requests = callRequests(link, takeFrame);
  const rings = new CallRings(() => link.userId);
  const running = new CallsRunning(() => link.userId, device);
  const session = shallowRef<CallSession | null>(null);
  /** Somebody is about to be called, or a call to be gone into. */
  const entering = ref(false);
  const quiet = ref(false);
  /** The last one for whom there was no place in the room that one is in. */
  const turnedAway = shallowRef<{ userId: string } | null>(null);
  /** Changes of calls that are not known yet. */
  let early: (MemberChange | CallEnd)[] = [];
  let earlySignals: { senderId: string; signal: Signal }[] = [];
  let ice: import('../call/ice').IceServers | null = null;
  let entry: symbol | null = null;

  /** What a call needs: loaded while it rings, so that it is there when somebody answers. */
  async function load() {
    const [{ CallSession: Session }, { LocalMedia: Media }, { IceServers: Servers }] = await Promise.all([
      import('./call_session'), import('../call/local_media'), import('../call/ice')]);
    ice ??= new Servers(() => requests.ice());
    return { Session, Media, servers: ice };
  }

  function ring(call: WireCall, callerId: string, until: number): void {
    rings.ring(call, callerId, until, claim(call.call_id));
    if (call.kind === 'group') running.put(call);
    void load().then(({ servers }) => servers.refresh());
  }

  function claim(id: string): (MemberChange | CallEnd)[] {
    const claimed = early.filter(({ call_id }) => call_id === id);
    early = early.filter(({ call_id }) => call_id !== id);
    return claimed.sort((a, b) => a.rev - b.rev);
  }

  function takeNews(change: MemberChange | CallEnd): void {
    const { call_id } = change;
    rings.take(change);
    running.takeChange(change);
    const mine = session.value;
    if (mine?.id === call_id && !mine.departed.value) {
      if ('member' in change) mine.takeChange(change);
      else mine.takeEnd(change);
    } else if (!rings.has(call_id)) {
      early = [...early, change].slice(-EARLY);
    }
  }

  function takeFrame(frame: Frame): void {
    if (is(frame, call_member) || is(frame, call_ended)) takeNews(frame.mess);
    else if (is(frame, call_ring)) ring(frame.mess.call, frame.mess.caller_id, frame.mess.until);
    else if (is(frame, call_signal)) takeSignal(frame.sender_id, frame.mess);
    else if (is(frame, call_full)) turnedAway.value = { userId: frame.mess.user_id };
    else if (is(frame, do_not_disturb)) quiet.value = frame.mess.on;
    else if (is(frame, call_running)) running.takeNews(frame.mess);
    else if (frame.type === not_understood || frame.type === warning) session.value?.signalRefused(frame.trace_id, String(frame.code));
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
    for (const id of rings.ids) if (!known.has(id)) rings.silence(id);
    running.clear();
    for (const call of overview.calls) {
      if (call.members.find(({ user_id }) => user_id === link.userId)?.state === 'ringing') ring(call, call.starter_id, Date.now() / 1000 + 45);
      running.put(call);
    }
    await comeBack(overview.calls);
  }

  /** The page was loaded anew in the middle of a call. */
  async function comeBack(calls: readonly WireCall[]): Promise<void> {
    const kept = takeKeptCall();
    const call = calls.find(({ call_id }) => call_id === kept?.id);
    const me = call?.members.find(({ user_id }) => user_id === link.userId);
    if (!kept || !call || !me || !isInside(me) || session.value) return;
    await join(call.call_id, { video: call.video, camera: kept.camera, muted: kept.muted }, true);
  }

  /** Called when the page goes: a reload finds its call again. */
  function keep(): void {
    const mine = session.value;
    if (mine && !mine.departed.value) keepCall({ id: mine.id, camera: mine.media.value.camera !== null, muted: mine.muted.value });
  }

  /** Goes in by a request; devices are opened meanwhile, so that nobody waits for a camera. */
  async function enter(ask: (media: MediaFlags) => Promise<CallSnapshot>, { camera, muted, media: given }: Entering): Promise<Outcome> {
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
      void media.open({ audio: true, camera });
      let snapshot: CallSnapshot | null = null;
      const outcome = await outcomeOf(Promise.all([
        ask({ muted, camera, screen: false, recording: false }).then((answer) => (snapshot = answer)), servers.refresh()]));
      if (!outcome.ok || !snapshot || entry !== own) {
        media.close();
        return outcome;
      }
      const begun = new Session(snapshot, link, requests, media, servers, device, (id) => people.get(id).name);
      session.value = begun;
      rings.silence(begun.id);
      for (const change of claim(begun.id)) 'member' in change ? begun.takeChange(change) : begun.takeEnd(change);
      for (const { senderId, signal } of earlySignals) begun.takeSignal(senderId, signal);
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
    rings.silence(id);
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
    for (const id of rings.ids) rings.silence(id);
    session.value = turnedAway.value = null;
    running.clear();
    early = [];
    entry = null;
  });

  useCallSigns().seen = true;
  if (link.connection?.phase === 'online') void catchUp();

  return {
    ringing: rings.list, running: running.list, session, entering, quiet, turnedAway, start, join, enterRoom, iceServers, decline, leave, dismiss, setQuiet,
    keep,
  };
});
