// What getStats tells of a peer connection, as figures of the time since it was asked last.

export interface LinkStats {
  /** When it was measured (ms). */
  at: number;
  /** How packets go: from one to the other, over a relay, or unknown as long as there is no way. */
  route: 'direct' | 'relayed' | 'none';
  /** Of the way: udp, tcp, tls. */
  protocol: string;
  /** Milliseconds there and back; null: not known. */
  roundTrip: number | null;
  /** Part of the packets that was lost: those sent, as the other side tells, and those that should have come. */
  lossSent: number | null;
  lossReceived: number | null;
  /** Bits a second. */
  sending: number;
  receiving: number;
  /** Of the camera or screen that comes. */
  framesReceived: number;
  height: number;
  /** Why the browser sends less than it might: `cpu`, `bandwidth`, `none`, "". */
  limitedBy: string;
  /** Kinds of candidates that were found here and there: host, srflx, prflx, relay. */
  local: string[];
  remote: string[];
}

type Report = Iterable<Record<string, unknown>>;

interface Counts {
  at: number;
  sent: number;
  lost: number;
  arrived: number;
  missed: number;
  bytesOut: number;
  bytesIn: number;
}

const number = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);

/** The part that was lost of what changed between two counts; null when nothing went. */
function lossOf(lost: number, arrived: number): number | null {
  const all = lost + arrived;
  return all > 0 ? Math.min(1, Math.max(0, lost) / all) : null;
}

export class LinkMeter {
  private before: Counts | null = null;

  read(report: Report, at: number): LinkStats {
    const entries = [...report];
    const of = (type: string) => entries.filter((entry) => entry.type === type);
    const byId = new Map(entries.map((entry) => [entry.id, entry]));
    const sum = (list: Record<string, unknown>[], field: string) => list.reduce((total, entry) => total + number(entry[field]), 0);
    const incoming = of('inbound-rtp');
    const outgoing = of('outbound-rtp');
    const heard = of('remote-inbound-rtp');
    const pictures = incoming.filter(({ kind }) => kind === 'video');
    const pair = this.pairOf(of('transport'), of('candidate-pair'), byId);
    const [local, remote] = [byId.get(pair?.localCandidateId), byId.get(pair?.remoteCandidateId)];
    const now: Counts = {
      at, sent: sum(outgoing, 'packetsSent'), lost: sum(heard, 'packetsLost'),
      arrived: sum(incoming, 'packetsReceived'), missed: sum(incoming, 'packetsLost'),
      bytesOut: sum(outgoing, 'bytesSent'), bytesIn: sum(incoming, 'bytesReceived'),
    };
    // A peer connection that was built anew counts from 0.
    const last = this.before && now.arrived >= this.before.arrived && now.sent >= this.before.sent ? this.before : null;
    const seconds = last ? (at - last.at) / 1000 : 0;
    const rate = (bytes: number, since: number) => (seconds > 0 ? Math.round(((bytes - since) * 8) / seconds) : 0);
    this.before = now;
    const lost = now.lost - (last?.lost ?? 0);
    const missed = now.missed - (last?.missed ?? 0);
    return {
      at,
      route: !pair ? 'none' : local?.candidateType === 'relay' || remote?.candidateType === 'relay' ? 'relayed' : 'direct',
      protocol: String(local?.relayProtocol ?? local?.protocol ?? ''),
      roundTrip: pair && typeof pair.currentRoundTripTime === 'number' ? Math.round(pair.currentRoundTripTime * 1000) : null,
      lossSent: lossOf(lost, now.sent - (last?.sent ?? 0) - lost),
      lossReceived: lossOf(missed, now.arrived - (last?.arrived ?? 0)),
      sending: rate(now.bytesOut, last?.bytesOut ?? 0),
      receiving: rate(now.bytesIn, last?.bytesIn ?? 0),
      framesReceived: sum(pictures, 'framesDecoded'),
      height: Math.max(0, ...pictures.map(({ frameHeight }) => number(frameHeight))),
      limitedBy: String(outgoing.find(({ kind }) => kind === 'video')?.qualityLimitationReason ?? ''),
      local: kindsOf(of('local-candidate')),
      remote: kindsOf(of('remote-candidate')),
    };
  }

  private pairOf(transports: Record<string, unknown>[], pairs: Record<string, unknown>[], byId: Map<unknown, Record<string, unknown>>) {
    const selected = transports.map(({ selectedCandidatePairId }) => byId.get(selectedCandidatePairId)).find(Boolean);
    // Firefox has no transport, and marks the pair.
    return selected ?? pairs.find(({ selected: marked, nominated, state }) => marked === true || (nominated === true && state === 'succeeded'));
  }
}

const kindsOf = (candidates: Record<string, unknown>[]): string[] =>
  [...new Set(candidates.map(({ candidateType }) => String(candidateType)))].sort();
