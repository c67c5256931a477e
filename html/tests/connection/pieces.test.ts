import { expect, test } from 'vitest';

import { addressesFor } from '../../src/connection/addresses';
import { Backoff } from '../../src/connection/backoff';
import { flushAll, once } from '../../src/stores/later';
import { readSettings } from '../../src/stores/settings';

test('waits grow to a bound, are random, and begin anew after a success', () => {
  const backoff = new Backoff(() => 1);
  const waits = Array.from({ length: 12 }, () => backoff.next());
  expect(waits.slice(0, 4)).toEqual([200, 400, 800, 1600]);
  expect(waits.at(-1)).toBe(15_000);
  expect(backoff.next({ hurry: true })).toBe(2_000);
  backoff.succeeded();
  expect(backoff.next()).toBe(200);
  expect(new Backoff(() => 0).next()).toBe(0);
  expect(new Backoff(() => 0.5).next({ spreadMs: 5_000, atLeastMs: 1_000 })).toBe(3_500);
});

test('the server is where the page came from, unless the build was told otherwise', () => {
  const here = addressesFor('https://chat.example:8443/some/folder/index.html#/x');
  expect(here.session).toBe('https://chat.example:8443/session');
  expect(here.socket).toBe('wss://chat.example:8443/ws');
  expect(here.upload('/upload/image/2026/a.png')).toBe('https://chat.example:8443/upload/image/2026/a.png');
  const there = addressesFor('http://localhost/', 'https://chat.example/below/', 'https://files.example/');
  expect(there.session).toBe('https://chat.example/below/session');
  expect(there.socket).toBe('wss://chat.example/below/ws');
  expect(there.upload('upload/a.png')).toBe('https://files.example/upload/a.png');
  const beside = addressesFor('https://site.example/pages/chat/#/lobby', '/chatd', 'https://files.example/kept');
  expect(beside.socket).toBe('wss://site.example/chatd/ws');
  expect(beside.upload('upload/a.png')).toBe('https://files.example/kept/upload/a.png');
  expect(addressesFor('https://site.example/chat/', './').session).toBe('https://site.example/chat/session');
});

test.each([
  'https://evil.example/upload/a.png', '//evil.example/upload/a.png', 'javascript:alert(1)', '/upload/../session',
  '/upload/a.png?x', '/upload//evil.example/a', 'data:text/html,x', '/other/a.png', '', 7, null, { path: 1 },
])('%s is no path of an upload', (path) => {
  expect(addressesFor('https://chat.example/').upload(path)).toBe('');
});

test('settings that mean nothing are passed over', () => {
  expect(readSettings('{"theme":"dark","language":"fr","textScale":9,"sound":"yes","other":1}')).toEqual({ theme: 'dark' });
  expect(readSettings('no json')).toEqual({});
  expect(readSettings(null)).toEqual({});
});

test('what is to be done soon is done once, and at once when the page is left', () => {
  let count = 0;
  const work = once(60_000, () => { count += 1; });
  work.soon();
  work.soon();
  expect(count).toBe(0);
  flushAll();
  flushAll();
  expect(count).toBe(1);
});
