// What is wrong with the way to somebody in a call, in one word for the locale, and the report for whoever helps.
import type { LinkStats } from './link_stats';
import type { Peer, PeerState } from './peer';

/**
 * good, relayed: nothing to mend; connecting; interrupted: it tries again; blocked: nothing gets through though it was
 * tried again and again; away: the other one has lost the server; slow_way: packets are lost or late both ways or of unknown side;
 * slow_here, slow_there: the side whose packets get lost, or whose computer is too slow.
 */
export type Verdict = 'good' | 'relayed' | 'connecting' | 'interrupted' | 'blocked' | 'away' | 'slow_way' | 'slow_here' | 'slow_there';

export interface Findings {
  state: PeerState;
  /** Times that the connection was built anew without success. */
  attempts: number;
  /** Whether the other one has a connection to the server. */
  joined: boolean;
  stats: LinkStats | null;
  /** Whether a relay (TURN) was there to be used. */
  relay: boolean;
  /** Codes of what STUN and TURN servers did not do. */
  serverErrors: ReadonlySet<number>;
}

const LOSS = 0.05;
const SLOW_MS = 400;
const GIVEN_UP = 3;

export function verdictOf({ state, attempts, joined, stats }: Findings): Verdict {
  if (state !== 'connected') {
    if (!joined) return 'away';
    if (attempts >= GIVEN_UP) return 'blocked';
    return state;
  }
  if (!stats) return 'good';
  const [sent, received] = [(stats.lossSent ?? 0) > LOSS, (stats.lossReceived ?? 0) > LOSS];
  if (sent && received) return 'slow_way';
  if (sent || stats.limitedBy === 'cpu') return 'slow_here';
  if (received) return 'slow_there';
  if ((stats.roundTrip ?? 0) > SLOW_MS) return 'slow_way';
  return stats.route === 'relayed' ? 'relayed' : 'good';
}

/** What may be the reason that nothing gets through, as far as the candidates tell. */
export type Hint = 'no_relay' | 'relay_refused' | 'relay_silent' | 'no_candidates' | 'none';
/** What TURN answers to credentials that it does not know. */
const UNAUTHORIZED = 401;

export function hintOf({ state, stats, relay, attempts, serverErrors }: Findings): Hint {
  if (state === 'connected' || attempts < 1) return 'none';
  if (!relay) return 'no_relay';
  if (serverErrors.has(UNAUTHORIZED)) return 'relay_refused';
  if (stats && !stats.local.includes('relay')) return stats.local.length === 0 ? 'no_candidates' : 'relay_silent';
  return 'none';
}

const percent = (part: number | null): string => (part === null ? '?' : `${(part * 100).toFixed(1)} %`);

/** Plain English for support, without names: people are given by the number that the page shows. */
export function reportOf(who: string, findings: Findings, peer: Pick<Peer, 'log' | 'build' | 'offers'> | null): string {
  const { stats } = findings;
  const lines = [
    `${who}: ${verdictOf(findings)} (${findings.state}, connection ${peer?.build ?? 0}, ${peer?.offers ? 'offers' : 'answers'}, hint ${hintOf(findings)})`,
  ];
  if (stats) {
    lines.push(
      `  way ${stats.route} ${stats.protocol}, round trip ${stats.roundTrip ?? '?'} ms, lost: sent ${percent(stats.lossSent)}, received ${percent(stats.lossReceived)}`,
      `  sending ${stats.sending} bit/s (limited by ${stats.limitedBy || '?'}), receiving ${stats.receiving} bit/s, ${stats.framesReceived} frames, ${stats.height} lines`,
      `  candidates here ${stats.local.join(' ') || 'none'}, there ${stats.remote.join(' ') || 'none'}`,
    );
  }
  for (const line of peer?.log ?? []) lines.push(`  ${line}`);
  return lines.join('\n');
}
