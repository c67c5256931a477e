// Pictures before they are sent: how large they are, and smaller if that is wanted.
import type { Size } from './zoom';

/** Pixels of the longer side: enough for any screen that shows a chat. */
export const LONGEST = 2048;
/** Bytes below which there is little to gain. */
const SMALL = 600_000;
/** What cameras make. Others lose by it: drawings, what moves. */
const PHOTO = /^image\/(?:jpeg|avif|heic|heif|bmp)$/;
/** Which servers and browsers of others do not show in place. */
const RARE = /^image\/(?:avif|heic|heif|bmp)$/;
const QUALITY = 0.85;

export interface Photo extends Size {
  blob: Blob;
}

export function worthShrinking(type: string, bytes: number, { width, height }: Size): boolean {
  return PHOTO.test(type) && (RARE.test(type) || bytes > SMALL || Math.max(width, height) > LONGEST);
}

/** In whole pixels, with the same sides. */
export function shrunk({ width, height }: Size, longest = LONGEST): Size {
  const factor = Math.min(1, longest / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

async function opened<T>(blob: Blob, work: (picture: ImageBitmap) => Promise<T> | T): Promise<T | null> {
  const picture = await createImageBitmap(blob).catch(() => null);
  if (!picture) return null;
  try {
    return await work(picture);
  } finally {
    picture.close();
  }
}

/** Null for what this browser cannot show. */
export const measured = (blob: Blob): Promise<Size | null> => opened(blob, ({ width, height }) => ({ width, height }));

/** Null where it would not be smaller, or cannot be done. */
export const shrink = (blob: Blob): Promise<Photo | null> => opened(blob, async (picture) => {
  const { width, height } = shrunk(picture);
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) return null;
  context.imageSmoothingQuality = 'high';
  // What is clear is white in a JPEG, not black.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(picture, 0, 0, width, height);
  const made = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', QUALITY));
  return made && (made.size < blob.size * 0.9 || RARE.test(blob.type)) ? { blob: made, width, height } : null;
});

/** The name of what was made smaller. */
export const asJpeg = (name: string): string => `${name.replace(/\.[^.\s]{1,5}$/, '')}.jpg`;
