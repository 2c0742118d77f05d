// A program that uses a database in a process of its own, so that a test can stop it, fill its disk or take its rights.
//
//   database-program <action> <directory> [arguments]

import { open, StorageError, utf8, type OpenOptions } from '@varve/core';
import { fsStore } from '../src/index.ts';
import { valueAt } from './database-values.ts';
import { tell } from './tell.ts';

const [action, directory, ...rest] = process.argv.slice(2);
const BURST = 64;
const MOST_PENDING = 200;

/** What a test is to know of an error. */
function shapeOf(error: unknown): unknown {
  if (!(error instanceof StorageError)) return { message: String(error) };
  const { code, message, cause } = error;
  return { code, message, ...(cause instanceof StorageError && { cause: { code: cause.code, message: cause.message } }) };
}

async function outcome(attempt: () => unknown): Promise<unknown> {
  try {
    await attempt();
    return 'done';
  } catch (error) {
    return shapeOf(error);
  }
}

const openHere = (options: Pick<OpenOptions, 'takeover'> = {}) =>
  open(fsStore(directory), { ...options, keys: utf8, memoryBudgetBytes: 4 * 2 ** 20 });

const actions: Record<string, () => Promise<void>> = {
  /** Opens, tells how that went, and closes. */
  async open() {
    tell(await outcome(async () => (await openHere()).close()));
  },
  /** Makes the store, goes to another working directory, and writes. */
  async chdir() {
    const store = fsStore(directory);
    process.chdir(rest[0]);
    const db = await open(store, { keys: utf8 });
    await db.put('key', 'value');
    await db.flush();
    await db.close();
    tell('done');
  },
  /**
   * Opens, then writes without awaiting each write, and tells the numbers that were acknowledged, until a write is rejected. Then it tells which
   * were, and what becomes of later calls.
   */
  async write() {
    const [tag, valueBytes, durability] = [rest[0], Number(rest[1]), rest[2] as 'buffered' | 'synced'];
    const db = await openHere();
    tell({ open: true });
    const rejected: { n: number; error: unknown }[] = [];
    const pending = new Set<Promise<void>>();
    for (let n = 0; rejected.length === 0; n++) {
      const done: Promise<void> = db.put(`${tag}/${n}`, valueAt(tag, n, valueBytes), { durability }).then(
        () => {
          tell(n);
          pending.delete(done);
        },
        (error: unknown) => void rejected.push({ n, error: shapeOf(error) }),
      );
      pending.add(done);
      if (n % BURST === 0) await new Promise<void>((resolve) => setImmediate(resolve));
      while (pending.size > MOST_PENDING && rejected.length === 0) await Promise.race(pending);
    }
    await Promise.all(pending);
    tell({ rejected });
    tell({ put: await outcome(() => db.put('later', new Uint8Array(1))) });
    tell({ putSync: await outcome(() => db.putSync('later', new Uint8Array(1))) });
    tell({ flush: await outcome(() => db.flush()) });
    tell({ get: await outcome(() => db.get(`${tag}/0`)) });
    tell({ close: await outcome(() => db.close()) });
  },
};

await actions[action]();
