// The STUN and TURN servers that the server names, with credentials that last for some hours.
import type { IceConfiguration } from '../protocol/messages.gen';

const RENEW_BEFORE_MS = 60_000;
/** Without credentials they are asked for anew after this. */
const LASTS_MS = 3_600_000;

export class IceServers {
  servers: RTCIceServer[] = [];
  private good = 0;
  private asking: Promise<void> | null = null;

  /** `ask` throws when the server cannot be asked. */
  constructor(private readonly ask: () => Promise<IceConfiguration>, private readonly now: () => number = Date.now) {}

  get hasRelay(): boolean {
    return this.servers.some(({ urls }) => [urls].flat().some((url) => /^turns?:/.test(url)));
  }

  /** Asks when what is known is too old; without an answer it goes on with that. */
  async refresh(): Promise<void> {
    if (this.now() < this.good) return;
    this.asking ??= this.ask().then(({ servers, expires }) => {
      this.servers = servers.map(({ urls, username, credential }) =>
        ({ urls, ...(username && { username }), ...(credential && { credential }) }));
      this.good = expires ? expires * 1000 - RENEW_BEFORE_MS : this.now() + LASTS_MS;
    }).catch(() => {}).finally(() => {
      this.asking = null;
    });
    await this.asking;
  }
}
