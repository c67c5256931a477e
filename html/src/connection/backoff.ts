// How long to wait before connecting again: at random, so that clients do not come back all at once.
const FIRST_MS = 200;
const LONGEST_MS = 15_000;
const HURRY_MS = 2_000;

export class Backoff {
  private failures = 0;

  constructor(private readonly random: () => number = Math.random) {}

  /** The last connection came to be used. */
  succeeded(): void {
    this.failures = 0;
  }

  /** Milliseconds to wait now; the server may have told over how long its clients should spread, or to wait at least. `hurry`: never long. */
  next({ spreadMs = 0, atLeastMs = 0, hurry = false } = {}): number {
    const longest = Math.max(Math.min(hurry ? HURRY_MS : LONGEST_MS, FIRST_MS * 2 ** this.failures), spreadMs);
    this.failures += 1;
    return atLeastMs + Math.round(this.random() * longest);
  }
}
