import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import callEn from './call.en.json';
import callZh from './call.zh-CN.json';
import dialogsEn from './dialogs.en.json';
import dialogsZh from './dialogs.zh-CN.json';
import mainEn from './en.json';
import filesEn from './files.en.json';
import filesZh from './files.zh-CN.json';
import mainZh from './zh-CN.json';

type Words = { [key: string]: string | Words };

/** As they are merged when a part of the page comes with words of its own. */
const merged = (first: Words, second: Words): Words => Object.fromEntries(Object.entries({ ...first, ...second }).map(([key, value]) => {
  const before = first[key];
  return [key, typeof value === 'object' && typeof before === 'object' ? merged(before, value) : value];
}));
const en = [callEn, dialogsEn, filesEn].reduce<Words>(merged, mainEn);
const zh = [callZh, dialogsZh, filesZh].reduce<Words>(merged, mainZh);
const SOURCES = join(import.meta.dirname, '..');

function keysOf(tree: object, prefix = ''): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [prefix + key] : keysOf(value as object, `${prefix}${key}.`));
}

function wordsAt(tree: object, key: string): string {
  return String(key.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], tree));
}

const source = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(?:vue|ts)$/.test(name) && !name.endsWith('.test.ts'))
  .map((name) => readFileSync(join(SOURCES, name), 'utf8'))
  .join('\n');

/** Whether a key stands in the source, whole or as the beginning that a template string completes. */
function isUsed(key: string): boolean {
  if (source.includes(`'${key}'`)) return true;
  const parts = key.split('.');
  return parts.some((_, at) => at > 0 && source.includes(`\`${parts.slice(0, at).join('.')}.\${`));
}

it('every language says the same things', () => {
  expect(keysOf(zh)).toEqual(keysOf(en));
});

it('every message takes the same values in each language', () => {
  const values = (words: string) => [...new Set(words.match(/\{\w+\}/g) ?? [])].sort();
  for (const key of keysOf(en)) expect([key, values(wordsAt(zh, key))]).toEqual([key, values(wordsAt(en, key))]);
});

it('nothing is left over, and nothing is missing', () => {
  expect(keysOf(en).filter((key) => !isUsed(key))).toEqual([]);
  const asked = [...source.matchAll(/\bt\(\s*'([\w.-]+)'/g), ...source.matchAll(/\bt\([^'`()]+\? '([\w.-]+)' : '([\w.-]+)'/g)];
  const known = new Set(keysOf(en));
  expect(asked.flatMap((found) => found.slice(1)).filter((key) => key && !known.has(key))).toEqual([]);
});
