// Another web server in front of chatd, as nginx would be: the page from a folder, chatd's own addresses passed on.
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createServer, request, type RequestOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

import type { Chatd } from './chatd';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json',
  '.svg': 'image/svg+xml', '.webmanifest': 'application/manifest+json',
};
const PASSED = /^(?:session|ws|upload\/|files\/)/;

interface Hosting {
  folder: string;
  /** Path of the page, and path under which chatd's own are found; both end with a slash. */
  page: string;
  api: string;
  server: Chatd;
}

export async function serveUnderPath({ folder, page, api, server }: Hosting): Promise<{ origin: string; stop(): Promise<void> }> {
  const inside = (path: string): string | null => (path.startsWith(api) && PASSED.test(path.slice(api.length)) ? `/${path.slice(api.length)}` : null);
  const onward = (path: string, method: string | undefined, headers: RequestOptions['headers']): RequestOptions => ({
    host: '127.0.0.1', port: server.port, path, method, headers, rejectUnauthorized: false,
  });

  const { certificate: cert, key } = server.tls;
  const front = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (asked, answer) => {
    const path = asked.url ?? '/';
    const passed = inside(path);
    if (passed) {
      const further = request(onward(passed, asked.method, asked.headers), (got) => {
        answer.writeHead(got.statusCode ?? 502, got.headers);
        got.pipe(answer);
      });
      further.on('error', () => answer.destroy());
      asked.pipe(further);
      return;
    }
    const name = path.startsWith(page) ? path.slice(page.length).replace(/[?#].*$/, '') || 'index.html' : '';
    const file = join(folder, name);
    if (!name || !existsSync(file)) return void answer.writeHead(404).end();
    answer.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(answer);
  });

  front.on('upgrade', (asked, socket, head) => {
    const passed = inside(asked.url ?? '/');
    if (!passed) return void socket.destroy();
    const further = request(onward(passed, 'GET', asked.headers));
    further.on('upgrade', (answer, other, rest) => {
      const lines = answer.rawHeaders.map((part, index) => (index % 2 === 0 ? `${part}: ` : `${part}\r\n`)).join('');
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines}\r\n`);
      socket.write(rest);
      other.write(head);
      socket.pipe(other).pipe(socket);
      for (const [one, two] of [[socket, other], [other, socket]] as const) one.on('error', () => two.destroy()).on('close', () => two.destroy());
    });
    further.on('response', () => socket.destroy()).on('error', () => socket.destroy());
    further.end();
  });

  front.listen(0, '127.0.0.1');
  await new Promise((done) => front.once('listening', done));
  return {
    origin: `https://localhost:${(front.address() as AddressInfo).port}`,
    async stop() {
      front.closeAllConnections();
      await new Promise((done) => front.close(done));
    },
  };
}
