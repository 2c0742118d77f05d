// `openCompactor`: checks the options and puts a compactor together.

import { checkInteger, checkOptions } from '../base/argument-checks.ts';
import { systemClock } from '../base/clock.ts';
import { describe } from '../base/describe.ts';
import { systemRandom, type Random } from '../base/random.ts';
import type { HostOptions } from '../db/host-options.ts';
import { defaultBudgetBytes, MIN_BUDGET_BYTES } from '../db/memory-plan.ts';
import { hostTurns } from '../scheduler/turn.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { CompactorEvent } from './compactor-events.ts';
import { Compactor } from './compactor.ts';

/** Options of {@link openCompactor}. */
export interface CompactorOptions extends Omit<HostOptions, 'onEvent' | 'ancestors'> {
  /** Linear memory. As much as the writer's is enough for every plan. Default 64 MiB, at least 4 MiB. */
  readonly memoryBudgetBytes?: number | undefined;
  /** Called with what becomes of plans. */
  readonly onEvent?: ((event: CompactorEvent) => void) | undefined;
  /** Where nonces come from. For tests. */
  readonly random?: Random | undefined;
}

const OPTIONS: readonly (keyof CompactorOptions)[] = ['memoryBudgetBytes', 'onEvent', 'random', 'clock', 'turns', 'newMemory'];

/**
 * A compactor for the database of a store whose writer was opened with `compaction: remoteCompaction()`. It needs to read, write and delete there, takes no
 * lock, knows no codecs, and may be killed at any moment. Any number may work at once. Nothing happens before `run` or `runOnce`.
 *
 * @throws TypeError or RangeError for arguments that are not as described.
 *
 * @example
 * import { memoryStore } from '@varve/core';
 * import { openCompactor } from '@varve/core/compactor';
 * const compactor = openCompactor(memoryStore(), { onEvent: (event) => console.log(event) });
 * const stop = new AbortController();
 * const running = compactor.run({ signal: stop.signal });
 * stop.abort();
 * await running;
 * await compactor.close();
 */
export function openCompactor(store: ObjectStore, options: CompactorOptions = {}): Compactor {
  if (typeof store !== 'object' || store === null || typeof store.putIfAbsent !== 'function') {
    throw new TypeError(`openCompactor takes a store, such as fsStore('./data') or memoryStore(), not ${describe(store)}`);
  }
  checkOptions(options, OPTIONS);
  checkInteger('memoryBudgetBytes', options.memoryBudgetBytes, MIN_BUDGET_BYTES, 0x7fff0000);
  return new Compactor({
    store,
    memoryBudgetBytes: options.memoryBudgetBytes ?? defaultBudgetBytes(),
    onEvent: options.onEvent,
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    turns: options.turns ?? hostTurns,
    newMemory: options.newMemory,
  });
}
