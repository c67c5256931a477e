// Who is logged in on this browser, and the way in and out.
import { defineStore } from 'pinia';
import { ref } from 'vue';

import { Cache } from '../connection/cache';
import { is } from '../protocol/codec';
import { MessageType, type Account } from '../protocol/messages.gen';
import { Refused } from '../protocol/refusals';
import { placeOf as draftsOf } from './drafts';
import { flushAll } from './later';
import { outcomeOf, refusalFrom, useLink } from './link';
import { placeOf as marksOf } from './marks';
import type { Device, Me, Outcome, Refusal } from './model';

/** starting: asking the server; guest: show the form; entering: the form was sent; in: logged in. */
export type SessionPhase = 'starting' | 'guest' | 'entering' | 'in';

/** Who was in, to show what is kept of them when the server cannot be asked. */
const KEPT = 'account';
const { session_list, session_end, password_change, avatar_upload, avatar_success } = MessageType;

export const useSession = defineStore('session', () => {
  const link = useLink();
  const { http, storage, addresses } = link.options;
  const phase = ref<SessionPhase>('starting');
  const me = ref<Me | null>(null);
  /** Why one is not in: of the form, or of what ended the session (`login_required`, `disabled`, …). */
  const refusal = ref<Refusal | null>(null);

  function learn(account: Account): void {
    me.value = {
      id: account.user_id, name: account.username,
      avatar: addresses.upload(account.avatar), isAdmin: account.is_super_admin,
    };
    storage.setItem(KEPT, JSON.stringify(account));
  }

  async function goIn(account: Account): Promise<void> {
    learn(account);
    refusal.value = null;
    await link.begin(account);
    phase.value = 'in';
  }

  function goOut(why: Refusal | null): void {
    link.end();
    storage.removeItem(KEPT);
    me.value = null;
    refusal.value = why;
    phase.value = 'guest';
  }

  link.events.on('account', learn);
  link.events.on('phase', (now) => {
    const reason = now === 'stopped' ? link.connection?.reason : null;
    if (!reason) return;
    if (reason.code === 'other_user') void start();
    // What was told is not this browser's to keep any longer; what was not sent yet is.
    else if (['login_required', 'disabled', 'removed'].includes(reason.code)) {
      flushAll();
      void link.cache?.clearTold();
      goOut(refusalFrom(reason));
    }
  });

  /** Finds out who is logged in, when the page starts. */
  async function start(): Promise<void> {
    const kept = storage.getItem(KEPT);
    try {
      const account = await http.who();
      if (account) await goIn(account);
      else goOut(kept ? { code: 'login_required' } : null);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (kept) await goIn(JSON.parse(kept) as Account);
      else goOut(refusalFrom(error));
    }
  }

  /** Registers or logs in; with `loginOnly` an unknown name is refused. The outcome is also in `refusal`. */
  async function enter(name: string, password: string, loginOnly = false): Promise<Outcome> {
    phase.value = 'entering';
    refusal.value = null;
    const outcome = await outcomeOf(http.enter(name.trim(), password, loginOnly).then(goIn));
    if (!outcome.ok) {
      refusal.value = outcome.refusal;
      phase.value = 'guest';
    }
    return outcome;
  }

  /** Ends the session and forgets what this browser holds of the user. */
  async function leave(): Promise<Outcome> {
    const id = me.value?.id;
    // First, so that the connection's end is no surprise.
    link.connection?.stop();
    const outcome = await outcomeOf(http.leave());
    if (!outcome.ok) {
      link.connection?.start();
      return outcome;
    }
    goOut(null);
    if (id) {
      storage.removeItem(draftsOf(id));
      storage.removeItem(marksOf(id));
      await Cache.destroy(id);
    }
    return outcome;
  }

  const changePassword = (before: string, after: string): Promise<Outcome> =>
    outcomeOf(link.ask(password_change, { mess: { old_password: before, new_password: after } }, [password_change]));

  /** Where one is logged in, or why that is not told. */
  async function devices(): Promise<{ ok: true; devices: Device[] } | { ok: false; refusal: Refusal }> {
    try {
      const answer = await link.ask(session_list, {}, [session_list]);
      const told = is(answer, session_list) ? answer.mess : [];
      return { ok: true, devices: told.map(({ created, used, ...device }) => ({ ...device, created: created * 1000, used: used * 1000 })) };
    } catch (error) {
      return { ok: false, refusal: refusalFrom(error) };
    }
  }

  const endDevice = (id: string): Promise<Outcome> => outcomeOf(link.ask(session_end, { mess: id }, [session_end]));

  /** Makes an uploaded picture one's own: its path, as the upload gave it. */
  const setAvatar = (path: string, size: number): Promise<Outcome> =>
    outcomeOf(link.ask(avatar_upload, { mess: { path, size } }, [avatar_success]).then(() => {
      if (me.value) me.value = { ...me.value, avatar: addresses.upload(path) };
    }));

  return { phase, me, refusal, start, enter, leave, changePassword, devices, endDevice, setAvatar };
});
