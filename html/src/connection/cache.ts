// What this browser keeps of a user: the last conversations, messages not sent yet, names. A database for each user;
// where there is none (a private window), nothing is kept and all else works.
import { deleteDB, openDB, type DBSchema, type IDBPDatabase } from 'idb';

import type { Entry } from './entry';
import type { Outgoing } from './outbox';

/** The end of a conversation, without gaps up to `seq`. */
export interface Snapshot {
  conversation: string;
  epoch: string;
  seq: number;
  firstSeq: number;
  entries: Entry[];
  /** Of the last change, ms: the oldest go first. */
  time: number;
}

/** What is uploaded for a message that waits in the outbox, by that message's id. */
export interface KeptBlob {
  id: string;
  blob: Blob;
}

interface Schema extends DBSchema {
  conversations: { key: string; value: Snapshot };
  outbox: { key: string; value: Outgoing };
  things: { key: string; value: unknown };
  uploads: { key: string; value: KeptBlob };
}

const VERSION = 2;
/** Conversations that are kept; the server tells the newest messages of the others at once as well. */
const MOST_CONVERSATIONS = 40;

const nameOf = (userId: string) => `chatd-${userId}`;
/** Where call/recording_keeper.ts keeps what was not saved. */
export const recordingsOf = (userId: string) => `chatd-${userId}-recordings`;

/** IndexedDB takes plain data only. */
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

export class Cache {
  private constructor(private readonly db: IDBPDatabase<Schema> | null) {}

  static async open(userId: string): Promise<Cache> {
    try {
      const db = await openDB<Schema>(nameOf(userId), VERSION, {
        upgrade(db, before) {
          if (before < 1) {
            db.createObjectStore('conversations', { keyPath: 'conversation' });
            db.createObjectStore('outbox', { keyPath: 'id' });
            db.createObjectStore('things');
          }
          db.createObjectStore('uploads', { keyPath: 'id' });
        },
        // Another tab logs out, or brings a newer page.
        blocking(_current, _wanted, event) {
          (event.target as IDBDatabase).close();
        },
      });
      return new Cache(db);
    } catch {
      return new Cache(null);
    }
  }

  /** Removes everything of a user. */
  static async destroy(userId: string): Promise<void> {
    for (const name of [nameOf(userId), recordingsOf(userId)]) await deleteDB(name).catch(() => {});
  }

  close(): void {
    this.db?.close();
  }

  async conversations(): Promise<Snapshot[]> {
    return await this.try((db) => db.getAll('conversations')) ?? [];
  }

  async putConversations(snapshots: readonly Snapshot[]): Promise<void> {
    await this.try(async (db) => {
      const { store, done } = db.transaction('conversations', 'readwrite');
      for (const snapshot of snapshots) void store.put(plain(snapshot));
      const surplus = await store.count() - MOST_CONVERSATIONS;
      if (surplus > 0) {
        const oldest = (await store.getAll()).sort((a, b) => a.time - b.time).slice(0, surplus);
        for (const { conversation } of oldest) void store.delete(conversation);
      }
      await done;
    });
  }

  async removeConversation(conversation: string): Promise<void> {
    await this.try((db) => db.delete('conversations', conversation));
  }

  async outbox(): Promise<Outgoing[]> {
    return await this.try((db) => db.getAll('outbox')) ?? [];
  }

  async putOutgoing(outgoing: Outgoing): Promise<void> {
    await this.try((db) => db.put('outbox', plain(outgoing)));
  }

  async removeOutgoing(id: string): Promise<void> {
    await this.try((db) => db.delete('outbox', id));
  }

  async blob(id: string): Promise<Blob | undefined> {
    return (await this.try((db) => db.get('uploads', id)))?.blob;
  }

  /** Whether it is kept: a browser may not have that much room. */
  async putBlob(kept: KeptBlob): Promise<boolean> {
    return await this.try((db) => db.put('uploads', kept)) !== undefined;
  }

  async removeBlob(id: string): Promise<void> {
    await this.try((db) => db.delete('uploads', id));
  }

  /** Removes those that no message waits for. */
  async sweepBlobs(): Promise<void> {
    await this.try(async (db) => {
      const work = db.transaction(['outbox', 'uploads'], 'readwrite');
      const waiting = new Set(await work.objectStore('outbox').getAllKeys());
      for (const id of await work.objectStore('uploads').getAllKeys()) {
        if (!waiting.has(id)) void work.objectStore('uploads').delete(id);
      }
      await work.done;
    });
  }

  /** Something small by its name, such as the people known. */
  async get<T>(name: string): Promise<T | undefined> {
    return await this.try((db) => db.get('things', name)) as T | undefined;
  }

  async put(name: string, value: unknown): Promise<void> {
    await this.try((db) => db.put('things', plain(value), name));
  }

  /** Forgets what was told, and keeps what was not sent. */
  async clearTold(): Promise<void> {
    await this.try(async (db) => {
      await db.clear('conversations');
      await db.clear('things');
    });
  }

  /** A cache that fails is a cache that holds nothing. */
  private async try<T>(work: (db: IDBPDatabase<Schema>) => Promise<T>): Promise<T | undefined> {
    if (!this.db) return undefined;
    try {
      return await work(this.db);
    } catch {
      return undefined;
    }
  }
}
