// A server that puts itself between two people, by handing each of them its own keys: both find out.
import { Decoder, Encoder } from '@msgpack/msgpack';
import type { Page, WebSocketRoute } from 'playwright-core';
import { expect, test } from 'vitest';

import { commitmentOf, drawNonce, fingerprintsOf } from '../../src/call/verification';
import { Caller, openWithMedia } from '../browser/caller';
import { setStage } from '../support/stage';

const stage = setStage(openWithMedia);

type Fields = Record<string, unknown>;
interface Wired {
  mess: { signal: Fields };
  sender_id?: string;
}

const CALL_SIGNAL = 616;
const encoder = new Encoder();
const decoder = new Decoder();

/** The peer connections that the server keeps to either side, in a page of its own. */
class Middle {
  private readonly nonce = drawNonce();
  private answered = '';

  private constructor(private readonly page: Page, private readonly clever: boolean) {}

  static async open(clever: boolean): Promise<Middle> {
    const page = await (await stage.browser.newContext({ ignoreHTTPSErrors: true })).newPage();
    await page.goto(stage.server.page);
    await page.evaluate(() => {
      const complete = async (pc: RTCPeerConnection): Promise<string> => {
        await pc.setLocalDescription();
        while (pc.iceGatheringState !== 'complete') await new Promise((done) => { setTimeout(done, 20); });
        return pc.localDescription?.sdp ?? '';
      };
      const toOfferer = new RTCPeerConnection();
      const toAnswerer = new RTCPeerConnection();
      Object.assign(globalThis, {
        answer: async (sdp: string) => {
          await toOfferer.setRemoteDescription({ type: 'offer', sdp });
          return await complete(toOfferer);
        },
        offer: async () => {
          for (const kind of ['audio', 'video', 'video']) toAnswerer.addTransceiver(kind);
          toAnswerer.createDataChannel('beside');
          return await complete(toAnswerer);
        },
        agree: (sdp: string) => toAnswerer.setRemoteDescription({ type: 'answer', sdp }),
        hear: (fromOfferer: boolean, candidate: RTCIceCandidateInit) => (fromOfferer ? toOfferer : toAnswerer).addIceCandidate(candidate).catch(() => {}),
      });
    });
    return new Middle(page, clever);
  }

  /** Sits in the answerer's connection to the server. */
  async take(page: Page): Promise<void> {
    await page.routeWebSocket(/\/ws/, (client: WebSocketRoute) => {
      const server = client.connectToServer();
      this.pass(client, (bytes) => server.send(bytes), false);
      this.pass(server, (bytes) => client.send(bytes), true);
    });
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  private pass(from: WebSocketRoute, send: (bytes: string | Buffer) => void, ofOfferer: boolean): void {
    let queue = Promise.resolve();
    from.onMessage((bytes) => {
      queue = queue.then(async () => send(typeof bytes === 'string' ? bytes : await this.change(bytes, ofOfferer)));
    });
  }

  private async change(bytes: Buffer, ofOfferer: boolean): Promise<Buffer> {
    const frame = decoder.decode(bytes) as Fields;
    if (frame.type !== CALL_SIGNAL) return bytes;
    const { mess } = frame as unknown as Wired;
    mess.signal = await this.replace(mess.signal, ofOfferer);
    return Buffer.from(encoder.encode(frame));
  }

  private async replace(signal: Fields, ofOfferer: boolean): Promise<Fields> {
    const { sdp } = (signal.description ?? {}) as { sdp?: string };
    const run = <T>(name: string, ...given: unknown[]): Promise<T> => this.page.evaluate(
      async ([called, values]) => await (globalThis as never as Record<string, (...all: unknown[]) => Promise<T>>)[called as string]?.(...values as unknown[]) as T,
      [name, given] as const);
    switch (signal.type) {
      case 'offer': {
        this.answered = await run<string>('answer', sdp);
        const offer = await run<string>('offer');
        const verify = this.clever ? await commitmentOf(fingerprintsOf(offer), this.nonce) : signal.verify;
        return { ...signal, description: { type: 'offer', sdp: offer }, verify };
      }
      case 'answer':
        await run('agree', sdp);
        return { ...signal, description: { type: 'answer', sdp: this.answered } };
      case 'verify':
        return this.clever ? { ...signal, verify: this.nonce } : signal;
      case 'new-ice-candidate':
        await run('hear', ofOfferer, signal.candidate);
        // Its number must come, with nothing in it.
        return { type: 'nothing' };
      default:
        return signal;
    }
  }
}

test.each([
  ['that passes on what it cannot make', false],
  ['that plays both parts of the exchange', true],
])('a server in the middle %s is found out', async (_, clever) => {
  const middle = await Middle.open(clever);
  const names = [`mid-ann-${clever}`, `mid-bob-${clever}`] as const;
  // Who comes later offers: bob does, to ann, whose connection is tapped.
  const ann = await Caller.inside(stage.browser, stage.server.page, names[0], {}, (page) => middle.take(page));
  const bob = await Caller.inside(stage.browser, stage.server.page, names[1]);
  await ann.find(names[1]);
  await ann.call();
  await bob.answer();
  await bob.row();
  if (clever) {
    const [hers, his] = [await ann.row(), await bob.row()];
    expect(hers).not.toBe(his);
  } else {
    await ann.tile(names[1]).getByRole('img', { name: 'The connection was tampered with' }).waitFor();
    await (await ann.doctor()).getByText('Somebody sits between you and this person.').waitFor();
  }
  await Promise.all([ann.leave(), bob.leave(), middle.close()]);
});
