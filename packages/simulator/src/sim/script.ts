// What a life consists of, as plain data: it can be written down, read by humans, shortened, and lived again.

import type { Durability } from '@varve/core';
import type { CutMode } from '../disk/disk.ts';
import type { PlannedCut } from '../disk/power-switch.ts';
import type { FaultRates } from '../disk/faults.ts';
import type { Manner } from '../disk/sim-store.ts';
import type { CutOff } from '../world/machine.ts';

/** Space and key by number, and the size of the new value; no size deletes. */
export type ScriptedChange = readonly [space: number, key: number, size?: number];

export interface ScriptedRange {
  readonly space: number;
  readonly from?: number;
  readonly to?: number;
  readonly reverse?: true;
  readonly limit?: number;
}

/** How a write is made: `now` synchronously, where the store allows it; `hurry`: the actor goes on without waiting for it. */
interface HowWritten {
  readonly durability?: Durability;
  readonly how?: 'now' | 'hurry';
}

export type WriteStep = HowWritten &
  ({ readonly do: 'put'; readonly change: ScriptedChange } | { readonly do: 'batch'; readonly changes: readonly ScriptedChange[] });

/** Writes that depend on what is there. They are alone among writers, since only so it is known what they have to find. */
export type ConditionalStep =
  | {
      readonly do: 'check';
      readonly key: readonly [space: number, key: number];
      readonly right: boolean;
      readonly changes: readonly ScriptedChange[];
    }
  | { readonly do: 'update'; readonly change: ScriptedChange };

export type ReadStep =
  | { readonly do: 'get'; readonly keys: readonly (readonly [space: number, key: number])[]; readonly how?: 'now' }
  | { readonly do: 'scan'; readonly range: ScriptedRange; readonly how?: 'now' }
  | { readonly do: 'openSnapshot' }
  | { readonly do: 'readSnapshot'; readonly pick: number; readonly range: ScriptedRange }
  | { readonly do: 'closeSnapshot'; readonly pick: number }
  | { readonly do: 'openCursor'; readonly range: ScriptedRange }
  | { readonly do: 'readCursor'; readonly pick: number; readonly count: number };

/** What somebody does who only reads, in a process of their own, which opens the database when it has to. */
export type FollowStep =
  | { readonly do: 'follow'; readonly range: ScriptedRange }
  | { readonly do: 'followKeys'; readonly keys: readonly (readonly [space: number, key: number])[] }
  /** The process dies, and the next step begins another. */
  | { readonly do: 'endFollower' };

/** What somebody does who keeps states of the database, in a process of their own. */
export type KeepStep =
  | { readonly do: 'keep' }
  | { readonly do: 'readKept'; readonly pick: number }
  | { readonly do: 'letGo'; readonly pick: number };

/** What compactors do, each in a process of its own, which begins when it has to. */
export type MergeStep =
  /** Looks for a plan, and carries it out. */
  | { readonly do: 'merge'; readonly by: number }
  /** The process dies; what it asked of the disk may still happen. */
  | { readonly do: 'endCompactor'; readonly by: number }
  /** The process is stopped, and goes on after a while. */
  | { readonly do: 'stopCompactor'; readonly by: number; readonly ms: number };

export type CareStep = { readonly do: 'flush' | 'compact' | 'sync' | 'verify' | 'idle' | 'reopen' };

export type FateStep =
  /** The process dies; what it asked of the disk may still happen, now or later. With a cut the power goes as well, at the n-th call of the next open. */
  | { readonly do: 'kill'; readonly cut?: PlannedCut }
  | { readonly do: 'cut'; readonly mode: CutMode }
  /** The power goes at the n-th call from here, whoever makes it. */
  | ({ readonly do: 'cutAt' } & PlannedCut)
  /** The process is stopped, another takes over, and after a while the first one goes on; after another while it writes. */
  | { readonly do: 'takeOver'; readonly sleepMs: number; readonly restMs?: number }
  | { readonly do: 'faults'; readonly rates: FaultRates; readonly ms: number }
  /** A machine (src/sim/machines.ts) is cut off from the store, and reached again after a while. */
  | { readonly do: 'cutOff'; readonly machine: number; readonly ms: number; readonly manner: CutOff }
  | ({ readonly do: 'failOver' } & FailOver);

/** The writer's machine is cut off, another takes over after a while, and after another while the first is reached again. */
export interface FailOver {
  readonly aheadMs: number;
  readonly restMs: number;
  readonly manner: CutOff;
  /** The writer is asked for one more write just before it is reached again, instead of afterwards. */
  readonly early?: true;
}

/** What somebody does who makes clones, and what is done with these. `of`: the database is 0, its clones come after it; `pick`: one of the clones. */
export type CloneStep =
  /** A clone of the newest state in the store, of an open database, or of a checkpoint, which is deleted meanwhile. */
  | { readonly do: 'clone'; readonly of: number; readonly from: 'store' | 'database' | 'checkpoint' }
  | {
      readonly do: 'writeClone';
      readonly pick: number;
      readonly changes: readonly ScriptedChange[];
      readonly durability: 'buffered' | 'synced';
    }
  | { readonly do: 'readClone'; readonly pick: number; readonly range: ScriptedRange }
  | { readonly do: 'careForClone'; readonly pick: number; readonly what: 'flush' | 'compact' | 'verify' | 'reopen' | 'kill' }
  /** Its writer dies, and somebody else collects its garbage. */
  | { readonly do: 'collect'; readonly pick: number }
  /** The clone is deleted, and then its checkpoint. */
  | { readonly do: 'deleteClone'; readonly pick: number }
  /** Its checkpoint is deleted, and it is still there: it answers rightly or not at all. */
  | { readonly do: 'unpinClone'; readonly pick: number };

export type Step = (WriteStep | ConditionalStep | ReadStep | FollowStep | KeepStep | MergeStep | CloneStep | CareStep | FateStep) & {
  readonly waitMs?: number;
};

export interface Settings {
  readonly manner: Manner;
  /** The log is one of objects in the same store, which whoever only reads follows. Default: a log of files, and manifests that are followed. */
  readonly log?: 'objects';
  readonly latencyMs: number;
  /** How long a sync of the log takes that is made on the spot; default 0. */
  readonly syncNowMs?: number;
  readonly memoryBudgetBytes: number;
  readonly blockSizeBytes: number;
  readonly sstSizeBytes: number;
  readonly compression: 'lz4' | 'none';
  /** Keys of each space. */
  readonly keys: number;
  /** Merges are given out to compactors. */
  readonly remote?: true;
}

export interface Script {
  /** Decides what the steps leave open: the order of what happens at once, how long calls take, which of them fail. */
  readonly seed: number;
  readonly settings: Settings;
  /** Each actor takes its steps one after the other, beside all others. */
  readonly actors: readonly (readonly Step[])[];
}

/** The script as a file: a step a line. */
export function scriptText({ actors, ...rest }: { readonly actors: readonly (readonly object[])[] }): string {
  const steps = actors.map((actor) => `  [\n${actor.map((step) => `   ${JSON.stringify(step)}`).join(',\n')}\n  ]`);
  const head = Object.entries(rest).map(([name, value]) => ` ${JSON.stringify(name)}: ${JSON.stringify(value)},\n`);
  return `{\n${head.join('')} "actors": [\n${steps.join(',\n')}\n ]\n}\n`;
}
