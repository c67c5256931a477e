// A coturn of its own: on free ports of loopback, with a certificate that it signed itself, and the secret that it shares
// with a chatd.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { freePort } from './chatd';

const PATIENCE_MS = 20_000;
const CERTIFICATE = resolve(import.meta.dirname, '../../../tools/certificate');

export class Turn {
  private process: ChildProcess | null = null;

  private constructor(readonly port: number, readonly tlsPort: number, private readonly folder: string, private readonly secret: string) {}

  static async start(secret: string): Promise<Turn> {
    const turn = new Turn(await freePort(), await freePort(), mkdtempSync(join(tmpdir(), 'chatd-turn-')), secret);
    execFileSync(CERTIFICATE, [turn.folder]);
    writeFileSync(join(turn.folder, 'secret'), secret);
    await turn.launch();
    return turn;
  }

  /** What a chatd needs to name it. */
  get options(): string[] {
    const urls = ['udp', 'tcp'].map((transport) => `turn:127.0.0.1:${this.port}?transport=${transport}`);
    urls.push(`turns:127.0.0.1:${this.tlsPort}?transport=tcp`);
    return ['--stun-url', `stun:127.0.0.1:${this.port}`, '--turn-url', urls.join(','), '--turn-secret-file', join(this.folder, 'secret')];
  }

  /** With another secret, it refuses what the chatd hands out. */
  async launch(secret = this.secret): Promise<void> {
    const log = openSync(join(this.folder, 'log'), 'a');
    const child = this.process = spawn('turnserver', [
      '-n', '--listening-ip', '127.0.0.1', '--relay-ip', '127.0.0.1', '--listening-port', String(this.port), '--allow-loopback-peers',
      '--use-auth-secret', '--static-auth-secret', secret, '--realm', 'chatd', '--fingerprint', '--no-dtls',
      '--tls-listening-port', String(this.tlsPort), '--cert', join(this.folder, 'cert.pem'), '--pkey', join(this.folder, 'key.pem'), '--no-cli',
      '--no-rfc5780', '--log-file', 'stdout', '--simple-log', '--pidfile', join(this.folder, 'pid'), '--userdb', join(this.folder, 'db'),
    ], { stdio: ['ignore', log, log], cwd: this.folder });
    const deadline = Date.now() + PATIENCE_MS;
    while (!await new Promise((done) => connect(this.port, '127.0.0.1', () => done(true)).on('error', () => done(false)))) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`no relay:\n${this.log()}`);
      await new Promise((done) => setTimeout(done, 25));
    }
  }

  /** Ends it as if its machine had failed: whoever is relayed is cut off. */
  async halt(): Promise<void> {
    const { process } = this;
    if (!process || process.exitCode !== null || process.signalCode !== null) return;
    const ended = new Promise((done) => process.once('exit', done));
    process.kill('SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    await this.halt();
    rmSync(this.folder, { recursive: true, force: true });
  }

  log(): string {
    return readFileSync(join(this.folder, 'log'), 'utf8');
  }
}
