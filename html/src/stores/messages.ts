// The messages of each conversation by their numbers: what is held, what is on its way, and paging.
import { defineStore, getActivePinia } from 'pinia';
import { ref, shallowReactive } from 'vue';

import type { Outbox } from '../connection/outbox';
import { kindOf, peerOf, sendType } from '../protocol/conversation';
import type { Fields } from '../protocol/codec';
import { newId } from '../protocol/ids';
import { MessageType } from '../protocol/messages.gen';
import { readHistory, type Cursor } from './history';
import { outcomeOf, refusalFrom, useLink } from './link';
import { isNews, type ConversationKey, type Message, type MessageWindow, type Outcome, type Outgoing } from './model';
import { keepSnapshots } from './snapshots';
import { Timeline } from './timeline';
import { Translator } from './translate';

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

interface Held {
  timeline: Timeline;
  window: Writable<MessageWindow>;
  /** On their way, or refused. */
  pending: Message[];
}

const PAGE = 50;
/** Half of what is loaded around a place in the middle. */
const AROUND = 30;
/** Kept of a conversation that is not in view. */
const RELEASED = 200;
const CHANGE_WINDOW_MS = 48 * 3600 * 1000;

export const useMessages = defineStore('messages', () => {
  const link = useLink();
  const pinia = getActivePinia();
  const held = new Map<ConversationKey, Held>();
  let translator = new Translator('', link.options.addresses);
  /** Whether the server knows edits, recalls, marks and people; null until it told. */
  const extended = ref<boolean | null>(null);

  const snapshots = keepSnapshots(link, (key) => held.get(key)?.timeline);

  function hold(key: ConversationKey): Held {
    let one = held.get(key);
    if (!one) {
      const window = shallowReactive<Writable<MessageWindow>>({
        messages: [], atStart: false, atEnd: true, loadingOlder: false, loadingNewer: false, refusal: null,
      });
      one = { timeline: new Timeline((entry) => translator.message(key, entry)), window, pending: [] };
      held.set(key, one);
    }
    return one;
  }

  function show({ timeline, window, pending }: Held): void {
    const stored = timeline.current?.messages ?? [];
    window.atStart = timeline.atStart;
    window.atEnd = timeline.atEnd;
    window.messages = timeline.atEnd && pending.length > 0 ? [...stored, ...pending] : stored;
  }

  link.events.on('begin', ({ account, snapshots: kept }) => {
    translator = new Translator(account.user_id, link.options.addresses);
    for (const { conversation, ...rest } of kept) {
      const one = hold(conversation);
      one.timeline.takeBatch({ conversation, state: 'new', lastSeq: rest.seq, ...rest });
      show(one);
    }
  });
  link.events.on('end', () => {
    held.clear();
    extended.value = null;
  });
  link.events.on('gone', (key) => held.delete(key));
  link.events.on('batch', (batch) => {
    const one = hold(batch.conversation);
    one.timeline.takeBatch(batch);
    const ids = new Set(batch.entries.map(({ id, sender_id }) => (sender_id === link.userId ? id : undefined)));
    const fresh = batch.state === 'live' || batch.state === 'continued';
    one.pending = one.pending.filter(({ id, state }) => !ids.has(id) && (fresh || state !== 'stored'));
    show(one);
    snapshots.changed(batch.conversation);
  });
  link.events.on('changed', (outgoing) => {
    const one = hold(outgoing.conversation);
    const message = translator.outgoing(outgoing);
    const others = one.pending.filter(({ id }) => id !== outgoing.id);
    one.pending = [...others, message].sort((a, b) => a.time - b.time);
    show(one);
    if (outgoing.state === 'uploading') void import('./uploads').then(({ useUploads }) => useUploads(pinia).take(outgoing));
  });
  link.events.on('stored', ({ outgoing, seq, timestamp }) => {
    const one = hold(outgoing.conversation);
    if (one.timeline.find(seq)?.id === outgoing.id) one.pending = one.pending.filter(({ id }) => id !== outgoing.id);
    one.pending = one.pending.map((message) =>
      (message.id === outgoing.id ? { ...message, state: 'stored', seq, time: timestamp * 1000 } : message));
    show(one);
  });
  link.events.on('discarded', (outgoing) => {
    const one = hold(outgoing.conversation);
    one.pending = one.pending.filter(({ id }) => id !== outgoing.id);
    show(one);
  });

  /** Reactive; the same object for the same conversation. */
  function of(key: ConversationKey): MessageWindow {
    return hold(key).window;
  }

  function bySeq(key: ConversationKey, seq: number): Message | null {
    return held.get(key)?.timeline.find(seq) ?? null;
  }

  /** The newest message, for the places list. */
  function lastOf(key: ConversationKey): Message | null {
    const one = held.get(key);
    return one?.pending.at(-1) ?? one?.timeline.tail?.messages.at(-1) ?? null;
  }

  /** What others wrote above a number. Of numbers that are not held, each counts as a message. */
  function unreadSince(key: ConversationKey, readSeq: number): { unread: number; mentions: number; first: number } {
    const timeline = held.get(key)?.timeline;
    if (!timeline) return { unread: 0, mentions: 0, first: 0 };
    const { first: begins, messages } = timeline.tail ?? { first: timeline.lastSeq + 1, messages: [] };
    const missing = Math.max(0, begins - 1 - Math.max(readSeq, timeline.firstSeq - 1));
    let [unread, mentions, first] = [missing, 0, 0];
    for (let index = messages.length - 1; index >= 0; index -= 1) {
      const message = messages[index] as Message;
      if (message.seq <= readSeq) break;
      if (!isNews(message, link.userId)) continue;
      unread += 1;
      first = message.seq;
      if (message.mentions.includes(link.userId) || message.mentions.includes('0')) mentions += 1;
    }
    return { unread, mentions, first: missing > 0 ? readSeq + 1 : first };
  }

  async function read(key: ConversationKey, cursor: Cursor) {
    const page = await readHistory(link, key, cursor);
    hold(key).timeline.takePage(page);
    return page;
  }

  async function load(key: ConversationKey, flag: 'loadingOlder' | 'loadingNewer', cursor: () => Cursor | null): Promise<void> {
    const one = hold(key);
    if (one.window[flag]) return;
    one.window.refusal = null;
    const wanted = cursor();
    if (wanted === null) return;
    one.window[flag] = true;
    try {
      await read(key, wanted);
      // The first page of a conversation, or the one that reaches its end.
      one.timeline.current ??= one.timeline.holding(one.timeline.lastSeq);
      one.timeline.tail ??= one.timeline.current;
    } catch (error) {
      one.window.refusal = refusalFrom(error);
    }
    one.window[flag] = false;
    show(one);
  }

  async function loadOlder(key: ConversationKey): Promise<void> {
    const { timeline } = hold(key);
    await load(key, 'loadingOlder', () => {
      if (timeline.atStart) return null;
      return timeline.current ? { before_seq: timeline.current.first, count: PAGE } : { count: PAGE };
    });
  }

  async function loadNewer(key: ConversationKey): Promise<void> {
    const { timeline } = hold(key);
    await load(key, 'loadingNewer', () =>
      (timeline.current && !timeline.atEnd ? { after_seq: timeline.current.last, count: PAGE } : null));
  }

  async function jump(key: ConversationKey, around: () => Promise<number>): Promise<number> {
    const one = hold(key);
    one.window.loadingOlder = true;
    one.window.refusal = null;
    let seq = 0;
    try {
      seq = await around();
      one.timeline.current = one.timeline.holding(seq) ?? one.timeline.current;
    } catch (error) {
      one.window.refusal = refusalFrom(error);
    }
    one.window.loadingOlder = false;
    show(one);
    return seq;
  }

  async function jumpToSeq(key: ConversationKey, seq: number): Promise<number> {
    const { timeline } = hold(key);
    return await jump(key, async () => {
      if (timeline.holding(seq)) return seq;
      const before = await read(key, { before_seq: seq + 1, count: AROUND });
      const behind = await read(key, { after_seq: seq, count: AROUND });
      return before.entries.at(-1)?.seq ?? behind.entries[0]?.seq ?? 0;
    });
  }

  async function jumpToTime(key: ConversationKey, time: number): Promise<number> {
    return await jump(key, async () => {
      const before = await read(key, time / 1000);
      const last = before.entries.at(-1)?.seq ?? Math.max(0, before.firstSeq - 1);
      const behind = await read(key, { after_seq: last, count: AROUND });
      return behind.entries[0]?.seq ?? last;
    });
  }

  async function jumpToEnd(key: ConversationKey): Promise<void> {
    const one = hold(key);
    one.timeline.current = one.timeline.tail;
    show(one);
    if (!one.timeline.current) await loadOlder(key);
  }

  async function fetchOne(key: ConversationKey, seq: number): Promise<Message | null> {
    const here = bySeq(key, seq);
    if (here) return here;
    try {
      const { entries } = await readHistory(link, key, { before_seq: seq + 1, count: 1 });
      const entry = entries.find((one) => one.seq === seq);
      return entry ? translator.message(key, entry) : null;
    } catch {
      return null;
    }
  }

  /** Sends a message of any type; with `more`, of a file that is still to be uploaded or after another message. */
  function post(key: ConversationKey, publicType: number, fields: Fields, more?: Parameters<Outbox['add']>[3], id = newId()): Message | null {
    if (!link.outbox || !kindOf(key)) return null;
    const one = hold(key);
    one.timeline.current = one.timeline.tail;
    link.outbox.add(id, key, { type: sendType(key, publicType), receiver_id: peerOf(key), ...fields }, more);
    return one.pending.find((message) => message.id === id) ?? null;
  }

  function send(key: ConversationKey, { text, replyTo, mentions, after }: Outgoing): Message | null {
    return post(key, MessageType.text, {
      mess: text, ...(replyTo && { reply_to: replyTo }), ...(mentions?.length && { mentions }),
    }, after ? { after } : {});
  }

  const sendEmotion = (key: ConversationKey, set: string, name: string): Message | null =>
    post(key, MessageType.emotion, { mess: `${set}_${name}` });

  function retry(message: Message): void {
    if (message.id) link.outbox?.retry(message.id);
  }

  function discard(message: Message): void {
    if (message.id) link.outbox?.discard(message.id);
  }

  async function change(type: number, { conversation }: Message, mess: Fields): Promise<Outcome> {
    return await outcomeOf(link.ask(type, {
      receiver_id: peerOf(conversation), id: newId(), mess: mess as Record<string, never>,
    }, [MessageType.message_stored]));
  }

  const edit = (message: Message, text: string, mentions: string[] = []): Promise<Outcome> =>
    change(MessageType.message_edit, message, { seq: message.seq, mess: text, ...(mentions.length > 0 && { mentions }) });

  const recall = (message: Message): Promise<Outcome> => change(MessageType.message_recall, message, { seq: message.seq });

  const changeable = (message: Message): boolean =>
    extended.value === true && message.state === 'stored' && !message.recalled && message.kind !== 'event';
  const isNew = ({ time }: Message): boolean => Date.now() - time < CHANGE_WINDOW_MS;

  const canEdit = (message: Message): boolean =>
    changeable(message) && message.mine && message.kind === 'text' && isNew(message);

  /** `mayAdminister`: whether I am the group's administrator, or the server's for the lobby. */
  const canRecall = (message: Message, mayAdminister = false): boolean =>
    changeable(message) && ((message.mine && isNew(message)) || (mayAdminister && kindOf(message.conversation) !== 'user'));

  /** The conversation is out of view: what is far from its end is let go. */
  function release(key: ConversationKey): void {
    const one = held.get(key);
    if (!one) return;
    one.timeline.release(RELEASED);
    show(one);
  }

  return {
    of, bySeq, fetchOne, lastOf, unreadSince, loadOlder, loadNewer, jumpToSeq, jumpToTime, jumpToEnd,
    send, sendEmotion, post, retry, discard, edit, recall, canEdit, canRecall, release, extended,
  };
});

