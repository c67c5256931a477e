// The page as whoever works on it has it: the sources as they are, from `npm run dev`, beside a chatd that runs.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { setStage } from '../support/stage';
import { openChromium, Visitor } from './visitor';

const HTML = join(import.meta.dirname, '../..');
const stage = setStage(openChromium);
const folder = mkdtempSync(join(tmpdir(), 'chatd-dev-'));
let development: ViteDevServer;

beforeAll(async () => {
  process.env.DEV_CHATD = stage.server.page;
  development = await createServer({
    root: HTML, cacheDir: folder, logLevel: 'error', server: { port: 0, hmr: false, watch: null },
  });
  await development.listen();
});

afterAll(async () => {
  await development?.close();
  delete process.env.DEV_CHATD;
  rmSync(folder, { recursive: true, force: true });
});

test('`npm run dev` passes on to a running chatd what is its', async () => {
  const visitor = await Visitor.arrive(stage.browser, development.resolvedUrls?.local[0] ?? '');
  // Libraries are prepared at the first visit.
  visitor.page.setDefaultTimeout(60_000);
  await visitor.enter('dev-ann');
  await visitor.say('from the sources');
  await visitor.stored('from the sources');
  await visitor.page.reload();
  await visitor.sees('from the sources');
  expect(visitor.faults).toEqual([]);
  await visitor.leave();
});
