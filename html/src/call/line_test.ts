// Whether this browser can call at all, and whether each STUN and TURN server that the server names answers: asked one
// by one, without anybody else.

export type LineKind = 'browser' | 'stun' | 'turn_udp' | 'turn_tcp' | 'turn_tls';

export interface Line {
  kind: LineKind;
  /** Where it is, as the operator wrote it; "" for the browser itself. */
  place: string;
  /** To be asked alone. */
  server: RTCIceServer | null;
}

/**
 * works; no_answer: nothing comes back; refused: it answers, and does not take the credentials; quota: it has given all
 * that it gives; blocked: the browser finds no network.
 */
export type LineVerdict = 'works' | 'no_answer' | 'refused' | 'quota' | 'blocked';

export interface LineResult {
  verdict: LineVerdict;
  /** Until it answered (ms). */
  ms: number;
}

/** What a peer connection with only that server found. */
export interface Gathered {
  types: readonly string[];
  /** Codes of STUN and TURN errors. */
  errors: readonly number[];
  /** Whether the browser was done in time. */
  complete: boolean;
}

const PATIENCE_MS = 10_000;
const REFUSED = new Set([400, 401, 403, 431, 438, 441]);
const QUOTA = new Set([486, 508]);

function kindOf(url: string): LineKind {
  if (/^stuns?:/i.test(url)) return 'stun';
  if (/^turns:/i.test(url)) return 'turn_tls';
  return /[?&]transport=tcp/i.test(url) ? 'turn_tcp' : 'turn_udp';
}

/** The browser itself, and each address of each server. */
export function linesOf(servers: readonly RTCIceServer[]): Line[] {
  const each = servers.flatMap((server) => [server.urls].flat().map((url) => ({
    kind: kindOf(url), place: url.replace(/^\w+:/, '').replace(/\?.*$/, ''), server: { ...server, urls: [url] },
  })));
  return [{ kind: 'browser', place: '', server: null }, ...each];
}

/** `tellsErrors`: not every browser does. */
export function verdictOfLine(kind: LineKind, { types, errors, complete }: Gathered, tellsErrors: boolean): LineVerdict {
  if (kind === 'browser') return types.length > 0 ? 'works' : 'blocked';
  if (types.includes(kind === 'stun' ? 'srflx' : 'relay')) return 'works';
  if (errors.some((code) => REFUSED.has(code))) return 'refused';
  if (errors.some((code) => QUOTA.has(code))) return 'quota';
  // Without address translation the answer tells nothing new.
  return kind === 'stun' && complete && tellsErrors && errors.length === 0 ? 'works' : 'no_answer';
}

export async function testLine({ kind, server }: Line, create = (to: RTCConfiguration) => new RTCPeerConnection(to)): Promise<LineResult> {
  const relay = kind.startsWith('turn');
  const pc = create({ iceServers: server ? [server] : [], iceTransportPolicy: relay ? 'relay' : 'all' });
  const gathered = { types: [] as string[], errors: [] as number[], complete: false };
  const wanted = kind === 'browser' ? /./ : kind === 'stun' ? /srflx/ : /relay/;
  const begun = Date.now();
  await new Promise<void>((done) => {
    const timer = setTimeout(done, PATIENCE_MS);
    const finish = (): void => {
      clearTimeout(timer);
      done();
    };
    pc.onicecandidate = ({ candidate }) => {
      if (candidate?.candidate) gathered.types.push(candidate.type ?? / typ (\w+)/.exec(candidate.candidate)?.[1] ?? '');
      else if (!candidate) gathered.complete = true;
      if (!candidate || wanted.test(gathered.types.at(-1) ?? '')) finish();
    };
    pc.onicecandidateerror = ({ errorCode }) => {
      gathered.errors.push(errorCode);
      if (REFUSED.has(errorCode) || QUOTA.has(errorCode)) finish();
    };
    pc.createDataChannel('test');
    pc.setLocalDescription().catch(finish);
  });
  pc.close();
  return { verdict: verdictOfLine(kind, gathered, 'onicecandidateerror' in RTCPeerConnection.prototype), ms: Date.now() - begun };
}
