// What refusals and closes mean to a client; docs/protocol.md has the tables.

/** Trying again later, a message with the same id, is right. */
export const TRY_AGAIN: ReadonlySet<string> = new Set(['storage_unavailable', 'busy', 'rate_limited', 'login_limited']);

/** Close codes after which a client does not come back by itself, and the refusal that says why. */
export const CLOSED_FOR_GOOD: Readonly<Record<number, string>> = {
  4204: 'login_required',
  4206: 'disabled',
  4207: 'superseded',
  4209: 'removed',
};

/** Close codes after which the server wants its clients spread over `reconnect_ms`. */
export const TOLD_TO_RECONNECT: ReadonlySet<number> = new Set([1001, 1012]);

/** Close codes of a client that asked too much, or reads too slowly: not at once again. */
export const TOLD_TO_WAIT: ReadonlySet<number> = new Set([1008, 1013]);

/** A request that came to nothing: the server's code, or `lost` and `timeout` for its connection. */
export class Refused extends Error {
  constructor(readonly code: string, readonly retryAfter?: number, readonly text?: string) {
    super(code);
  }
}
