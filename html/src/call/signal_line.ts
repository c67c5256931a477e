// The signals to and from one other person in a call, for as long as both stay: numbered from 1, kept by their sender,
// and sent again from where the other one, or the server, stopped.
import type { Json } from '../protocol/messages.gen';

/** After a refusal that time mends. */
const AGAIN_MS = 1_000;

export class SignalLine {
  /** Number of the last signal that came. */
  received = 0;
  private readonly sent: Json[] = [];
  private next = 1;
  private held = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly transmit: (n: number, signal: Json) => void, private readonly againMs = AGAIN_MS) {}

  send(signal: Json): void {
    this.sent.push(signal);
    this.flush();
  }

  /** The connection is gone: what follows waits for `goOn`. */
  hold(): void {
    this.held = true;
    clearTimeout(this.timer);
  }

  /** What follows `n` is to be sent, once more or for the first time. */
  goOn(n: number): void {
    clearTimeout(this.timer);
    this.held = false;
    this.next = Math.max(0, Math.min(n, this.sent.length)) + 1;
    this.flush();
  }

  /** The server did not take number `n`: from there again, when the other one is told to be back, or after a while. */
  refused(n: number): void {
    this.next = Math.min(this.next, n);
    this.hold();
    this.timer = setTimeout(() => this.goOn(this.next - 1), this.againMs);
  }

  /** Whether a signal that came is the one that follows; others came already, or will come again. */
  takes(n: number): boolean {
    if (n !== this.received + 1) return false;
    this.received = n;
    return true;
  }

  close(): void {
    this.hold();
  }

  private flush(): void {
    while (!this.held && this.next <= this.sent.length) {
      const n = this.next;
      this.next += 1;
      this.transmit(n, this.sent[n - 1] as Json);
    }
  }
}
