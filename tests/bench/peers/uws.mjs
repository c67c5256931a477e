// uWebSockets.js: the C++ server uWebSockets, told by a few lines of script what to do. Every message
// goes to everybody by its own publish, in this one process; nothing is parsed, ordered or stored.
//
//   uws.mjs PORT [CERTIFICATE KEY]
import uws from "@trufflesuite/uws-js-unofficial";

const [port, cert, key] = process.argv.slice(2);
const app = cert ? uws.SSLApp({ cert_file_name: cert, key_file_name: key, ssl_prefer_low_memory_usage: true })
                 : uws.App();
app.ws("/ws", {
  compression: uws.DISABLED,
  maxBackpressure: 64 << 20,
  open: (client) => client.subscribe("lobby"),
  message: (client, message, isBinary) => app.publish("lobby", message, isBinary),
});
app.listen("127.0.0.1", Number(port), (listener) => {
  if (!listener) throw new Error(`port ${port} is not free`);
});
