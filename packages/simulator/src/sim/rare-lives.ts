// Scripts of what random lives meet too rarely: a writer that sleeps until its manifests are deleted, a cache that is too small for what is read,
// memtables that are full before the one before is flushed, syncs that are always under way when the power goes, syncs that fail, or take too long to be
// made on the spot, synchronous writers in a hurry while background work is on its way, values that hardly fit, stores that ask again by themselves.

import { CUT_MODES } from '../disk/disk.ts';
import { NO_FAULTS } from '../disk/faults.ts';
import type { ReadStep, Script, ScriptedChange, Settings, Step, WriteStep } from './script.ts';

const MEBIBYTE = 2 ** 20;
/** So many manifests come while the writer sleeps: those around its own are deleted by then. */
const MANIFESTS = 48;
const KEYS = 300;
/** Keys of large values: all of them are more than half of the budget. */
const LARGE_KEYS = 24;

export type RareLife =
  | 'long sleep'
  | 'small cache'
  | 'full memtables'
  | 'slow syncs'
  | 'failed syncs'
  | 'syncs aside'
  | 'hurry'
  | 'large values'
  | 'lost answers';

/** Lives of each kind are told apart by their seed. */
export const RARE_LIVES: Readonly<Record<RareLife, (seed: number) => Script>> = {
  'long sleep': longSleep,
  'small cache': smallCache,
  'full memtables': fullMemtables,
  'slow syncs': slowSyncs,
  'failed syncs': failedSyncs,
  'syncs aside': syncsAside,
  hurry,
  'large values': largeValues,
  'lost answers': lostAnswers,
};

function settingsOf(seed: number): Settings {
  return {
    manner: (['later', 'both', 'now'] as const)[seed % 3],
    latencyMs: 1,
    memoryBudgetBytes: 4 * MEBIBYTE,
    blockSizeBytes: 4096,
    sstSizeBytes: 65536,
    compression: 'none',
    keys: KEYS,
  };
}

/** The writer is stopped while it flushes or does nothing, and goes on after another one has made many manifests. */
function longSleep(seed: number): Script {
  const sleeper: Step[] = [
    { do: 'put', change: [0, 1, 500] },
    { do: 'put', change: [1, 2, 500] },
    { do: 'flush', waitMs: 1 },
    { do: 'put', change: [0, 3, 500] },
    { do: 'flush' },
  ];
  const other: Step[] = [];
  for (let i = 0; i < MANIFESTS; i++) other.push({ do: 'put', change: [0, i, 300] }, { do: 'flush' });
  other.push({ do: 'compact' }, { do: 'idle' });
  const takeOver: Step = { do: 'takeOver', sleepMs: 20_000, ...(seed % 2 === 0 && { restMs: 500 }) };
  return { seed, settings: settingsOf(seed), actors: [sleeper, [waiting(4 + seed / 2), takeOver], [waiting(80), ...other]] };
}

/** More than the cache holds is read all the time, by gets and scans at once. */
function smallCache(seed: number): Script {
  const place = (i: number): readonly [number, number] => [i % 2, (i * 7 + seed) % KEYS];
  const writes = Array.from({ length: 40 }, (_, batch): WriteStep => {
    return { do: 'batch', changes: Array.from({ length: 30 }, (_unused, i) => [...place(batch * 30 + i), 3500 + i] as const) };
  });
  const gets = Array.from({ length: 300 }, (_, i): ReadStep => ({
    do: 'get',
    keys: [place(i * 11), place(i * 11 + 2), place(i * 11 + 4)],
  }));
  const scans = Array.from({ length: 60 }, (_, i): ReadStep => {
    return { do: 'scan', range: { space: i % 2, ...(i % 3 === 0 && { reverse: true as const }), from: (i * 37) % KEYS, limit: 60 } };
  });
  const made: Step[] = [...writes, { do: 'flush' }, { do: 'compact' }, { do: 'idle' }];
  const later = (steps: Step[]): Step[] => [waiting(500), ...steps];
  const actors = [[...made, ...gets, ...writes.slice(0, 10)], later(gets), later(scans), later([...scans].reverse())];
  return { seed, settings: settingsOf(seed), actors };
}

