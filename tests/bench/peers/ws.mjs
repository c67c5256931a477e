// What people write first: npm ws, and Redis pub/sub so that more processes could join in. Every
// message goes to everybody.
//
//   ws.mjs PORT REDIS_SOCKET [CERTIFICATE KEY]
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { createClient } from "redis";
import { WebSocketServer } from "ws";

const [port, socketPath, cert, key] = process.argv.slice(2);
const web = cert
  ? https.createServer({ cert: readFileSync(cert), key: readFileSync(key) })
  : http.createServer();
const server = new WebSocketServer({ server: web, perMessageDeflate: false });
const redis = createClient({ socket: { path: socketPath } });
const subscriber = redis.duplicate();
await Promise.all([redis.connect(), subscriber.connect()]);

await subscriber.subscribe("lobby", (message) => {
  const bytes = Buffer.from(message);
  for (const client of server.clients) client.send(bytes, { binary: false });
});
server.on("connection", (client) => {
  client.on("error", () => {});
  client.on("message", (data) => redis.publish("lobby", data.toString()));
});
web.listen(Number(port), "127.0.0.1", 1024);
