// A chatd of its own for a test file: on a free port, with managed Redis, in a folder that is removed with it.
// CHATD names the program.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const TOP = resolve(import.meta.dirname, '../../..');
const PROGRAM = process.env.CHATD ?? join(TOP, 'build/chatd');
/** Every user of a test comes from one address: no limits, unless they are what is tested. */
export const UNLIMITED = ['--rate-limits', 'off'];
const PATIENCE_MS = 20_000;

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

const accepts = (port: number): Promise<boolean> => new Promise((done) => {
  const socket = connect(port, '127.0.0.1', () => {
    socket.destroy();
    done(true);
  }).on('error', () => done(false));
});

export class Chatd {
  private process!: ChildProcess;

  private constructor(
    readonly port: number, readonly page: string, private readonly folder: string, private readonly options: string[],
  ) {}

  /** Over plain HTTP, without a page. */
  static async start(options = UNLIMITED): Promise<Chatd> {
    const port = await freePort();
    return await Chatd.begin(port, `http://127.0.0.1:${port}/`, Chatd.makeFolder(), options);
  }

  /** Over TLS, with the built client, or with what another folder holds. */
  static async startWithPage(options = UNLIMITED, html = join(TOP, 'html/dist')): Promise<Chatd> {
    const port = await freePort();
    const folder = Chatd.makeFolder();
    execFileSync(join(TOP, 'tools/certificate'), [join(folder, 'ssl')]);
    return await Chatd.begin(port, `https://localhost:${port}/`, folder, [
      '--html', html, '--tls-cert', join(folder, 'ssl/cert.pem'), '--tls-key', join(folder, 'ssl/key.pem'),
      ...options,
    ]);
  }

  private static makeFolder(): string {
    return mkdtempSync(join(tmpdir(), 'chatd-client-'));
  }

  private static async begin(port: number, page: string, folder: string, options: string[]): Promise<Chatd> {
    const server = new Chatd(port, page, folder, options);
    await server.launch();
    return server;
  }

  /** Starts the process, on the same port and data each time, and waits until it accepts. */
  async launch(): Promise<void> {
    const log = openSync(join(this.folder, 'log'), 'a');
    this.process = spawn(PROGRAM, [
      '-p', String(this.port), '-n', '1', '--bind', '127.0.0.1', '--redis', 'managed',
      '--data', join(this.folder, 'data'), '--upload', this.folder,
      ...this.options,
    ], { stdio: ['ignore', log, log] });
    const deadline = Date.now() + PATIENCE_MS;
    while (!await accepts(this.port)) {
      if (this.process.exitCode !== null || Date.now() > deadline) throw new Error(`no server:\n${this.log()}`);
      await new Promise((done) => setTimeout(done, 25));
    }
  }

  /** Ends the process: with SIGKILL as if the power went. */
  async halt(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((done) => this.process.once('exit', done));
    this.process.kill(signal);
    await ended;
  }

  /** Kills the worker (there is one), as a fault of its own would; the master starts another. */
  killWorker(): void {
    const { pid } = this.process;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    const worker = children.find((child) => readFileSync(`/proc/${child}/comm`, 'utf8').startsWith('chatd-w'));
    if (!worker) throw new Error('no worker');
    process.kill(Number(worker), 'SIGKILL');
  }

  async stop(): Promise<void> {
    await this.halt();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Files of the certificate of a server with a page. */
  get tls(): { certificate: string; key: string } {
    return { certificate: join(this.folder, 'ssl/cert.pem'), key: join(this.folder, 'ssl/key.pem') };
  }

  /** A command to its Redis, as the administrator of the machine gives it. */
  redis(...command: string[]): string {
    const folder = join(this.folder, 'data/redis');
    const password = readFileSync(join(folder, 'admin.password'), 'utf8').trim();
    return execFileSync('redis-cli', ['-s', join(folder, 'redis.sock'), '--user', 'admin', '-n', '15', ...command], {
      encoding: 'utf8', env: { ...process.env, REDISCLI_AUTH: password },
    }).trim();
  }

  log(): string {
    return readFileSync(join(this.folder, 'log'), 'utf8');
  }
}
