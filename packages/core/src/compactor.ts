// Public names of @varve/core/compactor: merges that are done elsewhere than in the writer. A separate entry, so that programs which merge by themselves do
// not carry it.

export { openCompactor, type CompactorOptions } from './remote/open-compactor.ts';
export type { Compactor, PlanOutcome, RunOnceOptions, RunOptions } from './remote/compactor.ts';
export type { CompactorEvent } from './remote/compactor-events.ts';
export { remoteCompaction, type RemoteCompactionOptions } from './remote/remote-compaction.ts';
