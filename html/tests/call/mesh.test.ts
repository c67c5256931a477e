// Whole calls between several pages, over a server and a network of the test's own.
import { createHash } from 'node:crypto';

import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import type { Page } from './fake_call_server';
import { FakeCallServer } from './fake_call_server';
import { FakeNetwork, type FakePeerConnection } from './fake_rtc';

let network: FakeNetwork;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(crypto.subtle, 'digest').mockImplementation(async (_, data) =>
    new Uint8Array(createHash('sha256').update(data as Uint8Array).digest()).buffer);
  network = new FakeNetwork();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const rest = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `u${index + 1}`);

/** Links between pages that are connected; each pair counts twice. */
function links(server: FakeCallServer): number {
  const pages = [...server.pages.values()];
  return pages.reduce((sum, { call }) => sum + call.others.filter(({ user_id }) => call.peer(user_id)?.state === 'connected').length, 0);
}

/** Delays that differ from run to run of the test, and are the same each time it is started. */
function delays(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state % 120;
  };
}

it.each([1, 2, 3, 4, 5, 6, 7, 8])('six who come in at the same moment have 30 links (%i)', async (seed) => {
  const server = new FakeCallServer(network, delays(seed));
  for (const name of names(6)) server.join(name);
  await rest(3_000);
  expect(links(server)).toBe(30);
  expect((network.all as FakePeerConnection[]).flatMap(({ faults }) => faults)).toEqual([]);
  // Each pair needed one connection on each side, and nobody had to repair anything.
  expect(network.all).toHaveLength(30);
});

it('somebody late is connected with all, and somebody who leaves with nobody', async () => {
  const server = new FakeCallServer(network, delays(1));
  for (const name of names(3)) server.join(name);
  await rest(1_000);
  server.join('u4');
  await rest(1_000);
  expect(links(server)).toBe(12);
  server.leave('u2');
  await rest(1_000);
  expect(links(server)).toBe(6);
  expect((network.all as FakePeerConnection[]).filter(({ closed }) => !closed)).toHaveLength(6);
});

it('a page that was loaded anew has new connections with everybody', async () => {
  const server = new FakeCallServer(network, delays(2));
  for (const name of names(3)) server.join(name);
  await rest(1_000);
  server.cut('u2');
  const before = server.pages.get('u2') as Page;
  await rest(200);
  server.join('u2', 'loaded anew');
  before.call.finish('left');
  await rest(2_000);
  expect(links(server)).toBe(6);
});

it('who loses the server keeps the connections, and what was on its way comes once', async () => {
  const server = new FakeCallServer(network, delays(3));
  server.join('u1');
  server.join('u2');
  // In the middle of the exchange.
  await rest(60);
  server.cut('u2');
  await rest(2_500);
  server.back('u2');
  await rest(2_000);
  expect(links(server)).toBe(2);
  expect((network.all as FakePeerConnection[]).flatMap(({ faults }) => faults)).toEqual([]);
  const kept = network.all.length;
  server.cut('u1');
  await rest(3_000);
  expect(links(server)).toBe(2);
  server.back('u1');
  await rest(500);
  expect(links(server)).toBe(2);
  expect(network.all).toHaveLength(kept);
});

it.each([10, 40, 90, 130, 200])('whatever moment the connection breaks in (%i ms), the call comes about', async (moment) => {
  const server = new FakeCallServer(network, delays(moment));
  for (const name of names(3)) server.join(name);
  await rest(moment);
  server.cut('u3');
  await rest(300);
  server.cut('u1');
  await rest(1_500);
  server.back('u3');
  await rest(700);
  server.back('u1');
  await rest(8_000);
  expect(links(server)).toBe(6);
});

it('the network is cut and back: all links within 5 s', async () => {
  const server = new FakeCallServer(network, delays(4));
  for (const name of names(4)) server.join(name);
  await rest(1_000);
  network.cut();
  await rest(8_000);
  expect(links(server)).toBe(0);
  network.up = true;
  await rest(5_500);
  expect(links(server)).toBe(12);
});

it('moved to another device: this one lets go', async () => {
  const server = new FakeCallServer(network, delays(5));
  server.join('u1');
  const first = server.join('u2');
  await rest(500);
  const over = vi.fn();
  first.call.events.on('over', over);
  first.call.takeChange({ call_id: 'c', rev: 3, by: 'u2', owner_id: 'u1', member: { ...server.member('u2'), stay: 3, device: 'phone' } });
  expect(over).toHaveBeenCalledWith({ departure: 'moved', end: null });
  expect(first.call.peer('u1')).toBeNull();
});
