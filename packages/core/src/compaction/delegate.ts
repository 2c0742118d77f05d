// Merges that somebody else does for this writer: what the compactor here knows of them. Who makes one is in remote/remote-compaction.ts, which only
// those carry who ask for it.

import type { Clock } from '../base/clock.ts';
import type { Epoch } from '../format/epoch.ts';
import type { MergeHost } from '../iterators/merge-host.ts';
import type { Task } from '../scheduler/scheduler.ts';
import type { CompactionState } from './compaction-state.ts';
import type { CompactionPlan, TreeShape } from './planner.ts';

/** What compactions need of the engine. */
export interface CompactionHost extends MergeHost {
  readonly shape: TreeShape;
  readonly sstSizeBytes: number;
  readonly parts: {
    readonly clock: Clock;
    /** Where merges are done, if not here. */
    readonly settings: { readonly compaction?: CompactionDelegate | undefined };
  };
  readonly visible: Epoch;
  assertOpen(): void;
}

/** Has merges done elsewhere: what the option `compaction` of `open` takes. Made by `remoteCompaction` of `@varve/core/compactor`. */
export interface CompactionDelegate {
  /** @internal For one database that is open. `replan`: what others were busy with is free. */
  begin(host: CompactionHost, state: CompactionState, replan: () => void): DelegatedPlans;
}

/** The plans of one database that are out. Nothing waits for them. */
export interface DelegatedPlans {
  /** What is done about them here right now. */
  readonly task: Task<void> | undefined;
  /** True: it is out. False: enough are, and nothing presses. Undefined: it is to be merged here. */
  offer(plan: CompactionPlan): boolean | undefined;
  /** Called where compactions are planned and while writes are logged: looks for results if that is due. Plans come back when L0 grows. */
  attend(): void;
  /** Looks now, if there is anything to look for. */
  look(): Task<void> | undefined;
  /** All plans are to be merged here, but those whose results are being committed; so are the next ones. */
  takeBack(): void;
  /** Takes what is done, and all else back for good. */
  close(): Promise<void>;
}
