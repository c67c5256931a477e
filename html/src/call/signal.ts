// What two clients tell each other to set up their peer connection. Types and names are those of the legacy clients;
// `build` and `verify`, and the last two, are of clients that know them.
import type { Json } from '../protocol/messages.gen';
import { isRecord } from '../protocol/shapes';

export type Signal = (
  | { type: 'offer' | 'answer'; description: RTCSessionDescriptionInit }
  | { type: 'new-ice-candidate'; candidate: RTCIceCandidateInit }
  /** The one who answers asks for a new peer connection in place of `build`. */
  | { type: 'rebuild' }
  | { type: 'verify' }
) & {
  /** Which peer connection of this pair it belongs to, counted by the offerer from 1; absent: the present one. */
  build?: number;
  /** A step of the verification, see verification.ts. */
  verify?: string;
};

const isDescription = (value: unknown): value is RTCSessionDescriptionInit =>
  isRecord(value) && (value.type === 'offer' || value.type === 'answer') && typeof value.sdp === 'string';

/** Null for what is no signal that this client knows. */
export function readSignal(value: unknown): Signal | null {
  if (!isRecord(value)) return null;
  const extra = {
    ...(Number.isInteger(value.build) && { build: value.build as number }),
    ...(typeof value.verify === 'string' && { verify: value.verify }),
  };
  switch (value.type) {
    case 'offer':
    case 'answer': {
      const { description } = value;
      return isDescription(description) && description.type === value.type ? { type: value.type, description, ...extra } : null;
    }
    case 'new-ice-candidate':
      return isRecord(value.candidate) && typeof value.candidate.candidate === 'string'
        ? { type: value.type, candidate: value.candidate, ...extra } : null;
    case 'rebuild':
    case 'verify':
      return { type: value.type, ...extra };
    default:
      return null;
  }
}

export const writeSignal = (signal: Signal): Json => JSON.parse(JSON.stringify(signal)) as Json;
