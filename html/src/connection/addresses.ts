// Where the server is: where the page came from, unless the build was told otherwise (html/.env.example).

export interface Addresses {
  /** Of POST, GET and DELETE /session. */
  session: string;
  socket: string;
  /** Of POST for a new upload; what is uploaded is below it. */
  files: string;
  /** Of a path that the server gave for an upload, ready for `src` and `href`; "" when it is no upload's path. */
  upload(path: unknown): string;
}

/** Paths of uploads hold nothing that could lead elsewhere or be run. */
const UPLOAD = /^\/?(?:upload\/(?!\/)[\w./-]+|files\/\w+(?:\/preview)?)$/;

export function addressesFor(page: string, server = '', uploads = ''): Addresses {
  const folder = (address: string): string => address.replace(/\/?$/, '/');
  const here = new URL(folder(server), page);
  const socket = new URL('ws', here);
  socket.protocol = here.protocol === 'http:' ? 'ws:' : 'wss:';
  const old = uploads ? new URL(folder(uploads), page) : here;
  return {
    session: new URL('session', here).href,
    socket: socket.href,
    files: new URL('files/', here).href,
    upload(path) {
      if (typeof path !== 'string' || !UPLOAD.test(path) || path.split('/').includes('..')) return '';
      return new URL(path.replace(/^\//, ''), /^\/?files/.test(path) ? here : old).href;
    },
  };
}
