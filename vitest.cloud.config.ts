// Tests that need a real S3: files named `*.cloud.test.ts`. `npm run test:cloud` starts one for them, and says where it is.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['source', 'module', 'node', 'development|production'] },
  ssr: { resolve: { conditions: ['source', 'module', 'node', 'development|production'], externalConditions: ['source', 'node'] } },
  test: {
    include: ['packages/*/test/**/*.cloud.test.ts'],
    // One gateway serves them all.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
