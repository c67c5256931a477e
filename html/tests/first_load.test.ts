// What the build says a first visit loads, the lobby shown; tests/browser/hosting.e2e.ts watches a browser do it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { expect, test } from 'vitest';

interface Chunk {
  file: string;
  imports?: string[];
  dynamicImports?: string[];
}

const DIST = join(import.meta.dirname, '../dist');
const MANIFEST = join(DIST, '.vite/manifest.json');
const MOST = 150_000;
/** Loaded late by name, and wanted at once. */
const AT_ONCE = ['index.html', 'src/components/ChatPage.vue', 'src/components/EnterPage.vue', 'src/locales/zh-CN.json'];

test('a first visit loads less than 150 kB of gzipped script', () => {
  const chunks = JSON.parse(readFileSync(MANIFEST, 'utf8')) as Record<string, Chunk>;
  const wanted = new Set<string>();
  const want = (name: string): void => {
    const chunk = chunks[name];
    if (!chunk) throw new Error(`the build has no ${name}`);
    if (wanted.has(name)) return;
    wanted.add(name);
    for (const imported of chunk.imports ?? []) want(imported);
  };
  for (const name of AT_ONCE) want(name);
  const sizes = [...wanted]
    .map((name) => ({ name, size: gzipSync(readFileSync(join(DIST, (chunks[name] as Chunk).file)), { level: 9 }).length }))
    .sort((a, b) => b.size - a.size);
  const sum = sizes.reduce((total, { size }) => total + size, 0);
  expect(sum, sizes.map(({ name, size }) => `${size} ${name}`).join('\n')).toBeLessThan(MOST);
});
