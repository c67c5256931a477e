// A network of UDP between clients and a server that can be cut and mended, both ways, for all of its clients.
import { createSocket, type Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';

export class Wire {
  up = true;
  private readonly far = new Map<string, Socket>();

  private constructor(private readonly near: Socket, private readonly target: number) {}

  /** To a port of loopback. */
  static async to(target: number): Promise<Wire> {
    const near = createSocket('udp4');
    const wire = new Wire(near, target);
    near.on('message', (bytes, { address, port }) => wire.pass(bytes, address, port));
    near.bind(0, '127.0.0.1');
    await new Promise((done) => near.once('listening', done));
    return wire;
  }

  get port(): number {
    return (this.near.address() as AddressInfo).port;
  }

  stop(): void {
    for (const socket of [this.near, ...this.far.values()]) socket.close();
  }

  private pass(bytes: Buffer, address: string, port: number): void {
    if (!this.up) return;
    const name = `${address}:${port}`;
    let far = this.far.get(name);
    if (!far) {
      far = createSocket('udp4');
      far.on('message', (back) => this.up && this.near.send(back, port, address));
      this.far.set(name, far);
    }
    far.send(bytes, this.target, '127.0.0.1');
  }
}
