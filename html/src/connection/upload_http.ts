// Uploads by tus 1.0, as docs/files.md has it, and what the server says of a file. One request at a time for each
// upload; where it stands is the server's to say, so it can be gone on with at any time.
import type { FileInfo } from '../protocol/messages.gen';
import { Refused } from '../protocol/refusals';
import { refusedBy } from './http_refusal';

type Fetch = typeof fetch;

export interface Sending {
  /** How many bytes are there, those on their way included. */
  progress: (sent: number) => void;
  signal: AbortSignal;
}

/** All of it throws Refused: the server's code, or `unreachable`. */
export interface UploadLine {
  /** Begins an upload; its path. */
  create(name: string, size: number): Promise<string>;
  /** Sends what is missing of it; returns when all is there. Aborted, it throws the signal's reason. */
  send(path: string, blob: Blob, sending: Sending): Promise<void>;
  info(path: string): Promise<FileInfo>;
  /** An upload, or a file that no message shows. */
  remove(path: string): Promise<void>;
}

/** One PATCH: what is sent, and the answer. */
export interface Patch {
  url: string;
  headers: Record<string, string>;
  body: Blob;
}

export interface Patched {
  status: number;
  offset: string | null;
  retryAfter: string | null;
  body: string;
}

export type SendPatch = (patch: Patch, sending: Sending) => Promise<Patched>;

const TUS = { 'tus-resumable': '1.0.0' };
const PATIENCE_MS = 60_000;
/** What a status means where no code is said: answers to HEAD have no body, and those of proxies another one. */
const BY_STATUS: Record<number, string> = { 404: 'no_such_file', 413: 'file_too_large', 423: 'upload_busy' };
/** In one request: what a proxy in between may have to hold. */
const CHUNK = 32 * 1024 * 1024;

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** By XMLHttpRequest, as fetch tells no progress. It gives up when nothing moves for a while. */
const byXhr: SendPatch = ({ url, headers, body }, { progress, signal }) => new Promise((resolve, reject) => {
  const request = new XMLHttpRequest();
  let timer: ReturnType<typeof setTimeout>;
  const watch = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => request.abort(), PATIENCE_MS);
  };
  const stop = (): void => request.abort();
  request.open('PATCH', url);
  for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
  request.upload.onprogress = ({ loaded }) => {
    watch();
    progress(loaded);
  };
  request.onload = () => resolve({
    status: request.status, body: request.responseText,
    offset: request.getResponseHeader('upload-offset'), retryAfter: request.getResponseHeader('retry-after'),
  });
  request.onerror = request.onabort = () => reject(signal.aborted ? signal.reason : new Refused('unreachable'));
  request.onloadend = () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  };
  signal.throwIfAborted();
  signal.addEventListener('abort', stop);
  watch();
  request.send(body);
});

function refused(status: number, text: string, retryAfter: string | null): Refused {
  let body: unknown = { code: BY_STATUS[status] };
  try {
    body = JSON.parse(text);
  } catch {
    // Not the server's.
  }
  return refusedBy(status, body, retryAfter);
}

export class UploadHttp implements UploadLine {
  /** `folder` is the address of `/files/`. */
  constructor(
    private readonly folder: string,
    private readonly fetch: Fetch = (...given) => globalThis.fetch(...given),
    private readonly patch: SendPatch = byXhr,
  ) {}

  async create(name: string, size: number): Promise<string> {
    const { headers } = await this.ask('POST', this.folder, {
      ...TUS, 'upload-length': String(size), 'upload-metadata': `filename ${base64(name)}`,
    });
    // Its last part alone: a proxy may have the server below a folder that the server does not know of.
    const id = /\/files\/(\w+)$/.exec(headers.get('location') ?? '')?.[1];
    if (!id) throw new Refused('unreachable');
    return `/files/${id}`;
  }

  async send(path: string, blob: Blob, sending: Sending): Promise<void> {
    const url = this.urlOf(path);
    const { headers } = await this.ask('HEAD', url, TUS, sending.signal);
    let offset = Number(headers.get('upload-offset') ?? NaN);
    while (offset < blob.size) {
      const begin = offset;
      sending.progress(begin);
      const answer = await this.patch({
        url,
        headers: { ...TUS, 'upload-offset': String(begin), 'content-type': 'application/offset+octet-stream' },
        body: blob.slice(begin, begin + CHUNK),
      }, { ...sending, progress: (sent) => sending.progress(begin + sent) });
      if (answer.status !== 204) throw refused(answer.status, answer.body, answer.retryAfter);
      offset = Number(answer.offset ?? NaN);
    }
    if (offset !== blob.size) throw new Refused('unreachable');
    sending.progress(offset);
  }

  async info(path: string): Promise<FileInfo> {
    return await (await this.ask('GET', `${this.urlOf(path)}/info`)).json() as FileInfo;
  }

  async remove(path: string): Promise<void> {
    await this.ask('DELETE', this.urlOf(path), TUS);
  }

  private urlOf(path: string): string {
    return new URL(path.replace(/^\/files\//, ''), this.folder).href;
  }

  private async ask(method: string, url: string, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Response> {
    let response: Response;
    try {
      const patience = AbortSignal.timeout(PATIENCE_MS);
      response = await this.fetch(url, {
        method, headers, cache: 'no-store', credentials: 'same-origin', signal: signal ? AbortSignal.any([signal, patience]) : patience,
      });
    } catch {
      signal?.throwIfAborted();
      throw new Refused('unreachable');
    }
    if (response.ok) return response;
    throw refused(response.status, await response.text(), response.headers.get('retry-after'));
  }
}
