// What a reader asks of a log that it follows. A log that can be followed brings this with it (`objectLog` does), so that readers of manifests alone do not
// carry what it takes.

import type { Kernels } from '@varve/wasm-kernels';
import { StorageError } from '../base/errors.ts';
import type { MaybePromise } from '../base/maybe-promise.ts';
import type { MemoryPlan } from '../db/memory-plan.ts';
import type { Heap } from '../heap/heap.ts';
import type { Memtable } from '../memtable/memtable.ts';
import type { OnEvent } from '../stats/events.ts';
import type { LogStore } from '../store/log-store.ts';
import type { ManifestState } from '../version/manifest-state.ts';

/** Under which a log has its {@link Follow}. */
export const FOLLOW: unique symbol = Symbol('follow');

export type Follow = (host: FollowHost) => LogFollower;

export interface FollowHost {
  readonly heap: Heap;
  readonly kernels: Kernels;
  readonly plan: MemoryPlan;
  readonly onEvent: OnEvent | undefined;
}

/** How far a reader has got with the log. */
export interface FollowedLog {
  /** The segment that is read. */
  readonly segment: number;
  /** Bytes of it that are seen. */
  readonly position: number;
  readonly entries: number;
  /**
   * Why what follows is not seen yet. `memory`: there is no room for it until the writer has flushed. `takeover`: another writer is about to say
   * whether it counts.
   */
  readonly waitsFor: 'memory' | 'takeover' | undefined;
}

/** The log as a reader knows it. A look is `list`, then the newest manifest, then `apply`: one at a time (docs/PROTOCOL.md, rule 13). */
export interface LogFollower {
  /** The newest write that was taken in, 0 before there is one. */
  readonly epoch: bigint;
  /** What is in memory of the segments that were kept, youngest first. */
  readonly memtables: readonly Memtable[];
  readonly progress: FollowedLog;
  /** Asks what was appended. `position`: where the log began in the manifest that is known. */
  list(position: number): Promise<void>;
  /** Takes in what was listed, as far as the state, which was asked for afterwards, says that nobody can make it void. */
  apply(state: ManifestState): Promise<void>;
  /** Lets go of memtables of which no segment counts any more. */
  keepFrom(position: number): void;
  /** No view holds it any more. */
  free(memtable: Memtable): void;
  /** Gives the log back. */
  close(): MaybePromise<void>;
}

/** What follows this log: the one that the manifest speaks of, if what it holds is durable as soon as it is there. */
export function followerOf(log: LogStore | undefined, { kind }: ManifestState['log'], host: FollowHost): LogFollower {
  const follow = (log as { readonly [FOLLOW]?: Follow } | undefined)?.[FOLLOW];
  if (follow !== undefined && (kind === '' || kind === log!.kind)) return follow(host);
  const message =
    "follow: 'log' takes the database's log where that is one of objects, { log: objectLog(store) }: else use follow: 'manifest'";
  throw new StorageError('UNSUPPORTED', `${message} kind=${kind}`);
}
