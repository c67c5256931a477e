// A server with its page, and a browser: there while the tests of one file run.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';

import { Chatd, UNLIMITED } from './chatd';

export interface Stage {
  server: Chatd;
  browser: Browser;
}

/** To be called at the top of a file of tests; what it returns is filled before the first of them. `options` of the server. */
export function setStage(openBrowser: () => Promise<Browser>, options: () => Promise<string[]> = async () => []): Stage {
  const stage = {} as Stage;
  beforeAll(async () => {
    [stage.server, stage.browser] = await Promise.all([options().then((more) => Chatd.startWithPage([...UNLIMITED, ...more])), openBrowser()]);
  });
  afterAll(async () => {
    await stage.browser?.close();
    await stage.server?.stop();
  });
  return stage;
}
