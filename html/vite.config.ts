// Builds the client into dist/, for any public path; `npm run dev` serves it and passes what is the server's on to it.
import vue from '@vitejs/plugin-vue';
import { loadEnv } from 'vite';
import { defineConfig } from 'vitest/config';

import { firstChunk } from './tools/first_chunk.ts';
import { precompress } from './tools/precompress.ts';
import { serviceWorker } from './tools/service_worker.ts';
import { stickers } from './tools/stickers.ts';

export default defineConfig(({ mode }) => {
  const settings = loadEnv(mode, import.meta.dirname, ['VITE_', 'DEV_']);
  const target = settings.DEV_CHATD ?? 'https://localhost:8080';
  const address = new URL(target);
  // The server trusts pages of its own origin only; the development server's is another one.
  const passed = { target, secure: false, headers: { origin: address.origin, host: address.host } };
  return {
    base: settings.VITE_PUBLIC_PATH ?? './',
    plugins: [vue(), stickers(), serviceWorker(), precompress()],
    build: {
      target: 'es2022', manifest: true, sourcemap: false, modulePreload: { polyfill: false },
      rolldownOptions: { output: { codeSplitting: { groups: [{ name: firstChunk(import.meta.dirname), debugName: 'first visit' }] } } },
    },
    server: {
      proxy: { '/session': passed, '/upload': passed, '/files': passed, '/ws': { ...passed, ws: true } },
    },
    define: {
      __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false', __VUE_I18N_LEGACY_API__: 'false',
      __VUE_I18N_FULL_INSTALL__: 'false', __INTLIFY_PROD_DEVTOOLS__: 'false',
    },
    test: {
      include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
      environment: 'node',
      testTimeout: 20_000,
      hookTimeout: 20_000,
    },
  };
});
