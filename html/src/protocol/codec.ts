// Between messages and the bytes of a WebSocket frame: one msgpack map each. What comes in is checked before
// anybody relies on it; a message that does not hold what its type promises is no message.
import { Decoder, Encoder } from '@msgpack/msgpack';

import type { Json, ServerMessage } from './messages.gen';
import { hasShape, isRecord } from './shapes';

/** A message of the server whose type this client need not know. */
export interface Frame {
  type: number;
  timestamp: number;
  trace_id: string;
  id?: string;
  [field: string]: unknown;
}

/** What a request holds beside its type. */
export type Fields = Record<string, Json | undefined>;

const encoder = new Encoder({ ignoreUndefined: true });
const LIMIT = 64 * 1024 * 1024;
const decoder = new Decoder({ maxStrLength: LIMIT, maxBinLength: 0, maxArrayLength: 1_000_000, maxMapLength: 1_000_000, maxExtLength: 0 });

export function encode(message: Fields): Uint8Array<ArrayBuffer> {
  return encoder.encode(message) as Uint8Array<ArrayBuffer>;
}

/** Null when the bytes are no message, or one that lacks what its type must hold. */
export function decode(bytes: ArrayBuffer | Uint8Array): Frame | null {
  let value: unknown;
  try {
    value = decoder.decode(bytes);
  } catch {
    return null;
  }
  if (!isRecord(value) || !Number.isInteger(value.type)) return null;
  const frame = { timestamp: 0, trace_id: '', ...value } as Frame;
  return hasShape(frame.type, frame) ? frame : null;
}

/** Narrows a frame, whose shape `decode` has checked, by its type. */
export function is<T extends ServerMessage['type']>(frame: Frame, ...types: T[]):
  frame is Frame & Extract<ServerMessage, { type: T }> {
  return (types as number[]).includes(frame.type);
}

/** Bytes of a request as it would be sent. */
export const sizeOf = (message: Fields): number => encoder.encodeSharedRef(message).length;
