// Logging in by HTTP: the browser keeps the session in a cookie that no script sees.
import type { Account } from '../protocol/messages.gen';
import { Refused } from '../protocol/refusals';
import { refusedBy } from './http_refusal';

type Fetch = typeof fetch;

const PATIENCE_MS = 20_000;

export class SessionHttp {
  constructor(private readonly url: string, private readonly fetch: Fetch = (...given) => globalThis.fetch(...given)) {}

  /** Who is logged in on this browser; null when nobody is. */
  async who(): Promise<Account | null> {
    try {
      return await this.request('GET');
    } catch (error) {
      if (error instanceof Refused && error.code === 'login_required') return null;
      throw error;
    }
  }

  /** Registers an unknown name, logs a known one in; with `loginOnly` only the latter. */
  async enter(username: string, password: string, loginOnly: boolean): Promise<Account> {
    const account = await this.request('POST', { type: 204, username, password, login_only: loginOnly });
    if (!account) throw new Refused('bad_format');
    return account;
  }

  /** The session is over, with all its connections. */
  async leave(): Promise<void> {
    try {
      await this.request('DELETE');
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== 'login_required') throw error;
    }
  }

  /** Throws Refused: with the server's code, or `unreachable`. */
  private async request(method: string, message?: object): Promise<Account | null> {
    let response: Response;
    let body: Record<string, unknown> | null = null;
    try {
      response = await this.fetch(this.url, {
        method,
        cache: 'no-store',
        credentials: 'same-origin',
        signal: AbortSignal.timeout(PATIENCE_MS),
        ...(message && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(message) }),
      });
      if (response.status !== 204) body = await response.json() as Record<string, unknown>;
    } catch {
      throw new Refused('unreachable');
    }
    if (response.ok) return (body?.user as Account | undefined) ?? null;
    throw refusedBy(response.status, body, response.headers.get('retry-after'));
  }
}
