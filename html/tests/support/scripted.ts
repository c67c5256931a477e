// A WebSocket server that says what a test tells it to: for what a real one does rarely, or never.
import { decode as unpack, encode as pack } from '@msgpack/msgpack';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

type Message = Record<string, unknown>;

export const ACCOUNT = { user_id: 'me', username: 'me', is_active: true, avatar: '', is_super_admin: false };
const WELCOME = {
  type: 1, server: 'scripted', max_message_size: 1000, max_upload_size: 1000, ping_seconds: 15, presence_threshold: 200,
  reconnect_ms: 50, resume_conversations: 3,
};

/** One connection of the client, from the server's side. */
export class Dialogue {
  private readonly heard: Message[] = [];
  private waiting: (() => void) | null = null;
  closed = false;

  constructor(private readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => {
      this.heard.push(unpack(data) as Message);
      this.waiting?.();
    });
    socket.on('close', () => {
      this.closed = true;
      this.waiting?.();
    });
  }

  /** The next request of that type; others before it are passed over. */
  async hear(type: number): Promise<Message & { trace_id: string; id: string }> {
    for (;;) {
      for (let message = this.heard.shift(); message; message = this.heard.shift()) {
        if (message.type === type) return message as Message & { trace_id: string; id: string };
      }
      if (this.closed) throw new Error(`closed before ${type} came`);
      await new Promise<void>((done) => { this.waiting = done; });
    }
  }

  say(message: Message): void {
    this.socket.send(pack({ timestamp: 1_700_000_000.5, trace_id: '', ...message }));
  }

  raw(bytes: Uint8Array): void {
    this.socket.send(bytes);
  }

  /** A lobby text. */
  text(seq: number, mess = `text ${seq}`, more: Message = {}): Message {
    return {
      type: 100, sender_id: 'other', receiver_id: '0', mess, conversation: 'lobby', seq, epoch: 'e',
      timestamp: 1_700_000_000 + seq, trace_id: '', ...more,
    };
  }

  page(entries: Message[], more: Message = {}): void {
    const last = Number(entries.at(-1)?.seq ?? 0);
    this.say({ type: 811, conversation: 'lobby', state: 'continued', epoch: 'e', first_seq: 1, last_seq: last, complete: true, mess: entries, ...more });
  }

  stored(request: { id: string }, seq: number): void {
    this.say({ type: 110, conversation: 'lobby', seq, epoch: 'e', id: request.id, trace_id: request.id });
  }

  async logIn(): Promise<void> {
    const { trace_id } = await this.hear(205);
    this.say({ type: 205, user: ACCOUNT, trace_id });
    // The event that a login causes has its trace_id too.
    this.say({ type: 200, user: ACCOUNT, trace_id });
  }

  /** The places that the client resumes from; what comes next is the caller's, with `done` at the end. */
  async resume(): Promise<{ places: Message[]; done: () => void }> {
    const { trace_id, mess } = await this.hear(810);
    return {
      places: (mess as { places: Message[] }).places,
      done: () => this.say({ type: 810, mess: { conversations: 0, messages: 0 }, trace_id }),
    };
  }

  /** Logs in and resumes, with nothing missed. */
  async settle(): Promise<Message[]> {
    await this.logIn();
    const { places, done } = await this.resume();
    done();
    return places;
  }

  close(code: number): void {
    this.socket.close(code);
  }
}

export class Scripted {
  private readonly dialogues: Dialogue[] = [];
  private waiting: (() => void) | null = null;

  private constructor(private readonly server: WebSocketServer) {
    server.on('connection', (socket) => {
      this.dialogues.push(new Dialogue(socket));
      socket.send(pack({ ...WELCOME, timestamp: 1, trace_id: '' }));
      this.waiting?.();
    });
  }

  static async start(): Promise<Scripted> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'chat.msgpack.v1' });
    await once(server, 'listening');
    return new Scripted(server);
  }

  get page(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  /** The client's next connection. */
  async connection(): Promise<Dialogue> {
    while (this.dialogues.length === 0) await new Promise<void>((done) => { this.waiting = done; });
    return this.dialogues.shift() as Dialogue;
  }

  async stop(): Promise<void> {
    for (const client of this.server.clients) client.terminate();
    await new Promise((done) => this.server.close(done));
  }
}
