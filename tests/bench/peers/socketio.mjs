// socket.io with its Redis adapter. Every event `m` goes to everybody.
//
//   socketio.mjs PORT REDIS_SOCKET [CERTIFICATE KEY]
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { createAdapter } from "@socket.io/redis-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";

const [port, socketPath, cert, key] = process.argv.slice(2);
const web = cert
  ? https.createServer({ cert: readFileSync(cert), key: readFileSync(key) })
  : http.createServer();
const publisher = createClient({ socket: { path: socketPath } });
const subscriber = publisher.duplicate();
await Promise.all([publisher.connect(), subscriber.connect()]);

const server = new Server(web, {
  adapter: createAdapter(publisher, subscriber),
  transports: ["websocket"],
});
server.on("connection", (client) => client.on("m", (text) => server.emit("m", text)));
web.listen(Number(port), "127.0.0.1", 1024);
