// Tests in real workerd, with R2 and Durable Objects as Cloudflare's own programs simulate them, offline: `test/workerd/` of each package, and the examples for
// Workers with their own configurations. Workspace packages are tested from their sources, as everywhere; the kernels are loaded as workerd has to (the
// `workerd` condition of packages/wasm-kernels).

import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig, type Plugin, type TestProjectInlineConfiguration } from 'vitest/config';

type Runtime = Exclude<Parameters<typeof cloudflareTest>[0], (...args: never[]) => unknown>;

const conditions = ['source', 'workerd', 'worker', 'module', 'browser', 'development|production'];
const WASM = /\.wasm$/;
const ALL_BUT_WASM = /^(?!.*\.wasm$)/;

/** Vitest would make JavaScript of all modules. This one workerd has to load by itself. */
const wasmAsItIs: Plugin = {
  name: 'wasm-as-it-is',
  enforce: 'post',
  config({ test }) {
    const { deps } = test!.server!;
    deps!.inline = [ALL_BUT_WASM];
    deps!.external = [WASM];
  },
};

function project(name: string, include: string, runtime: Runtime, globalSetup: string[] = []): TestProjectInlineConfiguration {
  return {
    resolve: { conditions },
    ssr: { resolve: { conditions, externalConditions: conditions } },
    plugins: [wasmAsItIs, cloudflareTest(runtime)],
    test: { name, include: [include], globalSetup, testTimeout: 120_000, hookTimeout: 120_000 },
  };
}

/** What tests of adapters talk to. */
const SERVERS = ['packages/adapter-s3-fetch/test/elsewhere/serve-s3.ts', 'packages/adapter-http/test/elsewhere/serve-database.ts'];

/** Nothing is asked of Cloudflare. */
const OFFLINE = { cf: false } as NonNullable<Runtime['miniflare']>;

const packages = project(
  'packages',
  'packages/*/test/workerd/**/*.test.ts',
  {
    main: './packages/adapter-do/test/workerd/objects.ts',
    miniflare: {
      ...OFFLINE,
      compatibilityDate: '2026-07-01',
      r2Buckets: ['BUCKET'],
      durableObjects: { PLACES: { className: 'Place', useSQLite: true } },
    },
  },
  SERVERS,
);
const example = (name: string): TestProjectInlineConfiguration =>
  project(name, `examples/${name}/test/**/*.test.ts`, {
    wrangler: { configPath: `./examples/${name}/wrangler.jsonc` },
    miniflare: OFFLINE,
  });

export default defineConfig({
  test: { maxWorkers: '100%', projects: [packages, example('durable-object'), example('worker')] },
});
