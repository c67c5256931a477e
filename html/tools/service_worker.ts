// Adds sw.js to the build: the page opens without a network, and an update waits until the user wants it.
import { createHash } from 'node:crypto';

import type { Plugin } from 'vite';

/** Runs in the worker; `FILES` and `VERSION` stand before it. */
const PROGRAM = `
const NAME = 'page-' + VERSION;

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(['./', ...FILES])));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(
    names.filter((name) => name.startsWith('page-') && name !== NAME).map((name) => caches.delete(name)))));
});

self.addEventListener('message', (event) => {
  if (event.data === 'take over') self.skipWaiting();
});

// A notice that the page showed through this worker: phones have no others.
self.addEventListener('notificationclick', (event) => {
  const open = event.notification.data;
  event.notification.close();
  event.waitUntil(clients.matchAll({ type: 'window', includeUncontrolled: true }).then(async ([page]) => {
    if (!page) return clients.openWindow('./#/' + encodeURIComponent(open));
    page.postMessage({ open });
    await page.focus();
  }));
});

async function kept(request) {
  const cache = await caches.open(NAME);
  const found = await cache.match(request);
  if (found) return found;
  const fresh = await fetch(request);
  if (fresh.ok) await cache.put(request, fresh.clone());
  return fresh;
}

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  const scope = new URL(self.registration.scope);
  if (event.request.method !== 'GET' || url.origin !== scope.origin || !url.pathname.startsWith(scope.pathname)) return;
  const path = url.pathname.slice(scope.pathname.length);
  if (event.request.mode === 'navigate' && (path === '' || path === 'index.html')) {
    event.respondWith(fetch(event.request).catch(() => caches.match('./')));
  } else if (path.startsWith('assets/') || path.startsWith('images/emotion/')) {
    event.respondWith(kept(event.request));
  }
});
`;

export function serviceWorker(): Plugin {
  return {
    name: 'service-worker',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const files = Object.keys(bundle).filter((name) => /^assets\/.*\.(?:js|css)$/.test(name)).sort();
        const version = createHash('sha256').update(PROGRAM + files.join()).digest('hex').slice(0, 12);
        const head = `const VERSION = ${JSON.stringify(version)};\nconst FILES = ${JSON.stringify(files.map((name) => `./${name}`))};\n`;
        this.emitFile({ type: 'asset', fileName: 'sw.js', source: head + PROGRAM });
      },
    },
  };
}
