// Calls over a relay, through faults and past a server in the middle, and six people in one, again and again: `make calls`.
// Minutes, and all cores.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/mesh/*.ts'],
    environment: 'node',
    // One after the other: their figures are of a machine that does nothing else.
    fileParallelism: false,
    env: { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' },
    testTimeout: 3_600_000,
    hookTimeout: 300_000,
  },
});
