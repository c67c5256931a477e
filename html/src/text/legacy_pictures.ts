/**
 * What the pictures of the PHP original's two sets mean, by their numbers. The pictures are not freely
 * licensed, so messages that name them are shown by these.
 */
const SETS: Readonly<Record<string, readonly string[]>> = {
  ymj: [
    '🧧', '🥺', '💪', '😤', '😮', '🥹', '🏃', '🍜', '😖', '😎', '🏖️', '😄',
    '😴', '😏', '🤔', '🥰', '🙏', '🙅', '🙂', '👋', '😘', '😵', '👏', '😣',
  ],
  ywz: [
    '', '😩', '🙈', '🛍️', '😭', '✂️', '💪', '👍', '😋', '😱', '😂', '😍', '🙇', '👀',
    '🏃', '😨', '🎂', '🤑', '😤', '🤩', '🤤', '💃', '😒', '😎', '😜',
  ],
};

const PATH = /\/(?:emotion|emoji)\/([a-z0-9-]+)\/([0-9]{1,2})\.(?:gif|png)$/i;

/** The emoji that a picture of the original's stands for, by the picture's path. */
export function emojiOfPicture(path: string): string | undefined {
  const match = PATH.exec(path);
  if (!match) return undefined;
  const set = SETS[(match[1] ?? '').toLowerCase()];
  return set?.[Number(match[2])] || undefined;
}
