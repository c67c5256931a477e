// Whether something still arrives. Browsers tell of a connection that died after five seconds or more; that nothing
// arrives where fifty packets a second did can be seen much earlier.

/** Nothing at all for this long is no loss of some packets any more. The one who answers leaves it to the other first. */
const SILENT_MS = { offers: 1_500, answers: 2_500 };
const LONGEST_MS = 24_000;
/** As many times something must have come before. */
const BEATS = 3;

export class Pulse {
  private mark = 0;
  private since = 0;
  private beats = 0;
  private told = false;
  private silentMs: number;

  constructor(offers: boolean) {
    this.silentMs = offers ? SILENT_MS.offers : SILENT_MS.answers;
  }

  /**
   * `mark` changes with whatever arrives (0: nothing did), `expected`: the other side sends something, as far as is
   * known. True once for each silence, when it has lasted long enough.
   */
  read(mark: number, expected: boolean, now: number): boolean {
    if (mark !== this.mark) {
      this.mark = mark;
      this.since = now;
      this.beats += 1;
      this.told = false;
      return false;
    }
    if (!expected) this.since = now;
    if (this.told || this.beats < BEATS || now - this.since < this.silentMs) return false;
    this.told = true;
    // A machine that is too slow has such silences too; what is done about them must not make it slower.
    this.silentMs = Math.min(LONGEST_MS, this.silentMs * 2);
    return true;
  }
}
