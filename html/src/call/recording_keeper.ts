// A recording under way, kept by the browser as it comes: a page that is loaded anew, or crashes, loses no more than the
// last moment of it. Where nothing can be kept (a private window), it is recorded all the same.
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';

import { recordingsOf } from '../connection/cache';

export interface KeptRecording {
  id: string;
  /** As a media type. */
  type: string;
  /** When it began (ms). */
  began: number;
}

interface Schema extends DBSchema {
  recordings: { key: string; value: KeptRecording };
  parts: { key: number; value: { of: string; part: Blob }; indexes: { of: string } };
}

type Database = IDBPDatabase<Schema>;

const open = async (userId: string): Promise<Database> => await openDB<Schema>(recordingsOf(userId), 1, {
  upgrade(db) {
    db.createObjectStore('recordings', { keyPath: 'id' });
    db.createObjectStore('parts', { autoIncrement: true }).createIndex('of', 'of');
  },
  // The user logs out.
  blocking(_current, _wanted, event) {
    (event.target as IDBDatabase).close();
  },
});

/** Held by the page that records. */
const lockOf = (id: string): string => `recording:${id}`;

async function remove(db: Database, id: string): Promise<void> {
  const work = db.transaction(['recordings', 'parts'], 'readwrite');
  void work.objectStore('recordings').delete(id);
  for (const key of await work.objectStore('parts').index('of').getAllKeys(id)) void work.objectStore('parts').delete(key);
  await work.done;
}

/** Keeps one recording, until it is saved. */
export class RecordingKeeper {
  private queue: Promise<Database | null>;
  private release: () => void = () => {};

  constructor(userId: string, private readonly recording: KeptRecording) {
    const { id } = recording;
    void globalThis.navigator?.locks?.request(lockOf(id), () => new Promise<void>((done) => (this.release = done)));
    this.queue = open(userId).catch(() => null);
    this.then((db) => db.put('recordings', recording));
  }

  add(part: Blob): void {
    this.then((db) => db.add('parts', { of: this.recording.id, part }));
  }

  /** It is saved: nothing of it is kept any more. */
  async drop(): Promise<void> {
    this.then((db) => remove(db, this.recording.id));
    (await this.queue)?.close();
    this.release();
  }

  /** One after the other; after a failure nothing more is kept. */
  private then(work: (db: Database) => Promise<unknown>): void {
    this.queue = this.queue.then(async (db) => {
      if (db) await work(db);
      return db;
    }).catch(() => null);
  }
}

/** Recordings that a page left when it ended, for whoever records now holds a lock. */
export class LeftRecordings {
  constructor(private readonly userId: string) {}

  /** `any`: something is kept, if only of a recording that goes on. */
  async look(): Promise<{ left: KeptRecording[]; any: boolean }> {
    const all = await this.with((db) => db.getAll('recordings')) ?? [];
    const left = await Promise.all(all.map(async (one) => (await isLeft(one.id) ? [one] : [])));
    return { left: left.flat(), any: all.length > 0 };
  }

  /** Null when there is nothing of it. */
  async read({ id, type }: KeptRecording): Promise<Blob | null> {
    const parts = await this.with((db) => db.getAllFromIndex('parts', 'of', id)) ?? [];
    return parts.length > 0 ? new Blob(parts.map(({ part }) => part), { type }) : null;
  }

  async remove(id: string): Promise<void> {
    await this.with((db) => remove(db, id));
  }

  private async with<T>(work: (db: Database) => Promise<T>): Promise<T | null> {
    const db = await open(this.userId).catch(() => null);
    if (!db) return null;
    try {
      return await work(db);
    } catch {
      return null;
    } finally {
      db.close();
    }
  }
}

async function isLeft(id: string): Promise<boolean> {
  const { locks } = globalThis.navigator ?? {};
  return locks ? await locks.request(lockOf(id), { ifAvailable: true }, (lock) => lock !== null) : true;
}
