// Lighthouse on the built client: `make lighthouse`. Minutes, and a network for its package: no part of `make test`.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/lighthouse/*.ts'],
    environment: 'node',
    env: { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' },
    testTimeout: 300_000,
    hookTimeout: 60_000,
  },
});
