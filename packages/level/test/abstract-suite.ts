// The test suite of abstract-level, run as it is, on a database and on a sublevel of it. It speaks to tape; here its results are counted. Nothing of a
// test runner here: workers use it too.

import suite from 'abstract-level/test/index.js';
import tape from 'tape';

/** A database in the state in which its constructor leaves it. */
export interface Level {
  close(): Promise<void>;
}

export interface SuiteResult {
  /** Assertions that held. */
  readonly passed: number;
  /** Assertions that did not, with the test in which they stand. */
  readonly failed: readonly string[];
  /** Tests that were left out. */
  readonly skipped: readonly string[];
}

/** A line of tape's results. */
interface Row {
  readonly type: 'test' | 'assert' | 'end';
  readonly id?: number;
  readonly test?: number;
  readonly name?: string;
  readonly ok?: boolean;
  readonly skip?: boolean | string;
  readonly error?: unknown;
  readonly actual?: unknown;
}

/** More than it takes on a busy machine. */
const PATIENCE_MS = 290_000;

/** The same where a browser makes a thousand databases. */
export const LONG_PATIENCE_MS = 1_190_000;

/**
 * The suite opens more than a thousand databases, and some it never closes. They are told of this when they are opened, not when they are made: the suite
 * compares the options of constructors with those that hooks see.
 */
export const LITTLE_MEMORY = { memoryBudgetBytes: 4 * 2 ** 20 };

/** Runs the whole suite: `factory` makes a new, empty database each time. Rejects when it takes longer than that, and says where it stands. */
export function runAbstractSuite(factory: (options?: object) => Level, patienceMs = PATIENCE_MS): Promise<SuiteResult> {
  const harness = tape.createHarness();
  const names = new Map<number, string>();
  const failed: string[] = [];
  const skipped: string[] = [];
  let passed = 0;
  let last = 'nothing';
  const count = (row: Row): void => {
    const name = names.get(row.test ?? -1) ?? row.name ?? '';
    if (row.type === 'test') {
      names.set(row.id ?? -1, name);
      last = name;
    }
    if (row.skip !== undefined && row.skip !== false) skipped.push(name);
    if (row.type !== 'assert') return;
    if (row.ok === true) passed++;
    else failed.push(`${name}: ${row.name} (${String(row.error ?? row.actual)})`);
  };
  return new Promise((resolve, reject) => {
    const alarm = setTimeout(
      () => reject(new Error(`the suite did not end within ${patienceMs} ms: ${passed} assertions, ${names.size} tests, now "${last}"`)),
      patienceMs,
    );
    harness
      .createStream({ objectMode: true })
      .on('data', count)
      .on('error', reject)
      .on('end', () => {
        clearTimeout(alarm);
        resolve({ passed, failed, skipped });
      });
    suite({ test: harness, factory });
  });
}
