// A compactor in a process of its own, as it would stand on another machine: told where the database is, and when to stop.

import { openCompactor } from '@varve/core/compactor';
import type { CompactorDone, CompactorPlace } from './compactor-process.ts';
import { storeAt } from './varve.ts';

const MEMORY_BYTES = 64 * 2 ** 20;
const POLL_MS = 100;

process.once('message', (place: CompactorPlace) => {
  void run(place);
});

async function run({ gateway, place }: CompactorPlace): Promise<void> {
  const store = storeAt(gateway, place);
  let merges = 0;
  const compactor = openCompactor(store, {
    memoryBudgetBytes: MEMORY_BYTES,
    onEvent: ({ kind }) => {
      if (kind === 'merged') merges++;
    },
  });
  const stop = new AbortController();
  process.once('message', () => stop.abort());
  await compactor.run({ signal: stop.signal, pollMs: POLL_MS });
  await compactor.close();
  process.send!({ merges, requests: store.requests() } satisfies CompactorDone);
  process.disconnect();
}
