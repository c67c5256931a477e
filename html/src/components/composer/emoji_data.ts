import Database from 'emoji-picker-element/database';
import english from 'emoji-picker-element-data/en/cldr/data.json?url';
import chinese from 'emoji-picker-element-data/zh/cldr/data.json?url';

export interface Emoji {
  unicode: string;
  name: string;
}

/** The groups of the data, by their numbers, each with what stands for it. */
export const GROUPS = [
  { id: 0, sign: '😀', key: 'smileys' },
  { id: 1, sign: '👋', key: 'people' },
  { id: 3, sign: '🐼', key: 'animals' },
  { id: 4, sign: '🍜', key: 'food' },
  { id: 5, sign: '🚀', key: 'travel' },
  { id: 6, sign: '⚽', key: 'activities' },
  { id: 7, sign: '💡', key: 'objects' },
  { id: 8, sign: '❤️', key: 'symbols' },
  { id: 9, sign: '🏁', key: 'flags' },
] as const;

const RECENT = 32;
const opened = new Map<string, Database>();

/** Newer emoji than the system can draw would be boxes. */
const NEWEST = 15;

function of(locale: string): Database {
  const kept = opened.get(locale);
  if (kept) return kept;
  const database = locale === 'zh-CN'
    ? new Database({ dataSource: chinese, locale: 'zh' })
    : new Database({ dataSource: english, locale: 'en' });
  opened.set(locale, database);
  return database;
}

function plain(found: readonly object[]): Emoji[] {
  return found.flatMap((emoji) => {
    if (!('unicode' in emoji) || ('version' in emoji && Number(emoji.version) > NEWEST)) return [];
    return [{ unicode: String(emoji.unicode), name: 'annotation' in emoji ? String(emoji.annotation) : '' }];
  });
}

export async function emojiOfGroup(locale: string, group: number): Promise<Emoji[]> {
  return plain(await of(locale).getEmojiByGroup(group));
}

export async function searchEmoji(locale: string, words: string): Promise<Emoji[]> {
  return plain(await of(locale).getEmojiBySearchQuery(words));
}

/** What was used most. */
export async function recentEmoji(locale: string): Promise<Emoji[]> {
  return plain(await of(locale).getTopFavoriteEmoji(RECENT));
}

export async function countUse(locale: string, unicode: string): Promise<void> {
  await of(locale).incrementFavoriteEmojiCount(unicode);
}
