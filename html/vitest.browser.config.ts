// The built client in Debian's Chromium against real servers: `npm run test:browser`, after `npm run build`.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/browser/*.e2e.ts'],
    environment: 'node',
    // Clients without a browser meet the servers' own certificates too.
    env: { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' },
    // Patience for a machine that does other things too; alone, a test takes seconds.
    testTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
    hookTimeout: 120_000,
    // Real browsers and servers on a machine that others use: two more tries, which the report names.
    retry: 2,
    // Each file has a server and a browser of its own.
    maxWorkers: 2,
  },
});
