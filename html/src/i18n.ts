// The page's words: one locale file is loaded at a time, the one in use.
import { createI18n } from 'vue-i18n';

import type { Language } from './stores/settings';

export type Locale = Exclude<Language, 'system'>;

const FILES: Record<Locale, () => Promise<{ default: object }>> = {
  en: () => import('./locales/en.json'),
  'zh-CN': () => import('./locales/zh-CN.json'),
};

/** Words that come with the first part of the page that needs them. */
const LATER: Record<'call' | 'dialogs' | 'files', Record<Locale, () => Promise<{ default: object }>>> = {
  call: { en: () => import('./locales/call.en.json'), 'zh-CN': () => import('./locales/call.zh-CN.json') },
  dialogs: { en: () => import('./locales/dialogs.en.json'), 'zh-CN': () => import('./locales/dialogs.zh-CN.json') },
  files: { en: () => import('./locales/files.en.json'), 'zh-CN': () => import('./locales/files.zh-CN.json') },
};
type Later = keyof typeof LATER;
const merged = new Map<Later, Promise<void>>();

export const LOCALES: readonly { tag: Locale; name: string }[] = [
  { tag: 'en', name: 'English' },
  { tag: 'zh-CN', name: '简体中文' },
];

export const i18n = createI18n({ legacy: false, locale: 'en', fallbackLocale: [], missingWarn: false, messages: {} });

/** The locale for the user's choice, or for what the browser prefers. */
export function localeFor(language: Language, preferred: readonly string[]): Locale {
  if (language !== 'system') return language;
  for (const tag of preferred) {
    if (tag.startsWith('zh')) return 'zh-CN';
    if (tag.startsWith('en')) return 'en';
  }
  return 'en';
}

/** Loads the locale's words and makes them the page's. */
export async function useLocale(locale: Locale): Promise<void> {
  const words = await FILES[locale]();
  i18n.global.setLocaleMessage(locale, words.default as Record<string, string>);
  await Promise.all([...merged.keys()].map((words) => merge(words, locale)));
  i18n.global.locale.value = locale;
  document.documentElement.lang = locale;
}

function merge(words: Later, locale: Locale): Promise<void> {
  const merging = LATER[words][locale]().then((file) => i18n.global.mergeLocaleMessage(locale, file.default as Record<string, string>));
  merged.set(words, merging);
  // Once more when they are wanted again.
  merging.catch(() => merged.delete(words));
  return merging;
}

async function withWords<Part>(words: Later, load: () => Promise<Part>): Promise<Part> {
  const loading = load();
  await (merged.get(words) ?? merge(words, i18n.global.locale.value as Locale));
  return await loading;
}

/** Loads a part of the page that speaks of calls, of files, or of what is chosen in dialogs, and its words. */
export const withCallWords = <Part>(load: () => Promise<Part>): Promise<Part> => withWords('call', load);
export const withDialogWords = <Part>(load: () => Promise<Part>): Promise<Part> => withWords('dialogs', load);
export const withFileWords = <Part>(load: () => Promise<Part>): Promise<Part> => withWords('files', load);
