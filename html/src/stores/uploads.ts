// Files on their way up, each for a message that waits for it in the outbox. The outbox says what is to be uploaded;
// the files are kept in the browser's database, so that a page that is loaded anew goes on. Set up by the first one.
import { defineStore } from 'pinia';
import { shallowReactive } from 'vue';

import type { Outgoing } from '../connection/outbox';
import { Turns } from '../connection/turns';
import { UploadHttp, type UploadLine } from '../connection/upload_http';
import { UploadJob, type JobState } from '../connection/upload_job';
import { peerOf, sendType } from '../protocol/conversation';
import { newId } from '../protocol/ids';
import { MessageType, type FileInfo } from '../protocol/messages.gen';
import { Refused } from '../protocol/refusals';
import { isRecord } from '../protocol/shapes';
import { fileName } from '../text/file_names';
import { refusalFrom, useLink } from './link';
import { useMessages } from './messages';
import type { ConversationKey, Refusal } from './model';

/** What a message's bubble shows of its upload. */
export interface Upload {
  state: JobState;
  sent: number;
  /** Bytes of all of it; 0 until the file is at hand. */
  size: number;
  /** The file itself, and as an address for `src`, as long as it is here; else null and "". */
  blob: Blob | null;
  url: string;
}

/** A file that is to be sent, as it will be seen. */
export interface FileToSend {
  blob: Blob;
  name: string;
  width?: number;
  height?: number;
}

const AT_ONCE = 2;
const IMAGES = /^image\/(?:png|jpeg|gif|webp)$/;
const VIDEOS = /^video\/(?:mp4|webm)$/;
const TYPES: Record<string, number> = { image: MessageType.image, audio: MessageType.music };

/** What the server will probably find it to be. */
function kindOf(type: string): string {
  if (IMAGES.test(type)) return 'image';
  if (type.startsWith('audio/')) return 'audio';
  return VIDEOS.test(type) ? 'video' : 'file';
}

const typeFor = (conversation: ConversationKey, kind: string): number =>
  sendType(conversation, TYPES[kind] ?? MessageType.file);

