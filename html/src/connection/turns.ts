/** Lets some work at a time; the others wait, first come first served. */
export class Turns {
  private readonly waiting: (() => void)[] = [];

  constructor(private free: number) {}

  /** Returns when it is one's turn, or the signal was aborted. What it returns ends the turn; it may be called twice. */
  async take(signal: AbortSignal): Promise<() => void> {
    if (signal.aborted) return () => {};
    if (this.free > 0) this.free -= 1;
    else if (!await this.queue(signal)) return () => {};
    let over = false;
    return () => {
      if (over) return;
      over = true;
      const next = this.waiting.shift();
      if (next) next();
      else this.free += 1;
    };
  }

  /** Whether it came to be one's turn. */
  private async queue(signal: AbortSignal): Promise<boolean> {
    return await new Promise<boolean>((done) => {
      const mine = (): void => done(true);
      this.waiting.push(mine);
      signal.addEventListener('abort', () => {
        const at = this.waiting.indexOf(mine);
        if (at < 0) return;
        this.waiting.splice(at, 1);
        done(false);
      }, { once: true });
    });
  }
}
