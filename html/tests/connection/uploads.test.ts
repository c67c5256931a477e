// Uploads against a line that does what a test tells it to: what a real server does rarely.
import { expect, test, vi } from 'vitest';

import { Backoff } from '../../src/connection/backoff';
import { Outbox, type Outgoing } from '../../src/connection/outbox';
import { Turns } from '../../src/connection/turns';
import { UploadHttp, type Sending, type UploadLine } from '../../src/connection/upload_http';
import { UploadJob, type JobOptions } from '../../src/connection/upload_job';
import type { FileInfo } from '../../src/protocol/messages.gen';
import { Refused } from '../../src/protocol/refusals';
import { until } from '../support/until';

const blob = new Blob(['0123456789']);
const infoOf = (path: string): FileInfo => ({ id: '1', path, name: 'a', size: 10, hash: '', kind: 'file', type: '' });

/** Takes what it is sent; `faults` are thrown first, by the names of what is asked. */
class FakeLine implements UploadLine {
  readonly asked: string[] = [];
  readonly faults: [string, Refused][] = [];
  hold: Promise<void> | null = null;
  private created = 0;

  private ask(what: string): void {
    this.asked.push(what);
    const fault = this.faults[0];
    if (!fault || !what.startsWith(fault[0])) return;
    this.faults.shift();
    throw fault[1];
  }

  async create(): Promise<string> {
    this.ask('create');
    this.created += 1;
    return `/files/${this.created}`;
  }

  async send(path: string, sent: Blob, { progress, signal }: Sending): Promise<void> {
    this.ask(`send ${path}`);
    progress(sent.size / 2);
    await this.hold;
    signal.throwIfAborted();
    progress(sent.size);
  }

  async info(path: string): Promise<FileInfo> {
    this.ask(`info ${path}`);
    return infoOf(path);
  }

  async remove(path: string): Promise<void> {
    this.ask(`remove ${path}`);
  }
}

function jobOn(line: UploadLine, more: Partial<JobOptions> = {}) {
  const told: unknown[] = [];
  const job = new UploadJob({
    name: 'a', blob, line, turns: new Turns(1),
    moved: (path) => told.push(['moved', path]),
    changed: () => undefined,
    done: ({ path }) => told.push(['done', path]),
    failed: ({ code }) => told.push(['failed', code]),
    ...more,
  }, new Backoff(() => 0));
  return { job, told };
}

test('what passes is tried again, from where the upload stands', async () => {
  const line = new FakeLine();
  line.faults.push(['create', new Refused('rate_limited', 0.01)], ['send', new Refused('unreachable')], ['send', new Refused('upload_busy')], ['info', new Refused('busy')]);
  const { job, told } = jobOn(line);
  job.start();
  await until('done', () => told.length > 1);
  expect(told).toEqual([['moved', '/files/1'], ['done', '/files/1']]);
  expect(line.asked.filter((what) => what === 'create')).toHaveLength(2);
  expect(job.sent).toBe(10);
});

test('an upload that the server no longer has begins anew, and what it refuses is not tried again', async () => {
  const line = new FakeLine();
  line.faults.push(['send /files/old', new Refused('no_such_file')], ['send /files/1', new Refused('quota_exceeded')]);
  const { job, told } = jobOn(line, { path: '/files/old' });
  job.start();
  await until('refused', () => told.some((what) => (what as string[])[0] === 'failed'));
  expect(told).toEqual([['moved', undefined], ['moved', '/files/1'], ['failed', 'quota_exceeded']]);
});

test('a file that cannot be read any more is no broken connection', async () => {
  const line = new FakeLine();
  line.faults.push(['send', new Refused('unreachable')]);
  const gone = new Blob(['x']);
  vi.spyOn(gone, 'slice').mockReturnValue({ arrayBuffer: () => Promise.reject(new Error('gone')) } as unknown as Blob);
  const { job, told } = jobOn(line, { blob: gone });
  job.start();
  await until('refused', () => told.length > 1);
  expect(told.at(-1)).toEqual(['failed', 'file_unreadable']);
});

test('paused it does nothing, and goes on when it is told to; stopped it says nothing more', async () => {
  const line = new FakeLine();
  let goOn = (): void => {};
  line.hold = new Promise((done) => { goOn = done; });
  const { job, told } = jobOn(line, { paused: true });
  job.start();
  expect([job.state, line.asked]).toEqual(['paused', []]);
  job.resume();
  await until('under way', () => job.sent === 5);
  job.pause();
  goOn();
  await until('let go', () => job.state === 'paused');
  expect(told).toEqual([['moved', '/files/1']]);
  job.resume();
  await until('done', () => told.length === 2);
  expect(line.asked.filter((what) => what === 'create')).toHaveLength(1);

  line.hold = new Promise((done) => { goOn = done; });
  const other = jobOn(line);
  other.job.start();
  await until('under way', () => other.job.sent === 5);
  other.job.stop();
  goOn();
  await new Promise((done) => setTimeout(done));
  expect(other.told).toEqual([['moved', '/files/2']]);
});

