/** The sticker set that comes with the page, made by tools/stickers.mjs from Microsoft's Fluent Emoji. */
export const STICKER_SET = 'fluent';

export const STICKERS = [
  'thumbs-up', 'clapping-hands', 'raising-hands', 'folded-hands', 'handshake', 'heart-hands', 'red-heart', 'broken-heart',
  'grinning-squinting-face', 'face-with-tears-of-joy', 'smiling-face-with-heart-eyes', 'face-blowing-a-kiss',
  'hugging-face', 'saluting-face', 'thinking-face', 'face-with-monocle', 'melting-face', 'sleeping-face',
  'loudly-crying-face', 'face-screaming-in-fear', 'partying-face', 'party-popper', 'birthday-cake', 'red-envelope',
  'firecracker', 'fire', 'rocket', 'rainbow', 'panda', 'cat-face', 'dog-face', 'ghost',
] as const;

export type Sticker = (typeof STICKERS)[number];

/** The name of a sticker's file, as messages name it within its set. */
export function stickerFile(sticker: string): string {
  return `${sticker}.svg`;
}

/** Where a sticker lies, from what its message says: `set_name`, or a path of the server's. "" when it says neither. */
export function stickerUrl(said: string): string {
  const named = /^([\w-]+?)_([\w-]+(?:\.\w+)?)$/.exec(said) ?? /^\/images\/emotion\/([\w-]+)\/([\w-]+(?:\.\w+)?)$/.exec(said);
  return named ? `${import.meta.env.BASE_URL}images/emotion/${named[1]}/${named[2]}` : '';
}
