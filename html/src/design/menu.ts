import type { Component } from 'vue';

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