/** Writers fill memtables faster than a slow store takes them; now and then the power goes, or the process dies. */
function fullMemtables(seed: number): Script {
  const change = (i: number): ScriptedChange => [i % 2, (i * 13 + seed) % KEYS, 200 + ((i * 977) % 9000)];
  const writes = Array.from({ length: 150 }, (_, i): WriteStep => {
    const durability = (['synced', 'buffered', 'memory'] as const)[(i + seed) % 3];
    if (i % 5 !== 0) return { do: 'put', change: change(i), durability, how: 'hurry' };
    return { do: 'batch', changes: Array.from({ length: 20 }, (_unused, n) => change(i * 20 + n)), durability, how: 'hurry' };
  });
  const reads = Array.from({ length: 60 }, (_, i): Step[] => {
    return [
      { do: 'openSnapshot', waitMs: i % 7 },
      { do: 'readSnapshot', pick: i, range: { space: i % 2 } },
      { do: 'get', keys: [[i % 2, (i * 13) % KEYS]] },
    ];
  });
  const ends = Array.from({ length: 6 }, (_, i): Step => {
    const waitMs = 150 + ((seed * 31 + i * 57) % 300);
    return i % 2 === 0 ? { do: 'cut', mode: CUT_MODES[(seed + i) % 3], waitMs } : { do: 'kill', waitMs };
  });
  const settings: Settings = { ...settingsOf(seed), manner: seed % 4 === 0 ? 'both' : 'later', latencyMs: 10 };
  return { seed, settings, actors: [writes, [...writes].reverse(), reads.flat(), [waiting(100), ...ends]] };
}

/** Writes that are to be synced come while a sync runs, into one segment after the other, and the power goes. */
function slowSyncs(seed: number): Script {
  const writes = (writer: number): Step[] =>
    Array.from({ length: 400 }, (_, i): WriteStep & { waitMs: number } => {
      const change: ScriptedChange = [i % 2, (i * 13 + seed + writer) % KEYS, writer === 3 ? 15_000 : 50];
      return {
        do: 'put',
        change,
        how: 'hurry',
        durability: writer === 3 || i % 4 === 3 ? 'buffered' : 'synced',
        waitMs: (i * 7 + seed) % 6,
      };
    });
  const cuts = Array.from({ length: 8 }, (_, i): Step => ({ do: 'cut', mode: 'lost', waitMs: 100 + ((seed * 31 + i * 57) % 190) }));
  const settings: Settings = { ...settingsOf(seed), manner: seed % 4 === 0 ? 'both' : 'later', latencyMs: 4 };
  return { seed, settings, actors: [writes(1), writes(2), writes(3), [waiting(30), ...cuts]] };
}

/** Syncs of the log fail, and then the power goes. */
function failedSyncs(seed: number): Script {
  const writes = (writer: number): Step[] =>
    Array.from({ length: 300 }, (_, i): WriteStep & { waitMs: number } => {
      const change: ScriptedChange = [i % 2, (i * 13 + seed + writer) % KEYS, 50];
      return { do: 'put', change, how: 'hurry', durability: i % 4 === writer ? 'buffered' : 'synced', waitMs: (i * 7 + seed) % 6 };
    });
  const rates = { ...NO_FAULTS, unsynced: 0.2 };
  const faults = Array.from({ length: 12 }, (_, i): Step => ({ do: 'faults', rates, ms: 60, waitMs: (seed * 17 + i * 29) % 50 }));
  const cuts = Array.from({ length: 12 }, (_, i): Step => ({ do: 'cut', mode: 'lost', waitMs: 40 + ((seed * 31 + i * 57) % 60) }));
  const care = Array.from({ length: 8 }, (_, i): Step => ({ do: i % 3 === 2 ? 'flush' : 'sync', waitMs: 60 + ((seed + i * 41) % 70) }));
  const settings: Settings = { ...settingsOf(seed), latencyMs: 4, syncNowMs: seed % 2 };
  return { seed, settings, actors: [writes(0), writes(1), [waiting(20), ...faults], [waiting(30), ...cuts], care] };
}

