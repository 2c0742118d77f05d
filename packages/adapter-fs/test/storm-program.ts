// The writer of a storm, in a process of its own: it goes on with the operations of its round until it is killed, and tells each one that was
// acknowledged, after it was.
//
//   storm-program <directory> <seed> <round> <first operation> <memory budget>
//
// It tells `{"opening":true}`, `{"open":true}`, then numbers of operations, `{"event":...}` for flushes and compactions, `{"error":...}` at last.

import { open, utf8 } from '@varve/core';
import { fsStore } from '../src/index.ts';
import { StormWriter } from './storm-writer.ts';
import { tell } from './tell.ts';

const [directory, ...numbers] = process.argv.slice(2);
const [seed, round, first, memoryBudgetBytes] = numbers.map(Number);

function fail(error: unknown): never {
  tell({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  process.exit(1);
}

tell({ opening: true });
const db = await open(fsStore(directory), {
  keys: utf8,
  memoryBudgetBytes,
  onEvent(event) {
    if (event.kind === 'flush' || event.kind === 'compaction') tell({ event: event.kind });
    if (event.kind === 'failed') fail(event.error);
  },
}).catch(fail);
tell({ open: true });

const writer = new StormWriter(db, { seed, round, first }, { acknowledged: tell, rejected: (_, error) => fail(error), failedBeside: fail });
for (;;) await writer.write().catch(fail);
