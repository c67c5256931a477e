import { useEventListener } from '@vueuse/core';

import { useConversations } from '../../stores/conversations';
import { showSettings, showShortcuts, showSwitcher } from './dialogs';
import { catchKeys } from './early_keys';
import { overlays } from './overlay';

interface Keys {
  open: (key: string) => void;
  current: () => string;
  search: () => void;
  escape: () => void;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** An input method takes its own keys: 229 is what some browsers tell of them. */
export const isComposing = (event: KeyboardEvent): boolean => event.isComposing || event.keyCode === 229;

/** The page's shortcuts, as Element and Telegram Web have them. */
export function useKeyboard(keys: Keys): void {
  const conversations = useConversations();

  function step(by: 1 | -1, unreadOnly: boolean): void {
    const all = conversations.list;
    const from = all.findIndex(({ key }) => key === keys.current());
    for (let at = from + by; at >= 0 && at < all.length; at += by) {
      const place = all[at];
      if (place && (!unreadOnly || place.unread > 0)) return keys.open(place.key);
    }
  }

  useEventListener(document, 'keydown', (event) => {
    if (isComposing(event) || event.defaultPrevented) return;
    const control = event.ctrlKey || event.metaKey;
    if (control && !event.altKey && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      if (overlays.length === 0) showSwitcher(catchKeys());
      return;
    }
    // Menus and dialogs keep their own keys.
    if (overlays.length > 0 || (event.target as Element | null)?.closest?.('[role="menu"], [role="dialog"]')) return;
    if (event.altKey && !control && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      event.preventDefault();
      step(event.key === 'ArrowUp' ? -1 : 1, event.shiftKey);
    } else if (control && event.key === ',') {
      event.preventDefault();
      showSettings();
    } else if (control && event.shiftKey && event.key.toLowerCase() === 'f') {
      event.preventDefault();
      keys.search();
    } else if (event.key === 'Escape') {
      keys.escape();
    } else if (event.key === '?' && !control && !isTyping(event.target)) {
      event.preventDefault();
      showShortcuts();
    }
  });
}
