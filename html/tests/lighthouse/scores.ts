// Lighthouse's marks for the entrance and for the lobby, on its slow phone with a slow network.
import 'fake-indexeddb/auto';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { Browser } from '../support/browser';
import { Chatd } from '../support/chatd';
import { Person } from '../support/person';

const LIGHTHOUSE = 'lighthouse@12.8.2';
const LEAST = { performance: 0.9, accessibility: 1, 'best-practices': 1 };

interface Report {
  categories: Record<string, { score: number; auditRefs: { id: string }[] }>;
  audits: Record<string, { score: number | null; title: string; displayValue?: string }>;
}

const folder = mkdtempSync(join(tmpdir(), 'chatd-lighthouse-'));
let server: Chatd;

beforeAll(async () => {
  server = await Chatd.startWithPage();
});

afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function marksOf(name: string, cookie?: string): Promise<Report> {
  const report = join(folder, `${name}.json`);
  await promisify(execFile)('npm', [
    'exec', '--yes', LIGHTHOUSE, '--', server.page, '--quiet', '--output=json', `--output-path=${report}`,
    `--only-categories=${Object.keys(LEAST).join()}`, '--chrome-flags=--headless=new --no-sandbox --ignore-certificate-errors --disable-gpu',
    ...(cookie ? [`--extra-headers=${JSON.stringify({ Cookie: cookie })}`] : []),
  ], { env: { ...process.env, CHROME_PATH: '/usr/bin/chromium' }, maxBuffer: 1e8 });
  return JSON.parse(readFileSync(report, 'utf8')) as Report;
}

function expectMarks({ categories, audits }: Report): void {
  const marks = Object.entries(categories).map(([name, { score }]) => [name, score]);
  const lost = Object.values(audits).filter(({ score }) => score !== null && score < 0.9);
  console.log(marks, lost.map(({ title, displayValue }) => `${title} ${displayValue ?? ''}`));
  for (const [name, least] of Object.entries(LEAST)) expect([name, categories[name]?.score]).toEqual([name, expect.toSatisfy((score: number) => score >= least)]);
}

test('the entrance', async () => {
  expectMarks(await marksOf('entrance'));
});

test('the lobby, with people talking', async () => {
  const ann = await Person.enter(server.page, 'light-ann');
  for (let line = 1; line <= 30; line += 1) await ann.say('lobby', `something that is said, number ${line}`);
  const browser = new Browser(server.page);
  const bob = await Person.enter(server.page, 'light-bob', browser);
  bob.link.end();
  expectMarks(await marksOf('lobby', browser.held));
  ann.link.end();
});
