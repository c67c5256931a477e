// What the stores share: one user's connection, outbox and cache, and what they tell. One for each Pinia.
import { getActivePinia, type Pinia } from 'pinia';

import type { Addresses } from '../connection/addresses';
import { Cache, type Snapshot } from '../connection/cache';
import { Connection, type ConnectionOptions, type Phase } from '../connection/connection';
import { Emitter } from '../connection/emitter';
import type { Batch } from '../connection/entry';
import { Outbox, type OutboxEvents } from '../connection/outbox';
import type { SessionHttp } from '../connection/session_http';
import type { UploadLine } from '../connection/upload_http';
import { watchWakeups, type Surroundings } from '../connection/wakeups';
import type { Fields, Frame } from '../protocol/codec';
import type { Account } from '../protocol/messages.gen';
import { Refused } from '../protocol/refusals';
import { flushAll } from './later';
import type { Outcome, Refusal } from './model';

export interface LinkEvents extends OutboxEvents {
  /** A user is in; this is what the browser kept of them. The connection starts after it. */
  begin: { account: Account; snapshots: Snapshot[]; things: Things };
  /** Nobody is in: forget all of them. */
  end: void;
  phase: Phase;
  account: Account;
  batch: Batch;
  gone: string;
  frame: Frame;
}

/** What the cache keeps by name. */
export interface Things {
  people?: unknown;
  groups?: unknown;
}

export interface LinkOptions {
  addresses: Addresses;
  http: SessionHttp;
  /** Of this browser; the same for every tab. */
  storage: Storage;
  surroundings?: Surroundings;
  /** How files go up, when not as a browser does it. */
  uploads?: UploadLine;
  open?: ConnectionOptions['open'];
  times?: ConnectionOptions['times'];
}

export class Link {
  readonly events = new Emitter<LinkEvents>();
  connection: Connection | null = null;
  outbox: Outbox | null = null;
  cache: Cache | null = null;
  userId = '';
  /** Bytes that a message and a file may hold; 0 until the server told. */
  limits = { message: 0, upload: 0 };
  private stopWatching: (() => void) | null = null;

  constructor(readonly options: LinkOptions) {}

  /** Begins the life of a user here: shows what was kept, then connects. */
  async begin(account: Account): Promise<void> {
    this.end();
    this.userId = account.user_id;
    const cache = await Cache.open(account.user_id);
    if (this.userId !== account.user_id) return cache.close();
    this.cache = cache;
    const [snapshots, outgoing, people, groups] = await Promise.all([
      cache.conversations(), cache.outbox(), cache.get('people'), cache.get('groups')]);
    if (this.cache !== cache) return;
    const connection = this.connect();
    const outbox = this.outbox = new Outbox((message) => connection.transmit(message), {
      put: (one) => cache.putOutgoing(one),
      remove: (id) => cache.removeOutgoing(id),
    });
    for (const name of ['changed', 'stored', 'discarded'] as const) {
      outbox.events.on(name, (value) => this.events.emit(name, value as never));
    }
    for (const { conversation, seq, epoch, entries } of snapshots) {
      connection.inbox.places.set(conversation, { seq, epoch, time: entries.at(-1)?.timestamp });
    }
    this.events.emit('begin', { account, snapshots, things: { people, groups } });
    outbox.restore(outgoing);
    connection.start();
    this.stopWatching = this.options.surroundings ? watchWakeups(this.options.surroundings, () => connection.wake()) : null;
  }

  end(): void {
    // While it is known whose it is.
    flushAll();
    this.stopWatching?.();
    this.connection?.stop();
    this.cache?.close();
    this.stopWatching = this.connection = this.outbox = this.cache = null;
    if (this.userId !== '') this.events.emit('end', undefined);
    this.userId = '';
  }

  /** Asks the server; throws Refused, `offline` without a connection. */
  async ask(type: number, fields: Fields, answers: readonly number[]): Promise<Frame> {
    if (!this.connection) throw new Refused('offline');
    return await this.connection.ask(type, fields, answers).catch((error: unknown) => {
      throw error instanceof Refused && error.code === 'lost' ? new Refused('offline') : error;
    });
  }

  /** The user is in that conversation no more. */
  forget(conversation: string): void {
    this.connection?.inbox.forget(conversation);
    this.outbox?.discardAll(conversation);
    void this.cache?.removeConversation(conversation);
    this.events.emit('gone', conversation);
  }

  private connect(): Connection {
    const { addresses, open, times } = this.options;
    const connection = this.connection = new Connection({
      url: () => addresses.socket,
      login: () => ({}),
      loggedIn: (account) => {
        if (account.user_id !== this.userId) return false;
        this.events.emit('account', account);
        return true;
      },
      ...(open && { open }),
      ...(times && { times }),
    });
    connection.events.on('welcome', (frame) => {
      this.limits = { message: Number(frame.max_message_size), upload: Number(frame.max_upload_size) };
    });
    connection.events.on('phase', (phase) => {
      this.events.emit('phase', phase);
      if (phase === 'online') this.outbox?.goOnline(this.limits.message);
      else this.outbox?.goOffline(false);
    });
    // Before the phase that follows it: what was rejected is not to be sent again.
    connection.events.on('lost', ({ rejected }) => this.outbox?.goOffline(rejected));
    connection.events.on('gone', (conversation) => this.forget(conversation));
    connection.events.on('frame', (frame) => {
      if (!this.outbox?.take(frame)) this.events.emit('frame', frame);
    });
    connection.events.on('batch', (batch) => {
      this.events.emit('batch', batch);
      for (const { id, sender_id, seq, timestamp } of batch.entries) {
        if (id && sender_id === this.userId) this.outbox?.settle(id, seq, batch.epoch, timestamp);
      }
    });
    return connection;
  }
}

const links = new WeakMap<Pinia, Link>();

export function provideLink(pinia: Pinia, link: Link): void {
  links.set(pinia, link);
}

/** The link of the Pinia in use; call it where a store is set up. */
export function useLink(): Link {
  const pinia = getActivePinia();
  const link = pinia && links.get(pinia);
  if (!link) throw new Error('provideLink was not called');
  return link;
}

export function refusalFrom(error: unknown): Refusal {
  if (!(error instanceof Refused)) throw error;
  const { code, retryAfter, text } = error;
  return { code, ...(retryAfter !== undefined && { retryAfter }), ...(text !== undefined && { text }) };
}

export async function outcomeOf(work: Promise<unknown>): Promise<Outcome> {
  try {
    await work;
    return { ok: true };
  } catch (error) {
    return { ok: false, refusal: refusalFrom(error) };
  }
}