/** A sync on the spot would take so long that they are made in the background, while synchronous writes of every durability come. */
function syncsAside(seed: number): Script {
  const durabilities = ['memory', 'buffered', 'synced'] as const;
  const writes = Array.from({ length: 300 }, (_, i): WriteStep & { waitMs: number } => {
    const change: ScriptedChange = [i % 2, (i * 13 + seed) % KEYS, i % 20 === 0 ? 20_000 : 60];
    const waitMs = (i * 7 + seed) % 4;
    return i % 3 === 0
      ? { do: 'put', change, how: 'hurry', durability: 'synced', waitMs: 0 }
      : { do: 'put', change, how: i % 3 === 1 ? 'now' : 'hurry', durability: durabilities[(i * 5 + seed) % 3], waitMs };
  });
  const reads = Array.from({ length: 150 }, (_, i): ReadStep & { waitMs: number } => {
    return { do: 'get', keys: [[i % 2, (i * 13 + seed) % KEYS]], how: 'now', waitMs: (i * 3 + seed) % 5 };
  });
  const care = Array.from({ length: 20 }, (_, i): Step => ({ do: i % 5 === 4 ? 'compact' : 'flush', waitMs: 5 + ((i + seed) % 23) }));
  const cuts = Array.from({ length: 3 }, (_, i): Step => ({ do: 'cut', mode: 'lost', waitMs: 150 + ((seed * 31 + i * 57) % 90) }));
  const settings: Settings = { ...settingsOf(seed), manner: seed % 2 === 0 ? 'both' : 'now', latencyMs: 4, syncNowMs: 6 };
  return { seed, settings, actors: [writes, [...writes].reverse(), reads, care, [waiting(100), ...cuts]] };
}

/** Synchronous writes need room while a flush or a compaction is on its way, and drive it to its end. */
function hurry(seed: number): Script {
  const writes = Array.from({ length: 120 }, (_, i): WriteStep => {
    const change: ScriptedChange = [i % 2, (i * 13 + seed) % KEYS, 5000 + ((i * 977) % 40_000)];
    return i % 9 === 0 ? { do: 'put', change, how: 'hurry', durability: 'synced' } : { do: 'put', change, how: 'now' };
  });
  const care = Array.from({ length: 20 }, (_, i): Step => ({ do: i % 5 === 4 ? 'compact' : 'flush', waitMs: (i + seed) % 5 }));
  const settings: Settings = { ...settingsOf(seed), manner: 'both', latencyMs: 10 };
  const paused = writes.map((write, i): Step => (i % 3 === 0 ? { ...write, waitMs: (i + seed) % 4 } : write));
  return { seed, settings, actors: [paused, care, [waiting(20), ...writes.slice(60)]] };
}

/** Values nearly as large as the budget allows, in batches: neither memtables, outputs of merges nor pages of scans hold many of them. */
function largeValues(seed: number): Script {
  const change = (i: number): ScriptedChange => [i % 2, (i * 7 + seed) % LARGE_KEYS, i % 3 === 0 ? 300 : 60_000 + ((i * 9767) % 70_000)];
  const writes = Array.from({ length: 40 }, (_, i): Step => {
    if (i % 3 > 0 && seed % 3 > 0) return { do: 'put', change: change(i), how: 'hurry', waitMs: i % 4 };
    return { do: 'batch', changes: [change(i + 1), change(i), change(i + 2)], waitMs: (i + seed) % 5 };
  });
  const reads = Array.from({ length: 30 }, (_, i): Step => {
    const keys = [change(i), change(i + 1), change(i + 2)].map(([space, key]) => [space, key] as const);
    if (i % 3 > 0) return { do: 'get', keys, waitMs: i % 9 };
    return { do: 'scan', range: { space: i % 2, ...(i % 2 === 0 && { reverse: true as const }) }, waitMs: (i + seed) % 7 };
  });
  const care = Array.from({ length: 8 }, (_, i): Step => ({
    do: i % 4 === 3 ? 'compact' : i % 4 === 2 ? 'verify' : 'flush',
    waitMs: 10 + (i % 3) * 9,
  }));
  return {
    seed,
    settings: { ...settingsOf(seed), keys: LARGE_KEYS },
    actors: [writes, [...writes].reverse(), reads, [...reads].reverse(), care],
  };
}

/** Every second object that is created has lost its answer, and the store has asked again: it is there, says the second one. */
function lostAnswers(seed: number): Script {
  const writes = Array.from({ length: 60 }, (_, i): Step[] => {
    const put: WriteStep = { do: 'put', change: [i % 2, (i * 13 + seed) % KEYS, 400], how: i % 2 === 0 ? 'hurry' : 'now' };
    return i % 3 === 0 ? [put, { do: 'flush' }] : [put];
  });
  const rates = { ...NO_FAULTS, repeated: 0.5 };
  const fate: Step[] = [
    { do: 'faults', rates, ms: 400 },
    { do: 'takeOver', sleepMs: 100, waitMs: 20 },
    { do: 'faults', rates, ms: 10_000 },
  ];
  return { seed, settings: settingsOf(seed), actors: [writes.flat(), [waiting(50), { do: 'compact' }, { do: 'reopen' }], fate] };
}

function waiting(waitMs: number): Step {
  return { do: 'get', keys: [[0, 0]], waitMs };
}
