// How much is sent to each: less with more people, and less on a line that loses packets. Sound comes first.
import type { Slot } from './peer_connection';

export interface Plan {
  /** Bits a second, and lines of the picture. */
  camera: { bits: number; height: number; rate: number };
  screen: { bits: number; rate: number };
  audio: { bits: number };
}

const STEPS: readonly { people: number; bits: number; height: number; rate: number }[] = [
  { people: 2, bits: 1_700_000, height: 720, rate: 30 },
  { people: 3, bits: 900_000, height: 540, rate: 30 },
  { people: 4, bits: 600_000, height: 360, rate: 24 },
  { people: 6, bits: 350_000, height: 270, rate: 20 },
  { people: Infinity, bits: 220_000, height: 180, rate: 15 },
];
/** Loss from which on a line counts as poor, and as very poor. */
const POOR = 0.03;
const VERY_POOR = 0.1;

/** What to send to one of `people` in a call, whose line loses the part `loss` of what is sent. */
export function planFor(people: number, loss: number): Plan {
  const at = STEPS.findIndex((step) => people <= step.people);
  const worse = loss >= VERY_POOR ? 2 : loss >= POOR ? 1 : 0;
  const { bits, height, rate } = STEPS[Math.min(STEPS.length - 1, at + worse)] as (typeof STEPS)[number];
  return {
    camera: { bits: worse === 2 ? Math.min(bits, 150_000) : bits, height, rate },
    screen: { bits: Math.max(300_000, Math.round(2_500_000 / Math.max(1, people - 1) / (1 + worse))), rate: worse ? 5 : 15 },
    audio: { bits: worse === 2 ? 20_000 : 40_000 },
  };
}

/** Lines of a picture that browsers send at once, before they know what the line takes. */
const FIRST_LINES = 180;

/** What to send over a new connection, so that the first picture is there at once. */
export const beginningOf = (plan: Plan): Plan => ({ ...plan, camera: { ...plan.camera, height: Math.min(FIRST_LINES, plan.camera.height) } });

export const samePlan = (a: Plan | null, b: Plan): boolean => JSON.stringify(a) === JSON.stringify(b);

export async function limitSender(sender: RTCRtpSender, slot: Slot, plan: Plan): Promise<void> {
  const parameters = sender.getParameters();
  const [encoding] = parameters.encodings;
  if (!encoding) return;
  if (slot === 'audio') {
    Object.assign(encoding, { maxBitrate: plan.audio.bits, priority: 'high', networkPriority: 'high' });
  } else if (slot === 'camera') {
    const height = sender.track?.getSettings().height ?? plan.camera.height;
    Object.assign(encoding, {
      maxBitrate: plan.camera.bits, maxFramerate: plan.camera.rate, scaleResolutionDownBy: Math.max(1, height / plan.camera.height),
    });
    Object.assign(parameters, { degradationPreference: 'maintain-framerate' });
  } else {
    Object.assign(encoding, { maxBitrate: plan.screen.bits, maxFramerate: plan.screen.rate });
    Object.assign(parameters, { degradationPreference: 'maintain-resolution' });
  }
  await sender.setParameters(parameters);
}
