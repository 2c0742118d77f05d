// Runs test files with planted bugs in the sources, one after the other, as it is told: Vitest is loaded once for all of them.

import { inspect } from 'node:util';
import { createVitest } from 'vitest/node';
import type { Finding, TestOrder } from './test-runner.ts';
import { ROOT } from './planted-source.ts';

/** A test that a bug makes wait for ever is given up soon. */
const PATIENCE_MS = 10_000;

process.on('message', (order: TestOrder) => {
  void runTests(order).then(
    (finding) => process.send!(finding),
    (error: unknown) => process.send!({ failed: [], errors: [inspect(error)] } satisfies Finding),
  );
});

async function runTests({ name, file }: TestOrder): Promise<Finding> {
  // vitest.config.ts plants it.
  process.env['VARVE_PLANTED'] = name;
  const inOneThread = { pool: 'threads', isolate: false, maxWorkers: 1 } as const;
  const options = { ...inOneThread, root: ROOT, watch: false, bail: 1, testTimeout: PATIENCE_MS, passWithNoTests: false, reporters: [] };
  const vitest = await createVitest('test', options);
  try {
    await vitest.start([file]);
    const modules = vitest.state.getTestModules();
    const failed = modules.flatMap(({ children }) => [...children.allTests('failed')].map(({ fullName }) => fullName));
    const unloaded = modules.flatMap((module) => module.errors().map(({ message }) => message));
    return { failed, errors: [...unloaded, ...vitest.state.getUnhandledErrors().map((error) => inspect(error))] };
  } finally {
    await vitest.close();
  }
}
