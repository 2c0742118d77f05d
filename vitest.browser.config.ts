// Tests in real browsers: files named `*.browser.test.ts`, and the unit tests of engine and kernels, unchanged. Browsers are the system's packages, never
// downloaded. `VARVE_BROWSER` names one of them; `VARVE_LONG` adds what is too slow for every day.

import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { bundledWorkers } from './scripts/browsers/bundled-workers.ts';
import { CHROMIUM, FIREFOX } from './scripts/browsers/launching.ts';
import { webkitgtk } from './scripts/browsers/webkitgtk.ts';

const chromium = playwright({ launchOptions: CHROMIUM });
const firefox = playwright({ launchOptions: FIREFOX });

/** What tape and abstract-level's tests import of Node. The product imports nothing of the kind: packages/level/test/bundle.test.ts. */
const NODE_FOR_TESTS = { path: 'path-browserify', stream: 'stream-browserify' };

/** What tests of adapters talk to. */
const SERVERS = ['packages/adapter-s3-fetch/test/elsewhere/serve-s3.ts', 'packages/adapter-http/test/elsewhere/serve-database.ts'];

const IN_BROWSERS = 'packages/*/test/**/*.browser.test.ts';
/** What knows nothing of a runtime runs in all of them. */
const EVERYWHERE = ['packages/core/src/**/*.test.ts', 'packages/wasm-kernels/src/**/*.test.ts'];
/** But for what Node alone can do. */
const NEEDS_NODE = [
  'packages/core/src/base/clock.test.ts', // dates of another realm come from node:vm
];
/** A thousand databases each, and engines in three kinds of workers: with `npm run browsers:long`. */
const LONG = ['packages/level/test/browser/suite-on-*.browser.test.ts', 'packages/browser/test/engine/on-idb-in-workers.browser.test.ts'];
/** WebKitGTK takes ten times as long as Chromium for what opens many databases or computes much with kernels, and has one page only. */
const LONG_IN_WEBKIT = [
  'packages/wasm-kernels/src/{memtable,merge,merge-input,scan,scan-interruption,view-get}.test.ts',
  'packages/level/test/browser/suite-in-memory.browser.test.ts',
  'packages/browser/test/engine/{in-memory,on-idb}.browser.test.ts',
];
const isLong = process.env['VARVE_LONG'] !== undefined;

type BrowserOptions = NonNullable<NonNullable<TestProjectInlineConfiguration['test']>['browser']>;

function project(name: string, browser: Partial<BrowserOptions>, leftOut: string[] = []): TestProjectInlineConfiguration {
  return {
    // Two browsers may be tested at the same time.
    cacheDir: `node_modules/.cache/vite-${name}`,
    plugins: [bundledWorkers({ conditions: ['source'], alias: NODE_FOR_TESTS })],
    resolve: { conditions: ['source', 'module', 'browser', 'development|production'], alias: NODE_FOR_TESTS },
    optimizeDeps: { entries: [IN_BROWSERS] },
    test: {
      name,
      include: [IN_BROWSERS, ...EVERYWHERE],
      setupFiles: ['scripts/browsers/disposal-symbols.ts'],
      globalSetup: SERVERS,
      exclude: [...NEEDS_NODE, ...leftOut],
      testTimeout: 60_000,
      hookTimeout: 60_000,
      browser: { enabled: true, screenshotFailures: false, ...browser } as BrowserOptions,
    },
  };
}

const everywhere = isLong ? [] : LONG;
const inWebKit = isLong ? [] : [...LONG, ...LONG_IN_WEBKIT];

// Without its surroundings Vitest wants to set the size of the window, which MiniBrowser cannot be told.
const projects = {
  chromium: project('chromium', { headless: true, provider: chromium, instances: [{ browser: 'chromium' }] }, everywhere),
  firefox: project('firefox', { headless: true, provider: firefox, instances: [{ browser: 'firefox' }] }, everywhere),
  webkit: project('webkit', { headless: false, ui: true, provider: webkitgtk(), instances: [{ browser: 'webkit' }] }, inWebKit),
};
const wanted = process.env['VARVE_BROWSER'] as keyof typeof projects | undefined;

export default defineConfig({
  // Left to itself Vitest keeps one core free, of two.
  test: { maxWorkers: '100%', projects: wanted === undefined ? Object.values(projects) : [projects[wanted]] },
});
