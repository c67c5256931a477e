// The npm package `ws` as a client: runs the commands that come as JSON lines on standard input and
// prints what the server sends as JSON lines.
//
//   {"do": "open", "url", "protocols", "options"}   {"do": "send", "text" or "base64"}
//   {"do": "ping", "text"}   {"do": "close", "code", "reason"}
import {createInterface} from 'node:readline';
import WebSocket from 'ws';

const print = (event) => process.stdout.write(JSON.stringify(event) + '\n');
let socket;

const commands = {
  open({url, protocols = [], options = {}}) {
    socket = new WebSocket(url, protocols, options);
    socket.on('open', () =>
      print({event: 'open', protocol: socket.protocol, extensions: socket.extensions}));
    socket.on('message', (data, binary) =>
      print({event: 'message', binary, data: data.toString(binary ? 'base64' : 'utf8')}));
    socket.on('pong', (data) => print({event: 'pong', data: data.toString()}));
    socket.on('close', (code, reason) => print({event: 'close', code, reason: reason.toString()}));
    socket.on('error', (error) => print({event: 'error', message: error.message}));
  },
  send({text, base64}) {
    socket.send(base64 === undefined ? text : Buffer.from(base64, 'base64'));
  },
  ping({text}) {
    socket.ping(text);
  },
  close({code, reason}) {
    socket.close(code, reason);
  },
};

for await (const line of createInterface({input: process.stdin})) {
  const command = JSON.parse(line);
  commands[command.do](command);
}
