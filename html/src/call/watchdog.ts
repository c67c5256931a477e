// What is done, and when, about a peer connection that is not there: first it looks for another way, again and again;
// when that does not help in time it is built anew. The offerer acts first, the other one leaves it a moment.

export interface WatchTimes {
  /** A connection that is not there after this is built anew. */
  connectMs: number;
  /** A connection that broke looks for another way after this; many come back by themselves. */
  remedyMs: number;
  /** And once more each time after this: whatever was not reached before may be there now. */
  againMs: number;
  /** The one who does not offer leaves it that much to the other one. */
  courtesyMs: number;
}

export const TIMES: WatchTimes = { connectMs: 5_000, remedyMs: 300, againMs: 1_500, courtesyMs: 1_000 };
/** How many times longer it waits when nothing helps, at most: a slow line needs that. */
const MOST_PATIENCE = { rebuild: 4, remedy: 3 };

export interface WatchOptions {
  /** This side makes the first offer. */
  offers: boolean;
  times: WatchTimes;
  remedy(): void;
  late(): void;
}

type Timer = ReturnType<typeof setTimeout> | undefined;

export class Watchdog {
  private lateTimer: Timer;
  private remedyTimer: Timer;

  constructor(private readonly options: WatchOptions) {}

  /** Counts anew until the connection is to be built anew; `attempts` of that were in vain so far. */
  watch(attempts: number): void {
    clearTimeout(this.lateTimer);
    const { options: { times, late } } = this;
    this.lateTimer = setTimeout(late, times.connectMs * patience(attempts, MOST_PATIENCE.rebuild) + this.courtesy);
  }

  /** Another way is looked for from then on, until the connection is there. */
  mend(attempts: number, begin: 'now' | 'soon' | 'again'): void {
    clearTimeout(this.remedyTimer);
    const { remedyMs, againMs } = this.options.times;
    const inMs = { now: 0, soon: remedyMs + this.courtesy, again: againMs * patience(attempts, MOST_PATIENCE.remedy) + this.courtesy }[begin];
    this.remedyTimer = setTimeout(() => {
      this.options.remedy();
      this.mend(attempts, 'again');
    }, inMs);
  }

  /** All is well. */
  rest(): void {
    clearTimeout(this.lateTimer);
    clearTimeout(this.remedyTimer);
  }

  private get courtesy(): number {
    return this.options.offers ? 0 : this.options.times.courtesyMs;
  }
}

const patience = (attempts: number, most: number): number => Math.min(most, 1 + Math.floor(attempts / 2));
