// A component with all stores, a user logged in, and no connection. For files that run in happy-dom.
import 'fake-indexeddb/auto';
import { mount, type VueWrapper } from '@vue/test-utils';
import { createPinia } from 'pinia';
import type { Component } from 'vue';
import { vi } from 'vitest';

import { addressesFor } from '../../src/connection/addresses';
import { SessionHttp } from '../../src/connection/session_http';
import { i18n, useLocale } from '../../src/i18n';
import { beginStores } from '../../src/stores';
import { Link } from '../../src/stores/link';
import { MemoryStorage } from './browser';

let users = 0;

// A laptop: happy-dom knows no media.
vi.stubGlobal('matchMedia', (query: string) => Object.assign(new EventTarget(), { media: query, matches: /hover: hover/.test(query) }));

export interface Mounted {
  wrapper: VueWrapper;
  link: Link;
}

/** `fetch` answers the HTTP requests for the session. */
export async function mounted(component: Component, props: object = {}, fetch = vi.fn<typeof globalThis.fetch>()): Promise<Mounted> {
  const addresses = addressesFor('https://chat.example/');
  const pinia = createPinia();
  const link = new Link({
    addresses, http: new SessionHttp(addresses.session, fetch), storage: new MemoryStorage(),
    open: () => ({ readyState: 0, close: () => {} }) as unknown as WebSocket,
  });
  beginStores(pinia, link);
  await useLocale('en');
  users += 1;
  await link.begin({ user_id: `me${users}`, username: 'ann', is_active: true, avatar: '', is_super_admin: false });
  const wrapper = mount(component, { props, global: { plugins: [pinia, i18n] }, attachTo: document.body });
  return { wrapper, link };
}
