// What a browser gives a page, for clients without one: cookies, an origin, storage, its events.
import { WebSocket as NodeSocket } from 'ws';

import { addressesFor } from '../../src/connection/addresses';
import { SessionHttp } from '../../src/connection/session_http';
import { UploadHttp, type SendPatch } from '../../src/connection/upload_http';

export class MemoryStorage implements Storage {
  private readonly values = new Map<string, string>();
  get length(): number { return this.values.size; }
  key(index: number): string | null { return [...this.values.keys()][index] ?? null; }
  getItem(key: string): string | null { return this.values.get(key) ?? null; }
  setItem(key: string, value: string): void { this.values.set(key, value); }
  removeItem(key: string): void { this.values.delete(key); }
  clear(): void { this.values.clear(); }
}

export class Browser {
  readonly storage = new MemoryStorage();
  readonly surroundings = {
    window: new EventTarget(),
    document: Object.assign(new EventTarget(), { visibilityState: 'visible' as DocumentVisibilityState }),
  };
  readonly sockets: NodeSocket[] = [];
  private cookie = '';

  constructor(readonly page: string) {}

  get addresses() {
    return addressesFor(this.page);
  }

  get http(): SessionHttp {
    return new SessionHttp(this.addresses.session, this.fetch);
  }

  /** Without the progress that XMLHttpRequest tells of. */
  readonly patch: SendPatch = async ({ url, headers, body }, { progress, signal }) => {
    const answer = await this.fetch(url, { method: 'PATCH', headers, body, signal });
    progress(body.size);
    return {
      status: answer.status, body: await answer.text(),
      offset: answer.headers.get('upload-offset'), retryAfter: answer.headers.get('retry-after'),
    };
  };

  get uploads(): UploadHttp {
    return new UploadHttp(this.addresses.files, this.fetch, (...given) => this.patch(...given));
  }

  readonly fetch: typeof fetch = async (url, init) => {
    const headers = { ...init?.headers, origin: new URL(this.page).origin, ...(this.cookie && { cookie: this.cookie }) };
    const response = await fetch(url, { ...init, headers });
    for (const set of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = set.split(';');
      this.cookie = attributes.some((one) => /max-age=0/i.test(one)) ? '' : pair;
    }
    return response;
  };

  readonly open = (url: string, subprotocol: string): WebSocket => {
    const socket = new NodeSocket(url, subprotocol, {
      origin: new URL(this.page).origin, ...(this.cookie && { headers: { cookie: this.cookie } }),
    });
    this.sockets.push(socket);
    return socket as unknown as WebSocket;
  };

  /** The cookie that it would send. */
  get held(): string {
    return this.cookie;
  }

  /** The network breaks under the connection in use. */
  cut(): void {
    this.sockets.at(-1)?.terminate();
  }
}