export const useUploads = defineStore('uploads', () => {
  const link = useLink();
  const messages = useMessages();
  const line: UploadLine = link.options.uploads ?? new UploadHttp(link.options.addresses.files);
  const uploads = shallowReactive(new Map<string, Upload>());
  const jobs = new Map<string, UploadJob>();
  /** Those of this page, until their messages are stored. */
  const blobs = new Map<string, Blob>();
  const locks = new Map<string, AbortController>();
  const turns = new Turns(AT_ONCE);

  function show(id: string, job: UploadJob): void {
    const before = uploads.get(id);
    if (before) uploads.set(id, { ...before, state: job.state, sent: job.sent });
  }

  /** Goes on with the upload of a message, unless that is being done. */
  async function take({ id, upload }: Outgoing): Promise<void> {
    if (!upload || upload.done || locks.has(id)) return;
    const lock = new AbortController();
    locks.set(id, lock);
    hide(id);
    uploads.set(id, { state: upload.paused ? 'paused' : 'waiting', sent: 0, size: blobs.get(id)?.size ?? 0, blob: null, url: '' });
    await alone(id, lock.signal, async () => {
      const blob = blobs.get(id) ?? await link.cache?.blob(id);
      if (lock.signal.aborted) return;
      if (blob) await begin(id, blob, lock.signal);
      else fail(id, new Refused('file_lost'));
    });
  }

  /** Of several tabs with the same outbox one does it, until the message is stored or given up. */
  async function alone(id: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    const manager = globalThis.navigator?.locks;
    if (!manager) return await work();
    await manager.request(`upload-${id}`, { signal }, work).catch(() => {});
  }

  /** Returns when nothing is left to be done for it. */
  async function begin(id: string, blob: Blob, signal: AbortSignal): Promise<void> {
    const outgoing = link.outbox?.get(id);
    const { upload, request } = outgoing ?? {};
    if (!outgoing || !upload || !isRecord(request?.mess)) return;
    const name = String(request.mess.name);
    const job = new UploadJob({
      name, blob, line, turns, path: upload.path, paused: upload.paused,
      moved: (path) => link.outbox?.uploaded(id, { path: path ?? '' }),
      changed: () => show(id, job),
      failed: (refused) => fail(id, refused),
      done: (info) => finish(outgoing, name, info),
    });
    jobs.set(id, job);
    blobs.set(id, blob);
    uploads.set(id, { state: job.state, sent: 0, size: blob.size, blob, url: URL.createObjectURL(blob) });
    const over = new Promise((done) => { signal.addEventListener('abort', done, { once: true }); });
    job.start();
    await over;
  }

  function finish({ id, conversation }: Outgoing, name: string, { path, size, kind, type, width, height }: FileInfo): void {
    const pixels = width && height ? { width, height } : {};
    link.outbox?.uploaded(id, { kind, type, ...pixels }, {
      type: typeFor(conversation, kind), receiver_id: peerOf(conversation), mess: { name, path, size },
    });
  }

  /** It is seen still, and may be tried again. */
  function fail(id: string, refused: Refused): void {
    stop(id);
    link.outbox?.refuse(id, refused);
  }

  function stop(id: string): void {
    jobs.get(id)?.stop();
    jobs.delete(id);
    locks.get(id)?.abort();
    locks.delete(id);
  }

  /** Nothing is shown of it any more. */
  function release(id: string): void {
    stop(id);
    hide(id);
    blobs.delete(id);
  }

  function hide(id: string): void {
    const url = uploads.get(id)?.url;
    uploads.delete(id);
    if (url) URL.revokeObjectURL(url);
  }

  /** The message is stored, or given up: the file is not needed here. */
  function forget(id: string): void {
    release(id);
    void link.cache?.removeBlob(id);
  }

  void link.cache?.sweepBlobs();
  link.events.on('changed', (outgoing) => void (outgoing.state === 'uploading' && take(outgoing)));
  link.events.on('stored', ({ outgoing }) => outgoing.upload && forget(outgoing.id));
  link.events.on('discarded', ({ id, upload, after }) => {
    if (!upload) return;
    if (upload.path) void line.remove(upload.path).catch(() => {});
    forget(id);
    const next = link.outbox?.all().find((one) => one.after === id);
    if (!next || after || !upload.first) return;
    // What was said to files goes with the last of them.
    if (next.upload) link.outbox?.uploaded(next.id, { first: true });
    else link.outbox?.discard(next.id);
  });
  link.events.on('end', () => {
    for (const id of [...locks.keys(), ...uploads.keys()]) release(id);
  });
  link.events.on('phase', (phase) => {
    if (phase === 'online') for (const job of jobs.values()) job.wake();
  });

  /** Sends files in that order, and then what is said to them (HTML, as a text message is). */
  function send(key: ConversationKey, files: readonly FileToSend[], words: { text?: string; replyTo?: number | undefined; mentions?: string[] } = {}): void {
    const { text, replyTo, mentions = [] } = words;
    let after: string | undefined;
    for (const { blob, name: given, width, height } of files) {
      const kind = kindOf(blob.type);
      const name = fileName(given);
      // It is asked for as soon as there is a message.
      const id = newId();
      blobs.set(id, blob);
      messages.post(key, TYPES[kind] ?? MessageType.file, {
        mess: { name, path: '', size: blob.size }, ...(replyTo && !after && { reply_to: replyTo }),
      }, {
        upload: { kind, type: blob.type, ...(width && height && { width, height }), ...(!after && { first: true }) },
        ...(after && { after }),
      }, id);
      void link.cache?.putBlob({ id, blob });
      after = id;
    }
    if (text) messages.send(key, { text, mentions, after });
  }

  function setPaused(id: string, paused: boolean): void {
    const upload = uploads.get(id);
    if (!upload) return;
    link.outbox?.uploaded(id, { paused });
    const job = jobs.get(id);
    // Without one it is another tab that does it, or the file is still looked for.
    if (!job) uploads.set(id, { ...upload, state: paused ? 'paused' : 'waiting' });
    else if (paused) job.pause();
    else job.resume();
  }

  const pause = (id: string): void => setPaused(id, true);
  const resume = (id: string): void => setPaused(id, false);

  /** Uploads what no message is for, such as a picture of oneself. */
  async function upload(blob: Blob, name: string, progress: (sent: number) => void, signal: AbortSignal):
    Promise<{ ok: true; info: FileInfo; url: string } | { ok: false; refusal: Refusal }> {
    try {
      const path = await line.create(fileName(name), blob.size);
      await line.send(path, blob, { progress, signal });
      return { ok: true, info: await line.info(path), url: link.options.addresses.upload(path) };
    } catch (error) {
      if (signal.aborted) return { ok: false, refusal: { code: 'cancelled' } };
      return { ok: false, refusal: refusalFrom(error) };
    }
  }

  return { uploads, take, send, pause, resume, upload };
});
