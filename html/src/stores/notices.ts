// How the user is told of news: title, favicon, sound, browser notifications. Which message is news is decided here;
// the browser's part is given by the page (notice_devices.ts).
import { defineStore } from 'pinia';
import { ref, watch } from 'vue';

import type { Entry } from '../connection/entry';
import { LOBBY } from '../protocol/conversation';
import { useConversations } from './conversations';
import { useLink } from './link';
import { useMessages } from './messages';
import { isNews, type ConversationKey, type Message } from './model';
import { useSettings } from './settings';

/** unsupported: this browser or origin cannot. */
export type NoticePermission = 'unsupported' | 'default' | 'granted' | 'denied';

/** The words of a notice are the locale's: the page gives them once. */
export interface NoticeWords {
  title(message: Message): string;
  body(message: Message): string;
}

export interface NoticeDevices {
  permission(): NoticePermission;
  ask(): Promise<NoticePermission>;
  /** Whether the user looks at this page now. */
  watched(): boolean;
  /** Unread messages, in the title and as a dot on the icon. */
  count(unread: number): void;
  sound(): void;
  show(notice: { title: string; body: string; tag: string; icon: string; opened(): void }): void;
}

export const useNotices = defineStore('notices', () => {
  const link = useLink();
  const settings = useSettings();
  const messages = useMessages();
  const conversations = useConversations();
  const permission = ref<NoticePermission>('unsupported');
  let devices: NoticeDevices | null = null;
  let words: NoticeWords | null = null;
  let open: (conversation: ConversationKey) => void = () => {};

  /** Asks the user; call it on a click only. */
  async function ask(): Promise<NoticePermission> {
    if (devices) permission.value = await devices.ask();
    return permission.value;
  }

  /** Called once by the page, which knows the browser, the locale and the router. */
  function begin(given: NoticeDevices, told: NoticeWords, opening: (conversation: ConversationKey) => void): void {
    devices = given;
    words = told;
    open = opening;
    permission.value = given.permission();
    watch(() => conversations.unreadTotal, (unread) => given.count(unread), { immediate: true });
  }

  function concerns(message: Message): boolean {
    const { noticeLevel } = settings;
    const muted = conversations.byKey(message.conversation)?.muted ?? false;
    const mentioned = message.mentions.includes(link.userId) || message.mentions.includes('0');
    const personal = message.conversation.startsWith('user:');
    if (!isNews(message, link.userId) || noticeLevel === 'none') return false;
    if (mentioned) return true;
    if (muted) return false;
    // A lobby or group of many talks all day: only what is said to me.
    return noticeLevel === 'mentions' ? personal : personal || message.conversation !== LOBBY;
  }

  function tell(message: Message): void {
    if (!devices || !words || !concerns(message)) return;
    if (devices.watched() && conversations.current === message.conversation) return;
    if (settings.sound) devices.sound();
    if (!settings.desktop || permission.value !== 'granted' || devices.watched()) return;
    devices.show({
      title: words.title(message),
      body: words.body(message),
      tag: message.conversation,
      icon: conversations.byKey(message.conversation)?.avatar ?? '',
      opened: () => open(message.conversation),
    });
  }

  link.events.on('batch', ({ conversation, state, entries }) => {
    // What was missed is counted; only what comes now is told aloud.
    if (state !== 'live' || link.connection?.phase !== 'online') return;
    const last = messages.bySeq(conversation, (entries.at(-1) as Entry).seq);
    if (last) tell(last);
  });

  return { permission, ask, begin };
});
