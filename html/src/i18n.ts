// The page's words: one locale file is loaded at a time, the one in use.
import { createI18n } from 'vue-i18n';

import type { Language } from './stores/settings';

export type Locale = Exclude<Language, 'system'>;

const FILES: Record<Locale, () => Promise<{ default: object }>> = {
  en: () => import('./locales/en.json'),
  'zh-CN': () => import('./locales/zh-CN.json'),
};

/** The words of calls come with the first of their parts that is shown. */
const CALL_FILES: Record<Locale, () => Promise<{ default: object }>> = {
  en: () => import('./locales/call.en.json'),
  'zh-CN': () => import('./locales/call.zh-CN.json'),
};
let callWords: Promise<void> | null = null;

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
  if (callWords) await (callWords = mergeCallWords(locale));
  i18n.global.locale.value = locale;
  document.documentElement.lang = locale;
}

async function mergeCallWords(locale: Locale): Promise<void> {
  i18n.global.mergeLocaleMessage(locale, (await CALL_FILES[locale]()).default as Record<string, string>);
}

/** Loads a part of the page that speaks of calls, and its words. */
export async function withCallWords<Part>(load: () => Promise<Part>): Promise<Part> {
  const loading = load();
  await (callWords ??= mergeCallWords(i18n.global.locale.value as Locale));
  return await loading;
}
