import 'fake-indexeddb/auto';

import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { LeftRecordings, RecordingKeeper } from '../../src/call/recording_keeper';
import { Cache } from '../../src/connection/cache';

/** The locks of the pages that are open. */
const held = new Set<string>();
let user = 0;
let id = '';

beforeEach(() => {
  id = `u${(user += 1)}`;
  vi.stubGlobal('navigator', {
    locks: {
      request: async (name: string, how: unknown, work?: (lock: unknown) => Promise<unknown>) => {
        if (work) return await work(held.has(name) ? null : {});
        held.add(name);
        await (how as () => Promise<void>)();
        held.delete(name);
        return undefined;
      },
    },
  });
});
afterEach(() => {
  held.clear();
  vi.unstubAllGlobals();
});

const part = (text: string): Blob => new Blob([text]);

it('keeps what a page that ended had recorded, in order, until it is thrown away', async () => {
  const recordings = new LeftRecordings(id);
  expect(await recordings.look()).toEqual({ left: [], any: false });
  const one = { id: 'one', type: 'video/webm', began: 1 };
  const keeper = new RecordingKeeper(id, one);
  for (const text of ['a', 'b', 'c']) keeper.add(part(text));
  await vi.waitUntil(async () => (await (await recordings.read(one))?.text()) === 'abc');
  // It goes on in a page that is there.
  expect(await recordings.look()).toEqual({ left: [], any: true });
  held.clear();
  expect(await recordings.look()).toEqual({ left: [one], any: true });
  expect((await recordings.read(one))?.type).toBe('video/webm');
  await recordings.remove('one');
  expect(await recordings.look()).toEqual({ left: [], any: false });
  expect(await recordings.read(one)).toBeNull();
});

it('keeps nothing of what was saved, nor of who logs out', async () => {
  const recordings = new LeftRecordings(id);
  const keeper = new RecordingKeeper(id, { id: 'one', type: 'video/webm', began: 1 });
  keeper.add(part('a'));
  await keeper.drop();
  expect(held.size).toBe(0);
  expect(await recordings.look()).toEqual({ left: [], any: false });
  const other = new RecordingKeeper(id, { id: 'two', type: 'video/webm', began: 1 });
  other.add(part('a'));
  await vi.waitUntil(async () => (await recordings.look()).any);
  await Cache.destroy(id);
  expect((await recordings.look()).any).toBe(false);
});

it('does not mind a browser that keeps nothing', async () => {
  vi.stubGlobal('indexedDB', { open: () => { throw new Error('private'); } });
  const keeper = new RecordingKeeper(id, { id: 'one', type: 'video/webm', began: 1 });
  keeper.add(part('a'));
  await keeper.drop();
  expect(await new LeftRecordings(id).look()).toEqual({ left: [], any: false });
});
