// `remoteCompaction`: what `open` takes so that merges are done by compactors elsewhere.

import { checkInteger, checkOptions } from '../base/argument-checks.ts';
import type { CompactionDelegate } from '../compaction/delegate.ts';
import { PlansOut } from './plans-out.ts';

/** Options of {@link remoteCompaction}. */
export interface RemoteCompactionOptions {
  /** A plan that nobody claims for so long is merged by the writer, in milliseconds. Default 10,000. */
  readonly claimWithinMs?: number | undefined;
  /** A compactor that is silent for so long is taken for dead: another one begins anew, in milliseconds. Default 30,000. */
  readonly silentMs?: number | undefined;
  /** Results are looked for once in so many milliseconds at most, while writes come. Default 1000. */
  readonly lookMs?: number | undefined;
}

const OPTIONS: readonly (keyof RemoteCompactionOptions)[] = ['claimWithinMs', 'silentMs', 'lookMs'];
const DAY_MS = 86_400_000;

/**
 * Gives merges to compactors (`openCompactor`) that work on the same store, in other processes or on other machines. The writer never waits for one: it
 * merges by itself what nobody claims or finishes in time, what L0 grows too large for, and what `compact` asks for. Results are looked for while writes
 * come, and by `idle`; nothing runs in between.
 *
 * @throws TypeError or RangeError for options that are not as described.
 *
 * @example
 * import { memoryStore, open } from '@varve/core';
 * import { openCompactor, remoteCompaction } from '@varve/core/compactor';
 * const store = memoryStore();
 * const db = await open(store, { compaction: remoteCompaction() });
 * const compactor = openCompactor(store.share());
 * await db.put('key', 'value');
 * console.log(await compactor.runOnce()); // undefined: there is nothing to merge yet
 * await compactor.close();
 * await db.close();
 */
export function remoteCompaction(options: RemoteCompactionOptions = {}): CompactionDelegate {
  checkOptions(options, OPTIONS);
  checkInteger('claimWithinMs', options.claimWithinMs, 0, DAY_MS);
  checkInteger('silentMs', options.silentMs, 1, DAY_MS);
  checkInteger('lookMs', options.lookMs, 0, DAY_MS);
  const { claimWithinMs = 10_000, silentMs = 30_000, lookMs = 1000 } = options;
  const patience = { claimWithinMs, silentMs, lookMs };
  return { begin: (host, state, replan) => new PlansOut(host, state, replan, patience) };
}
