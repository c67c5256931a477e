// A click on a notice, in the service worker: browsers let no test make one.
import { createContext, runInContext } from 'node:vm';

import { expect, test } from 'vitest';

import { serviceWorker } from '../tools/service_worker';

type Listener = (event: object) => void;

/** sw.js as it is built, among these windows; `click` tells it of a notice. */
function worker(windows: object[], opened: string[]): { click: (open: string) => Promise<unknown> } {
  let program = '';
  const { handler } = serviceWorker().generateBundle as unknown as { handler: (this: object, options: object, bundle: object) => void };
  handler.call({ emitFile: ({ source }: { source: string }) => void (program = source) }, {}, {});
  const listeners: Record<string, Listener> = {};
  runInContext(program, createContext({
    self: { addEventListener: (name: string, listener: Listener) => void (listeners[name] = listener) },
    clients: { matchAll: async () => windows, openWindow: async (address: string) => void opened.push(address) },
    encodeURIComponent,
  }));
  return {
    click: (open) => new Promise((done) => listeners.notificationclick?.({
      notification: { data: open, close: () => {} }, waitUntil: done,
    })),
  };
}

test('it brings the page back, and tells it which conversation is meant', async () => {
  const told: unknown[] = [];
  const opened: string[] = [];
  const page = { postMessage: (message: unknown) => void told.push(message), focus: async () => void told.push('focus') };
  await worker([page], opened).click('user:7');
  expect(told).toEqual([{ open: 'user:7' }, 'focus']);
  expect(opened).toEqual([]);
});

test('without a page it opens one', async () => {
  const opened: string[] = [];
  await worker([], opened).click('group:a b');
  expect(opened).toEqual(['./#/group%3Aa%20b']);
});
