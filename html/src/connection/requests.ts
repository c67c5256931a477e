// Requests that wait for their answers, told by the trace_id that each draws anew.
import type { Frame } from '../protocol/codec';
import { newId } from '../protocol/ids';
import { Refused } from '../protocol/refusals';

interface Waiting {
  answers: readonly number[];
  since: number;
  timer: ReturnType<typeof setTimeout>;
  resolve(frame: Frame): void;
  reject(refused: Refused): void;
}

export class Requests {
  private readonly waiting = new Map<string, Waiting>();

  /** Draws a trace_id and waits for a message with it: of one of these types, or a refusal. */
  open(answers: readonly number[], timeoutMs: number): { trace: string; answer: Promise<Frame> } {
    const trace = newId();
    const answer = new Promise<Frame>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(trace);
        reject(new Refused('timeout'));
      }, timeoutMs);
      this.waiting.set(trace, { answers, since: Date.now(), timer, resolve, reject });
    });
    return { trace, answer };
  }

  /** Whether the frame answers a request. Others' events may carry its trace_id too. */
  take(frame: Frame): boolean {
    const waiting = this.waiting.get(frame.trace_id);
    if (!waiting) return false;
    const expected = waiting.answers.includes(frame.type);
    if (!expected && typeof frame.code !== 'string') return false;
    this.waiting.delete(frame.trace_id);
    clearTimeout(waiting.timer);
    if (expected) waiting.resolve(frame);
    else waiting.reject(refusalOf(frame));
    return true;
  }

  /** The connection is lost, and all answers with it. */
  lose(): void {
    const lost = [...this.waiting.values()];
    this.waiting.clear();
    for (const { timer, reject } of lost) {
      clearTimeout(timer);
      reject(new Refused('lost'));
    }
  }

  /** When the oldest unanswered one was asked (ms); null when none waits. */
  oldest(): number | null {
    let oldest: number | null = null;
    for (const { since } of this.waiting.values()) oldest = Math.min(oldest ?? since, since);
    return oldest;
  }
}

export function refusalOf(frame: Frame): Refused {
  return new Refused(
    String(frame.code),
    typeof frame.retry_after === 'number' ? frame.retry_after : undefined,
    typeof frame.mess === 'string' ? frame.mess : undefined,
  );
}
