// One configuration for every package and every runtime. Workspace packages are tested from their sources: the `source` condition of their
// exports stands first, for the modules that Vite transforms and for those that it leaves to the runtime.
//
// With VARVE_PLANTED a bug of that name stands in the sources (packages/simulator/test/planted), and a test is to fail. Modules are not kept for the
// next run then: vitest knows them by the files that they come from.
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const conditions = ['source', 'module', 'node', 'development|production'];
const isBun = 'bun' in process.versions;
const isNode = !isBun && !('deno' in process.versions);
const planted = process.env['VARVE_PLANTED'];

/** Written for browsers, where it is tested as well (what stands in for a browser here stands in Node), and the benchmarks, which run there. */
const FOR_OTHERS = ['adapter-idb', 'adapter-opfs', 'browser', 'playground', 'bench'].map((name) => `packages/${name}/**`);
const leftOut = isNode ? [] : FOR_OTHERS;

/**
 * JavaScriptCore keeps four linear memories fast, and collects all garbage before each further one to see whether one of the four is free. Tests make thousands.
 * Read by the processes that are started from here.
 */
if (isBun) process.env['BUN_JSC_maxNumWasmFastMemories'] ??= '1000';

/** These take minutes: begun last they would be waited for with all other cores idle. */
const LONGEST = ['power-cuts', 'planted', 'planted-for-tests', 'seeds', 'metamorphic', 'suite-in-directory'].map(
  (name) => `/${name}.test.ts`,
);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean => LONGEST.some((name) => moduleId.endsWith(name));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

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
    exclude: ['**/node_modules/**', '**/dist/**', '**/*.browser.test.ts', '**/*.cloud.test.ts', '**/test/workerd/**', ...leftOut],
    passWithNoTests: true,
    // Left to itself Vitest keeps one core free, of two.
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    // Some start a dozen processes.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What is waited for is waited for as long as the test may take.
    expect: { poll: { timeout: 20_000 } },
    ...(planted !== undefined && { fsModuleCache: false }),
  },
}));
