// One configuration for every package and every runtime. Workspace packages are tested from their sources: the `source` condition of their
// exports stands first, for the modules that Vite transforms and for those that it leaves to the runtime.
//
// With VARVE_PLANTED a bug of that name stands in the sources (packages/simulator/test/planted), and a test is to fail. Modules are not kept for the
// next run then: vitest knows them by the files that they come from.
import { defineConfig } from 'vitest/config';

const conditions = ['source', 'module', 'node', 'development|production'];
const planted = process.env['VARVE_PLANTED'];

async function plantedBug(name: string) {
  const { plantedBug: plugin } = await import('./packages/simulator/test/planted/vite-plugin.ts');
  return plugin(name);
}

export default defineConfig(async () => ({
  plugins: planted === undefined ? [] : [await plantedBug(planted)],
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['source', 'node'] } },
  test: {
    include: ['scripts/**/*.test.mjs', 'packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts', 'examples/src/**/*.test.ts'],
    passWithNoTests: true,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    ...(planted !== undefined && { fsModuleCache: false }),
  },
}));
