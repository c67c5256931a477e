// The shape of a sound, for a voice message: of what was just recorded, and of what arrived.

export const BARS = 40;
/** What is larger is not fetched for its shape alone. */
const LARGEST = 3_000_000;
const KEPT = 60;

export interface Shape {
  /** From 0 to 1. */
  peaks: number[];
  seconds: number;
}

/** The loudest of each part, as shares of the loudest of all. */
export function peaksOf(samples: ArrayLike<number>, count = BARS): number[] {
  const peaks = Array.from({ length: count }, (_, part) => {
    const from = Math.floor(part * samples.length / count);
    const to = Math.max(from + 1, Math.floor((part + 1) * samples.length / count));
    let most = 0;
    for (let index = from; index < to && index < samples.length; index += 1) most = Math.max(most, Math.abs(samples[index] as number));
    return most;
  });
  const loudest = Math.max(...peaks);
  // Silence stays silence.
  return peaks.map((peak) => (loudest > 0.005 ? peak / loudest : 0));
}

const shapes = new Map<string, Promise<Shape | null>>();

/** Null for what this browser does not understand. */
async function decoded(bytes: ArrayBuffer): Promise<Shape | null> {
  try {
    const sound = await new OfflineAudioContext(1, 1, 16_000).decodeAudioData(bytes);
    return { peaks: peaksOf(sound.getChannelData(0)), seconds: sound.duration };
  } catch {
    return null;
  }
}

async function fetched(url: string): Promise<Shape | null> {
  const response = await fetch(url, { credentials: 'same-origin' }).catch(() => null);
  return response?.ok ? await decoded(await response.arrayBuffer()) : null;
}

export const shapeOfBlob = async (blob: Blob): Promise<Shape | null> => await decoded(await blob.arrayBuffer());

/** Null where it cannot be had. */
export function shapeOf(url: string, size: number): Promise<Shape | null> {
  if (!url || size > LARGEST) return Promise.resolve(null);
  const known = shapes.get(url) ?? fetched(url);
  shapes.set(url, known);
  if (shapes.size > KEPT) shapes.delete(shapes.keys().next().value as string);
  return known;
}
