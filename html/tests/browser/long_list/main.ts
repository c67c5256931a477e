// The message list alone, with fifty thousand messages that the server told at once: as after scrolling up for a long time.
import '../../../src/design/tokens.css';
import '../../../src/design/base.css';
import '../../../src/design/message.css';

import { createPinia } from 'pinia';
import { createApp, h } from 'vue';

import MessageList from '../../../src/components/conversation/MessageList.vue';
import { addressesFor } from '../../../src/connection/addresses';
import type { Entry } from '../../../src/connection/entry';
import { SessionHttp } from '../../../src/connection/session_http';
import { i18n, useLocale } from '../../../src/i18n';
import { beginStores } from '../../../src/stores';
import { Link } from '../../../src/stores/link';

const COUNT = 50_000;
const BEGIN = Date.UTC(2026, 0, 1) / 1000;

/** Messages of many heights, by seven people, a minute apart. */
const entries = Array.from({ length: COUNT }, (_, index): Entry => ({
  type: 100, seq: index + 1, timestamp: BEGIN + 60 * index, sender_id: `person ${index * index % 7}`, receiver_id: '0',
  mess: `${'some words of a message '.repeat(index * 7 % 23)}line ${index + 1}`,
}));

async function start(): Promise<void> {
  const pinia = createPinia();
  const addresses = addressesFor(location.href);
  const link = new Link({ addresses, http: new SessionHttp(addresses.session), storage: localStorage });
  beginStores(pinia, link);
  await useLocale('en');
  link.events.emit('batch', { conversation: 'lobby', state: 'new', epoch: 'e', entries, firstSeq: 1, lastSeq: COUNT });
  createApp(() => h(MessageList, { conversationKey: 'lobby', title: 'Lobby', style: { height: '100vh' } })).use(pinia).use(i18n).mount('#app');
}

void start();
