// A short row of emoji that is the same on both sides of a peer connection exactly if nobody sits between them. It is
// made from both DTLS fingerprints and from two random numbers. The offerer commits itself to its number first and
// shows it last, so somebody in between has one guess, and cannot look for certificates that give the same row.
const ROW = 5;

/** 64, easy to tell apart and to name aloud. */
export const EMOJI: readonly string[] = [...
  '🐶🐱🦁🐴🦄🐷🐘🐰🐼🐓🐧🐢🐟🐙🦋🌷🌳🌵🍄🌏🌙🔥🍌🍎🍓🌽🍕🎂😀🤖🎩👓🔧🎅👍⌛⏰🎁💡📕📎🔒🔑🔨🏁🚂🚲🚀🏆⚽🎸🎺🔔⚓🎧📁📌🚗🌈🍒🥕🐝🦉🎈'];

const hex = (bytes: ArrayBuffer | Uint8Array): string =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

const digest = (words: readonly string[]): Promise<ArrayBuffer> =>
  crypto.subtle.digest('SHA-256', new TextEncoder().encode(['chatd call', ...words].join('\n')));

/** The fingerprints of a session description, in one order. */
export function fingerprintsOf(sdp: string): string {
  const found = [...sdp.matchAll(/^a=fingerprint:(\S+) (\S+)\s*$/gm)].map(([, hash, value]) => `${hash?.toLowerCase()} ${value?.toUpperCase()}`);
  return [...new Set(found)].sort().join(',');
}

export const drawNonce = (): string => hex(crypto.getRandomValues(new Uint8Array(16)));

export async function commitmentOf(fingerprints: string, nonce: string): Promise<string> {
  return hex(await digest(['commitment', fingerprints, nonce]));
}

interface Side {
  fingerprints: string;
  nonce: string;
}

export async function rowOf(offerer: Side, answerer: Side): Promise<string[]> {
  const bytes = new Uint8Array(await digest(['row', offerer.fingerprints, answerer.fingerprints, offerer.nonce, answerer.nonce]));
  return [...bytes.slice(0, ROW)].map((byte) => EMOJI[byte % EMOJI.length] as string);
}

/** One side's part of the exchange for one peer connection. */
export class Verification {
  /** The row, once both numbers are known. */
  row: readonly string[] | null = null;
  /** The other side showed another number than the one it had committed itself to. */
  broken = false;
  private readonly nonce = drawNonce();
  private commitment = '';

  constructor(private readonly offers: boolean, private readonly local: () => string, private readonly remote: () => string) {}

  /** What this side's first description carries. */
  async ours(): Promise<string> {
    return this.offers ? await commitmentOf(fingerprintsOf(this.local()), this.nonce) : this.nonce;
  }

  /** Takes what the other side's message carried; what is to be sent in return, "" for nothing. */
  async take(said: string): Promise<string> {
    if (this.row || this.broken) return '';
    if (this.offers) {
      await this.complete(said);
      return this.nonce;
    }
    if (!this.commitment) this.commitment = said;
    else if (await commitmentOf(fingerprintsOf(this.remote()), said) === this.commitment) await this.complete(said);
    else this.broken = true;
    return '';
  }

  private async complete(other: string): Promise<void> {
    const ours = { fingerprints: fingerprintsOf(this.local()), nonce: this.nonce };
    const theirs = { fingerprints: fingerprintsOf(this.remote()), nonce: other };
    this.row = this.offers ? await rowOf(ours, theirs) : await rowOf(theirs, ours);
  }
}