test('so many go at a time, and who gives up lets the next one go', async () => {
  const turns = new Turns(1);
  const [none, given] = [new AbortController().signal, new AbortController()];
  const first = await turns.take(none);
  const order: string[] = [];
  const second = turns.take(given.signal).then(() => order.push('second'));
  const third = turns.take(none).then((over) => {
    order.push('third');
    over();
  });
  given.abort();
  await second;
  first();
  first();
  await third;
  expect(order).toEqual(['second', 'third']);
  const again = await turns.take(none);
  again();
});

test('tus over HTTP: created, asked how far it is, sent in parts, and refused in the server’s words', async () => {
  const asked: string[] = [];
  const fetch: typeof globalThis.fetch = async (url, init) => {
    asked.push(`${init?.method} ${String(url)} ${JSON.stringify(init?.headers)}`);
    if (init?.method === 'POST') return new Response(null, { status: 201, headers: { location: '/files/ab12' } });
    if (init?.method === 'HEAD') return new Response(null, { headers: { 'upload-offset': '4' } });
    return Response.json({ code: 'no_such_file', mess: 'none' }, { status: 404 });
  };
  const patches: string[] = [];
  const http = new UploadHttp('https://chat.example/below/files/', fetch, async ({ url, headers, body }) => {
    patches.push(`${url} ${headers['upload-offset']} ${await body.text()}`);
    return patches.length === 1
      ? { status: 204, offset: '8', retryAfter: null, body: '' }
      : { status: 507, offset: null, retryAfter: '7', body: '{"code":"upload_failed"}' };
  });
  const path = await http.create('图.png', 10);
  expect(path).toBe('/files/ab12');
  expect(asked[0]).toContain(`"upload-metadata":"filename ${Buffer.from('图.png').toString('base64')}"`);
  const progress: number[] = [];
  const sending = http.send(path, blob, { progress: (sent) => progress.push(sent), signal: new AbortController().signal });
  await expect(sending).rejects.toMatchObject({ code: 'upload_failed', retryAfter: 7 });
  expect(patches).toEqual(['https://chat.example/below/files/ab12 4 456789', 'https://chat.example/below/files/ab12 8 89']);
  expect(progress).toEqual([4, 8]);
  await expect(http.info(path)).rejects.toMatchObject({ code: 'no_such_file' });
  const behind = new UploadHttp('https://chat.example/files/', fetch, async () => ({ status: 413, offset: null, retryAfter: null, body: '<html>' }));
  await expect(behind.send(path, blob, { progress: () => undefined, signal: new AbortController().signal })).rejects.toMatchObject({ code: 'file_too_large' });
});

test('messages with files wait for these, keep their order, and do not hold up what is written beside them', () => {
  const sent: string[] = [];
  const kept = new Map<string, Outgoing>();
  const outbox = new Outbox((message) => sent.push(String(message.id)), {
    put: async (one) => void kept.set(one.id, structuredClone(one)), remove: async (id) => void kept.delete(id),
  });
  const upload = { kind: 'file', type: '' };
  const settle = (id: string): void => outbox.settle(id, 1, 'e', 1);
  outbox.goOnline(10_000);
  outbox.add('one', 'lobby', { mess: { path: '' } }, { upload: { ...upload, first: true } });
  outbox.add('two', 'lobby', { mess: { path: '' } }, { upload, after: 'one' });
  outbox.add('words', 'lobby', { mess: 'of both' }, { after: 'two' });
  outbox.add('beside', 'lobby', { mess: 'meanwhile' });
  expect(sent).toEqual(['beside']);
  settle('beside');
  outbox.uploaded('two', {}, { mess: { path: '/files/2' } });
  expect(sent).toEqual(['beside']);
  outbox.uploaded('one', { kind: 'image' }, { mess: { path: '/files/1' } });
  settle('one');
  expect(sent).toEqual(['beside', 'one', 'two']);
  expect(kept.get('two')).toMatchObject({ upload: { done: true }, request: { mess: { path: '/files/2' } } });
  settle('two');
  expect(sent).toEqual(['beside', 'one', 'two', 'words']);
});

test('a refused file lets the others go, is uploaded again on demand, and leaves no gap when it is given up', () => {
  const states: string[] = [];
  const outbox = new Outbox(() => undefined, { put: async () => {}, remove: async () => {} });
  outbox.events.on('changed', ({ id, state }) => states.push(`${id} ${state}`));
  const upload = { kind: 'file', type: '' };
  for (const [id, after] of [['one'], ['two', 'one'], ['three', 'two']]) outbox.add(id as string, 'lobby', {}, { upload, ...(after && { after }) });
  outbox.refuse('two', new Refused('quota_exceeded'));
  expect(outbox.get('two')).toMatchObject({ state: 'failed', refusal: { code: 'quota_exceeded' } });
  outbox.retry('two');
  expect(states.at(-1)).toBe('two uploading');
  outbox.discard('two');
  expect(outbox.get('three')?.after).toBe('one');
  const again = new Outbox(() => undefined, { put: async () => {}, remove: async () => {} });
  again.restore(outbox.all());
  expect(again.all().map(({ state }) => state)).toEqual(['uploading', 'uploading']);
});
