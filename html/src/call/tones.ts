// The sounds of calls, made on the spot: `ring` at the one who is called, `wait` at the caller, once for the others.

export type Tone = 'ring' | 'wait';
type Note = readonly [pitch: number, at: number, seconds: number];

const PATTERNS: Record<Tone, { notes: readonly Note[]; every: number; volume: number }> = {
  ring: { notes: [[659, 0, 0.35], [784, 0.2, 0.35], [988, 0.4, 0.6]], every: 2_400, volume: 0.12 },
  wait: { notes: [[440, 0, 1]], every: 4_000, volume: 0.05 },
};
const JINGLES = { joined: [[660, 0, 0.2], [880, 0.12, 0.3]], left: [[660, 0, 0.2], [494, 0.12, 0.3]] } as const;

let context: AudioContext | null = null;

/** Browsers keep it silent until the user touched the page. */
function play(notes: readonly Note[], volume: number): void {
  context ??= new AudioContext();
  if (context.state === 'suspended') void context.resume().catch(() => {});
  ring(context, context.destination, notes, volume);
}

function ring(sound: AudioContext, out: AudioNode, notes: readonly Note[], volume: number): void {
  for (const [pitch, at, seconds] of notes) {
    const begin = sound.currentTime + at;
    const tone = new OscillatorNode(sound, { frequency: pitch });
    const loud = new GainNode(sound, { gain: 0 });
    loud.gain.linearRampToValueAtTime(volume, begin + 0.02);
    loud.gain.setValueAtTime(volume, begin + seconds * 0.6);
    loud.gain.linearRampToValueAtTime(0, begin + seconds);
    tone.connect(loud).connect(out);
    tone.start(begin);
    tone.stop(begin + seconds);
  }
}

/** Until what it returns is called. */
export function repeat(tone: Tone): () => void {
  const { notes, every, volume } = PATTERNS[tone];
  play(notes, volume);
  const timer = setInterval(() => play(notes, volume), every);
  return () => clearInterval(timer);
}

/** A few notes on the speaker of that id, "" for the browser's own choice: to hear whether one hears. */
export async function playSample(speaker: string): Promise<void> {
  const sound = new AudioContext();
  const out = sound.createMediaStreamDestination();
  ring(sound, out, PATTERNS.ring.notes, 0.3);
  const audio = new Audio();
  audio.srcObject = out.stream;
  if (speaker) await audio.setSinkId?.(speaker).catch(() => {});
  await audio.play().catch(() => {});
  setTimeout(() => {
    audio.srcObject = null;
    void sound.close();
  }, 2_000);
}

export const jingle = (which: keyof typeof JINGLES): void => play(JINGLES[which], 0.05);
