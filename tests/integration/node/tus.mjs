// The npm package `tus-js-client` as a client: one upload, told as a JSON line on standard input,
// with what becomes of it as JSON lines on standard output.
//
//   {"endpoint" or "url", "file", "name", "token", "chunk", "stop"}
//
// stop: break off once so many bytes are taken. retries: milliseconds before each new try.
import {createReadStream, statSync} from 'node:fs';
import {createInterface} from 'node:readline';
import * as tus from 'tus-js-client';

const print = (event) => process.stdout.write(JSON.stringify(event) + '\n');

const {value: line} = await createInterface({input: process.stdin})[Symbol.asyncIterator]().next();
const {endpoint, url, file, name, token, chunk, stop, retries = []} = JSON.parse(line);

const upload = new tus.Upload(createReadStream(file), {
  endpoint,
  uploadUrl: url,
  uploadSize: statSync(file).size,
  chunkSize: chunk ?? Infinity,
  retryDelays: retries,
  metadata: {filename: name},
  headers: {Authorization: `Bearer ${token}`},
  onUploadUrlAvailable: () => print({event: 'url', url: upload.url}),
  onProgress: (sent) => print({event: 'progress', sent}),
  onChunkComplete: async (size, taken) => {
    print({event: 'taken', taken});
    if (stop === undefined || taken < stop) return;
    await upload.abort();
    print({event: 'stopped', url: upload.url});
    process.exit(0);
  },
  onSuccess: () => {
    print({event: 'success', url: upload.url});
    process.exit(0);
  },
  onError: (error) => {
    print({
      event: 'error',
      status: error.originalResponse?.getStatus() ?? 0,
      body: error.originalResponse?.getBody() ?? error.message,
    });
    process.exit(0);
  },
});
upload.start();
