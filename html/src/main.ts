import { createPinia } from 'pinia';
import { createApp, watch } from 'vue';

import App from './App.vue';
import { addressesFor } from './connection/addresses';
import { SessionHttp } from './connection/session_http';
import { i18n, localeFor, useLocale } from './i18n';
import { router } from './router';
import { beginStores } from './stores';
import { flushAll } from './stores/later';
import { Link } from './stores/link';
import { useSession } from './stores/session';
import { useSettings } from './stores/settings';

async function start(): Promise<void> {
  const pinia = createPinia();
  const app = createApp(App).use(pinia).use(i18n);
  const addresses = addressesFor(location.href, import.meta.env.VITE_SERVER, import.meta.env.VITE_UPLOAD);
  beginStores(pinia, new Link({
    addresses,
    http: new SessionHttp(addresses.session),
    storage: localStorage,
    surroundings: { window, document },
  }));
  const settings = useSettings();
  const session = useSession();
  const follow = () => useLocale(localeFor(settings.language, navigator.languages));
  await Promise.all([follow(), session.start()]);
  watch(() => settings.language, follow);
  watch(() => session.phase === 'in', (inside) => {
    void router.replace(inside ? String(router.currentRoute.value.query.next ?? '/') : { name: 'enter' });
  });
  addEventListener('pagehide', flushAll);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && flushAll());
  app.use(router).mount('#app');
}

void start();
