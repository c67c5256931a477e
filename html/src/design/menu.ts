import { shallowRef, type Component } from 'vue';

/** An entry of a menu; `line` draws one above it. */
export interface MenuAction {
  key: string;
  label: string;
  icon?: Component;
  danger?: boolean;
  disabled?: boolean;
  line?: boolean;
  run: () => void;
}

interface OpenMenu {
  actions: MenuAction[];
  /** What it belongs to: beside it, it opens, and it gets the focus back. */
  opener: HTMLElement;
  /** Of the window, where it opens instead. */
  point?: { x: number; y: number };
  align: 'start' | 'end';
}

/** The menu that is open: one at a time. MenuHost.vue draws it. */
export const openMenu = shallowRef<OpenMenu | null>(null);

export function closeMenu(): void {
  openMenu.value = null;
}
