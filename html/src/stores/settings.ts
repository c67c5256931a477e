// What the user chose about this browser; kept in localStorage, the same for every tab.
import { defineStore } from 'pinia';
import { reactive, toRefs, watch } from 'vue';

import { useLink } from './link';

export type Theme = 'system' | 'light' | 'dark';
export type Language = 'system' | 'en' | 'zh-CN';
export type NoticeLevel = 'all' | 'mentions' | 'none';

export interface Settings {
  language: Language;
  theme: Theme;
  /** Factor on the text's size, 0.85 to 1.5. */
  textScale: number;
  /** Enter sends; else Ctrl+Enter does. */
  enterSends: boolean;
  /** What makes a sound or a browser notification. */
  noticeLevel: NoticeLevel;
  sound: boolean;
  /** Browser notifications; asks for nothing, see the notices store. */
  desktop: boolean;
}

export const DEFAULTS: Settings = {
  language: 'system', theme: 'system', textScale: 1, enterSends: true,
  noticeLevel: 'all', sound: true, desktop: false,
};

const PLACE = 'settings';
const CHOICES: { [Name in keyof Settings]?: readonly unknown[] } = {
  language: ['system', 'en', 'zh-CN'],
  theme: ['system', 'light', 'dark'],
  noticeLevel: ['all', 'mentions', 'none'],
};

/** What was kept, as far as it still means something. */
export function readSettings(kept: string | null): Partial<Settings> {
  let values: unknown;
  try {
    values = JSON.parse(kept ?? '{}');
  } catch {
    return {};
  }
  const known = Object.entries(values ?? {}).filter(([name, value]) => {
    const standard = DEFAULTS[name as keyof Settings];
    const choices = CHOICES[name as keyof Settings];
    return choices ? choices.includes(value) : typeof value === typeof standard;
  });
  const settings: Partial<Settings> = Object.fromEntries(known);
  if (settings.textScale !== undefined && !(settings.textScale >= 0.85 && settings.textScale <= 1.5)) delete settings.textScale;
  return settings;
}

export const useSettings = defineStore('settings', () => {
  const { storage, surroundings } = useLink().options;
  /** Assign to them: changes are kept. */
  const values = reactive<Settings>({ ...DEFAULTS, ...readSettings(storage.getItem(PLACE)) });

  watch(values, () => storage.setItem(PLACE, JSON.stringify(values)), { flush: 'sync' });
  surroundings?.window.addEventListener('storage', (event) => {
    const { key, newValue } = event as StorageEvent;
    if (key === PLACE) Object.assign(values, readSettings(newValue));
  });

  return { ...toRefs(values) };
});
