// Names of files: text that the server takes, and what this client says by one.

/** As many bytes as a name may have. */
const MOST = 255;
const encoder = new TextEncoder();

/** What controls, or turns the direction of what follows: a name is no place for it. */
export const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Without what is not seen, and no longer than names may be; of a long one the end, which says what it is, stays. */
export function fileName(given: string): string {
  const clean = given.replace(/\p{Surrogate}/gu, '\ufffd').replace(UNSEEN, '').trim() || 'file';
  if (encoder.encode(clean).length <= MOST) return clean;
  const end = /\.[^.\s]{1,12}$/.exec(clean)?.[0] ?? '';
  const begin = [...clean.slice(0, clean.length - end.length)];
  while (encoder.encode(`${begin.join('')}…${end}`).length > MOST) begin.length -= 1;
  return `${begin.join('')}…${end}`;
}

/** "PDF" of "plan.pdf"; "" where there is nothing like it. */
export const extensionOf = (name: string): string => /\.([a-z0-9]{1,5})$/i.exec(name)?.[1]?.toUpperCase() ?? '';

const VOICE = /^voice-\d{8}-\d{6}\.(?:webm|ogg|m4a)$/;

/** What a voice message is called: by this it is known to be one. */
export function voiceName(when: Date, type: string): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${when.getFullYear()}${two(when.getMonth() + 1)}${two(when.getDate())}`;
  const time = `${two(when.getHours())}${two(when.getMinutes())}${two(when.getSeconds())}`;
  const end = type.includes('ogg') ? 'ogg' : type.includes('mp4') ? 'm4a' : 'webm';
  return `voice-${day}-${time}.${end}`;
}

export const isVoice = (name: string): boolean => VOICE.test(name);
