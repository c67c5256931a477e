import { reactive } from 'vue';

export interface Toast {
  id: number;
  kind: 'info' | 'error';
  text: string;
}

const LASTS_MS = 5000;
let lastId = 0;

/** What is shown in the corner for a moment, the latest last. */
export const toasts = reactive<Toast[]>([]);

export function dismiss(id: number): void {
  const at = toasts.findIndex((toast) => toast.id === id);
  if (at >= 0) toasts.splice(at, 1);
}

/** Shows words that are already in the reader's language. */
export function say(text: string, kind: Toast['kind'] = 'info'): void {
  lastId += 1;
  const id = lastId;
  toasts.push({ id, kind, text });
  if (toasts.length > 3) toasts.shift();
  setTimeout(() => dismiss(id), LASTS_MS);
}
