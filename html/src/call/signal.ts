// What two clients tell each other to set up their peer connection. Types and names are those of the legacy clients;
// `build` and `verify`, and the last three, are of clients that know them.
import type { Json } from '../protocol/messages.gen';
import { isRecord } from '../protocol/shapes';

/** Of the one who records: ask, over; of the other one: agree, and refuse, also later. */
export type RecordingStep = 'ask' | 'agree' | 'refuse' | 'over';
const STEPS: readonly unknown[] = ['ask', 'agree', 'refuse', 'over'] satisfies RecordingStep[];

export type Signal = (
  | { type: 'offer' | 'answer'; description: RTCSessionDescriptionInit }
  | { type: 'new-ice-candidate'; candidate: RTCIceCandidateInit }
  /** The one who answers asks for a new peer connection in place of `build`. */
  | { type: 'rebuild' }
  | { type: 'verify' }
  /** About a recording by one of the two, see consent.ts. */
  | { type: 'recording'; step: RecordingStep }
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
    case 'recording':
      return STEPS.includes(value.step) ? { type: value.type, step: value.step as RecordingStep } : null;
    default:
      return null;
  }
}

export const writeSignal = (signal: Signal): Json => JSON.parse(JSON.stringify(signal)) as Json;
