const ONE = /(?:\p{Regional_Indicator}{2}|[0-9#*]\ufe0f?\u20e3|\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?(?:\u200d\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?)*)/u;
const SOME = new RegExp(`^(?:\\s*${ONE.source}){1,6}\\s*$`, 'u');

/** How many emoji a text consists of, when it is nothing else and at most six; else 0. */
export function countOnlyEmoji(text: string): number {
  if (text.length > 100 || !SOME.test(text)) return 0;
  return text.match(new RegExp(ONE.source, 'gu'))?.length ?? 0;
}
