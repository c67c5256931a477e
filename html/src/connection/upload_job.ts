// One file on its way up: tried again for as long as that may help, paused and gone on with, over losses of the
// connection and reloads of the page.
import type { FileInfo } from '../protocol/messages.gen';
import { Refused, TRY_AGAIN } from '../protocol/refusals';
import { Backoff } from './backoff';
import type { Turns } from './turns';
import type { UploadLine } from './upload_http';

/** waiting: for its turn; running; trying: it waits before it is tried again; paused: until `resume`. */
export type JobState = 'waiting' | 'running' | 'trying' | 'paused';

export interface JobOptions {
  name: string;
  blob: Blob;
  line: UploadLine;
  turns: Turns;
  /** Where it is, when it was begun before. */
  path?: string | undefined;
  paused?: boolean | undefined;
  /** It has another place from now on; undefined: none. */
  moved(path: string | undefined): void;
  /** Its state or its progress is another. */
  changed(): void;
  done(info: FileInfo): void;
  /** The file cannot be read, or the server does not want it. */
  failed(refused: Refused): void;
}

/** These mend themselves, beside what is always worth trying again. */
const PASSING: ReadonlySet<string> = new Set(['unreachable', 'upload_busy', 'upload_moved', 'bad_checksum', 'login_required', 'too_many_uploads']);

export class UploadJob {
  state: JobState = 'waiting';
  sent = 0;
  private path: string | undefined;
  private round: AbortController | null = null;
  private wakeUp: (() => void) | null = null;
  private readonly backoff: Backoff;

  constructor(private readonly options: JobOptions, backoff = new Backoff()) {
    this.path = options.path;
    this.backoff = backoff;
    if (options.paused) this.state = 'paused';
  }

  /** Goes on, unless it is paused. */
  start(): void {
    if (this.state !== 'paused' && !this.round) void this.run();
  }

  pause(): void {
    this.round?.abort();
    this.round = null;
    this.change('paused');
  }

  resume(): void {
    if (this.state !== 'paused') return;
    this.change('waiting');
    this.start();
  }

  /** For good. */
  stop(): void {
    this.round?.abort();
    this.round = null;
  }

  /** There is a connection again: no need to wait longer. */
  wake(): void {
    this.wakeUp?.();
  }

  private change(state: JobState): void {
    this.state = state;
    this.options.changed();
  }

  private async run(): Promise<void> {
    const round = this.round = new AbortController();
    const { signal } = round;
    const { turns } = this.options;
    while (!signal.aborted) {
      const over = await turns.take(signal);
      signal.addEventListener('abort', over, { once: true });
      try {
        if (signal.aborted) return;
        this.change('running');
        const info = await this.once(signal);
        if (!signal.aborted) this.options.done(info);
        return;
      } catch (error) {
        if (signal.aborted) return;
        const refused = error instanceof Refused ? await this.reasonOf(error) : new Refused('file_unreadable');
        if (!this.isPassing(refused)) return this.options.failed(refused);
        this.change('trying');
        over();
        await this.wait(refused, signal);
      } finally {
        over();
      }
    }
  }

  private async once(signal: AbortSignal): Promise<FileInfo> {
    const { line, name, blob, moved } = this.options;
    if (!this.path) {
      this.path = await line.create(name, blob.size);
      moved(this.path);
    }
    await line.send(this.path, blob, {
      signal,
      progress: (sent) => {
        if (sent > this.sent) this.backoff.succeeded();
        this.sent = sent;
        if (!signal.aborted) this.options.changed();
      },
    });
    return await line.info(this.path);
  }

  /** A file that was changed or is gone looks like a broken connection. */
  private async reasonOf(error: Refused): Promise<Refused> {
    if (error.code !== 'unreachable') return error;
    return await this.options.blob.slice(0, 1).arrayBuffer().then(() => error, () => new Refused('file_unreadable'));
  }

  private isPassing({ code }: Refused): boolean {
    if (code === 'no_such_file' && this.path) {
      // It waited for too long: from the beginning.
      this.path = undefined;
      this.sent = 0;
      this.options.moved(undefined);
      return true;
    }
    return TRY_AGAIN.has(code) || PASSING.has(code);
  }

  private async wait({ retryAfter }: Refused, signal: AbortSignal): Promise<void> {
    await new Promise<void>((done) => {
      const timer = setTimeout(done, retryAfter ? retryAfter * 1000 : this.backoff.next());
      this.wakeUp = () => {
        clearTimeout(timer);
        done();
      };
      signal.addEventListener('abort', this.wakeUp, { once: true });
    });
    this.wakeUp = null;
  }
}
