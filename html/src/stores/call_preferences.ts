// The devices that the user chose for calls on this browser.
import { defineStore } from 'pinia';
import { reactive, toRefs, watch } from 'vue';

import { useLink } from './link';

export interface CallPreferences {
  /** Ids of devices, "" for the browser's own choice. */
  microphone: string;
  camera: string;
  speaker: string;
  joinMuted: boolean;
  joinWithCamera: boolean;
}

const PLACE = 'call-devices';
const STANDARD: CallPreferences = { microphone: '', camera: '', speaker: '', joinMuted: false, joinWithCamera: true };

function read(kept: string | null): Partial<CallPreferences> {
  try {
    const values = Object.entries((JSON.parse(kept ?? '{}') ?? {}) as object);
    return Object.fromEntries(values.filter(([name, value]) => typeof value === typeof STANDARD[name as keyof CallPreferences]));
  } catch {
    return {};
  }
}

export const useCallPreferences = defineStore('callPreferences', () => {
  const { storage } = useLink().options;
  /** Assign to them: changes are kept. */
  const values = reactive<CallPreferences>({ ...STANDARD, ...read(storage.getItem(PLACE)) });
  watch(values, () => storage.setItem(PLACE, JSON.stringify(values)), { flush: 'sync' });
  return { ...toRefs(values) };
});
