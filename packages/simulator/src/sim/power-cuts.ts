// One script, lived again and again: the power is cut before and after each call that it makes to the disk, in every way that a cut can go.
//
// The script does everything once: puts, batches and deletes of each durability, flushes, a compaction, a manifest snapshot (the 16th manifest), a
// take-over, collecting what became garbage, and a close; so a cut at each call is a cut in the middle of each of these.

import type { CutMode } from '../disk/disk.ts';
import type { Manner } from '../disk/sim-store.ts';
import { live, type Life } from './live.ts';
import type { Script, Settings, Step, WriteStep } from './script.ts';

const MEBIBYTE = 2 ** 20;
const ROUNDS = 3;
const KEYS = 24;

/** A cut at one call. */
export interface PowerCut {
  readonly manner: Manner;
  readonly mode: CutMode;
  readonly when: 'before' | 'after';
  /** Calls before it, from the first open on. */
  readonly calls: number;
}

/** The script with a cut; without one if there is none. */
export function scriptWith(manner: Manner, cut?: PowerCut): Script {
  const settings: Settings = {
    manner,
    latencyMs: 1,
    memoryBudgetBytes: 4 * MEBIBYTE,
    blockSizeBytes: 512,
    sstSizeBytes: 8192,
    compression: 'lz4',
    keys: KEYS,
  };
  const first: Step[] = cut === undefined ? [] : [{ do: 'cutAt', calls: cut.calls, when: cut.when, mode: cut.mode }];
  return { seed: 1, settings, actors: [[...first, ...steps()]] };
}

function steps(): Step[] {
  const taken: Step[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    taken.push(...writes(round), { do: 'flush' }, ...writes(round + 1), { do: 'sync' }, { do: 'flush' });
  }
  taken.push({ do: 'compact' }, ...writes(ROUNDS), { do: 'idle' }, { do: 'takeOver', sleepMs: 5 }, ...writes(ROUNDS + 1));
  taken.push({ do: 'flush' }, { do: 'compact' }, { do: 'idle' }, { do: 'reopen' }, ...writes(ROUNDS + 2), { do: 'reopen' });
  return taken;
}

function writes(round: number): WriteStep[] {
  const key = (i: number): number => (round * 5 + i * 7) % KEYS;
  return [
    { do: 'put', change: [0, key(0), 100 + round], durability: 'synced' },
    { do: 'put', change: [1, key(1), 900], durability: 'buffered' },
    {
      do: 'batch',
      changes: [
        [0, key(2), 300],
        [1, key(3), 300],
        [0, key(4)],
      ],
      durability: 'memory',
    },
    { do: 'put', change: [0, key(5)], how: 'hurry' },
    { do: 'put', change: [1, key(6), 40], durability: 'synced', how: 'hurry' },
    { do: 'put', change: [0, key(7), 2000] },
  ];
}

/** Lives of the script with a cut before and after each call, the `part`-th of so many `parts` of them. Returns how many there were. */
export async function cutEverywhere(manner: Manner, mode: CutMode, part = 0, parts = 1): Promise<number> {
  let lives = 0;
  for (const when of ['before', 'after'] as const) {
    for (let calls = part; ; calls += parts) {
      const life = await cutAt({ manner, mode, when, calls });
      if (life.crashes === 0) break;
      lives++;
    }
  }
  return lives;
}

async function cutAt(cut: PowerCut): Promise<Life> {
  try {
    return await live(scriptWith(cut.manner, cut));
  } catch (error) {
    throw new Error(`power cut ${cut.when} call ${cut.calls} (${cut.manner}, ${cut.mode}): ${String(error)}`, { cause: error });
  }
}
