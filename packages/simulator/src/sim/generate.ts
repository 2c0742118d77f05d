// The script of a seed: a database of small blocks and small SSTs, so that everything happens all the time, and a handful of actors.

import { CUT_MODES } from '../disk/disk.ts';
import type { PlannedCut } from '../disk/power-switch.ts';
import { NO_FAULTS, type FaultRates } from '../disk/faults.ts';
import { Draw } from '../world/draw.ts';
import { CUT_OFFS } from '../world/machine.ts';
import { MACHINES, WRITERS } from './machines.ts';
import type {
  CareStep,
  CloneStep,
  ConditionalStep,
  FateStep,
  FollowStep,
  KeepStep,
  MergeStep,
  ReadStep,
  Script,
  ScriptedChange,
  ScriptedRange,
  Settings,
  Step,
  WriteStep,
} from './script.ts';

const MEBIBYTE = 2 ** 20;
const STEPS = 1200;
/** The same seed draws the script and what happens in it: not from the same sequence. */
const SCRIPT_SALT = 0x5eed;

type Make = (draw: Draw, settings: Settings) => Step;
type Weighted = Readonly<Record<string, readonly [weight: number, make: Make]>>;

/** Who is there beside a database. */
export interface Beside {
  /** Somebody who only reads, the manifests or a log of objects. */
  readonly followed?: 'manifest' | 'log' | undefined;
  /** Compactors. */
  readonly merged?: boolean;
  /** Somebody who makes clones, and writes to them. */
  readonly cloned?: boolean;
  /** A network: machines are cut off from the store. */
  readonly partitioned?: boolean;
}

/** The life of a seed. */
export function generate(
  seed: number,
  steps = STEPS,
  { followed, merged = false, cloned = false, partitioned = false }: Beside = {},
): Script {
  const draw = new Draw(seed ^ SCRIPT_SALT);
  const drawn = drawSettings(draw);
  const logged: Settings = followed === 'log' ? { ...drawn, manner: 'later', log: 'objects' } : drawn;
  const reached: Settings = partitioned ? { ...logged, manner: 'later', ...(seed % 2 === 0 && { log: 'objects' as const }) } : logged;
  const settings: Settings = merged ? { ...reached, remote: true } : reached;
  const share = (part: number): number => Math.ceil(steps * part * (0.5 + draw.share()));
  const writers = 1 + draw.below(3);
  const actors = [
    ...Array.from({ length: writers }, () => drawSteps(draw, settings, WRITER, share(0.6 / writers))),
    ...Array.from({ length: 1 + draw.below(2) }, () => drawSteps(draw, settings, READER, share(0.2))),
    drawSteps(draw, settings, KEEPER, share(0.02)),
  ];
  // One life in four is quiet: what goes wrong in it needs no disaster.
  if (draw.chance(0.75)) actors.push(drawSteps(draw, settings, FATE, share(0.005)));
  if (followed !== undefined) actors.push(drawSteps(draw, settings, FOLLOWER, share(0.1)));
  if (followed === 'manifest') actors.push(drawSteps(draw, settings, ARCHIVIST, share(0.03)));
  if (merged) actors.push(drawSteps(draw, settings, MERGER, share(0.2)), drawSteps(draw, settings, MERGER, share(0.2)));
  if (cloned) actors.push(drawSteps(draw, settings, CLONER, share(0.15)), drawSteps(draw, settings, LOST_ANSWERS, share(0.01)));
  if (partitioned) actors.push(drawSteps(draw, settings, NETWORK, share(0.02)));
  return { seed, settings, actors };
}

function drawSettings(draw: Draw): Settings {
  return {
    manner: draw.pick(['now', 'both', 'later', 'later']),
    latencyMs: draw.pick([0.1, 1, 10]),
    memoryBudgetBytes: 4 * MEBIBYTE,
    blockSizeBytes: draw.pick([512, 1024, 4096]),
    sstSizeBytes: draw.pick([8, 32, 256]) * 1024,
    compression: draw.pick(['lz4', 'none']),
    keys: draw.pick([12, 60, 300]),
  };
}

function drawSteps(draw: Draw, settings: Settings, kinds: Weighted, count: number): Step[] {
  const weights = Object.fromEntries(Object.entries(kinds).map(([name, [weight]]) => [name, weight]));
  return Array.from({ length: count }, () => kinds[draw.weighted(weights)][1](draw, settings));
}

const WRITER: Weighted = {
  put: [60, (draw, settings) => put(draw, settings)],
  batch: [20, (draw, settings): WriteStep => ({ do: 'batch', changes: changes(draw, settings, draw.skewed(1, 20)), ...manner(draw) })],
  bulk: [3, (draw, settings): WriteStep => ({ do: 'batch', changes: bulk(draw, settings) })],
  check: [3, check],
  update: [3, (draw, settings): ConditionalStep => ({ do: 'update', change: [draw.below(2), draw.below(settings.keys), size(draw)] })],
  get: [6, get],
  wait: [1, (draw, settings) => ({ ...put(draw, settings), waitMs: draw.below(50) })],
};

const READER: Weighted = {
  get: [40, get],
  scan: [6, (draw, settings): ReadStep => ({ do: 'scan', range: range(draw, settings), ...now(draw) })],
  openSnapshot: [3, (): ReadStep => ({ do: 'openSnapshot' })],
  readSnapshot: [6, (draw, settings): ReadStep => ({ do: 'readSnapshot', pick: draw.below(8), range: range(draw, settings) })],
  closeSnapshot: [1, (draw): ReadStep => ({ do: 'closeSnapshot', pick: draw.below(8) })],
  openCursor: [2, (draw, settings): ReadStep => ({ do: 'openCursor', range: range(draw, settings) })],
  readCursor: [6, (draw): ReadStep => ({ do: 'readCursor', pick: draw.below(8), count: draw.skewed(1, 60) })],
  wait: [3, (draw, settings) => ({ ...get(draw, settings), waitMs: draw.below(20) })],
};

const FOLLOWER: Weighted = {
  follow: [12, (draw, settings) => ({ do: 'follow', range: range(draw, settings), waitMs: pause(draw) })],
  followKeys: [8, (draw, settings) => ({ do: 'followKeys', keys: keysOf(draw, settings), waitMs: pause(draw) })],
  endFollower: [1, (): FollowStep => ({ do: 'endFollower' })],
};

const ARCHIVIST: Weighted = {
  keep: [2, (draw): KeepStep & { waitMs: number } => ({ do: 'keep', waitMs: pause(draw) })],
  readKept: [4, (draw): KeepStep & { waitMs: number } => ({ do: 'readKept', pick: draw.below(8), waitMs: pause(draw) })],
  letGo: [1, (draw): KeepStep => ({ do: 'letGo', pick: draw.below(8) })],
};

const MERGER: Weighted = {
  merge: [20, (draw): MergeStep & { waitMs: number } => ({ do: 'merge', by: draw.below(2), waitMs: draw.skewed(0, 60) })],
  endCompactor: [1, (draw): MergeStep => ({ do: 'endCompactor', by: draw.below(2) })],
  stopCompactor: [2, (draw): MergeStep => ({ do: 'stopCompactor', by: draw.below(2), ms: draw.skewed(1, 2000) })],
};

const KEEPER: Weighted = {
  flush: [8, care('flush')],
  compact: [3, care('compact')],
  sync: [4, care('sync')],
  idle: [2, care('idle')],
  verify: [1, care('verify')],
  reopen: [2, care('reopen')],
};

const FATE: Weighted = {
  kill: [2, (draw): FateStep & { waitMs: number } => ({ do: 'kill', waitMs: pause(draw) })],
  cut: [2, (draw): FateStep & { waitMs: number } => ({ do: 'cut', mode: draw.pick(CUT_MODES), waitMs: pause(draw) })],
  cutAt: [3, (draw) => ({ do: 'cutAt', ...cut(draw, 400), waitMs: pause(draw) })],
  cutAtOpen: [1, (draw) => ({ do: 'kill', cut: cut(draw, 30), waitMs: pause(draw) })],
  takeOver: [2, (draw) => ({ do: 'takeOver', sleepMs: draw.below(500), waitMs: pause(draw) })],
  faults: [2, (draw) => ({ do: 'faults', rates: rates(draw), ms: draw.below(300), waitMs: pause(draw) })],
};

const NETWORK: Weighted = {
  cutOff: [3, (draw): FateStep & { waitMs: number } => ({ do: 'cutOff', machine: draw.below(MACHINES), ...cutOff(draw) })],
  cutOffWriter: [2, (draw): FateStep & { waitMs: number } => ({ do: 'cutOff', machine: draw.pick(WRITERS), ...cutOff(draw) })],
  failOver: [
    4,
    (draw): FateStep & { waitMs: number } => ({
      do: 'failOver',
      aheadMs: draw.skewed(0, 100),
      restMs: draw.skewed(0, 2000),
      manner: draw.pick(CUT_OFFS),
      ...(draw.chance(0.5) && { early: true as const }),
      waitMs: pause(draw),
    }),
  ],
};

const CLONER: Weighted = {
  clone: [4, (draw): CloneStep => ({ do: 'clone', of: draw.skewed(0, 2), from: draw.pick(['store', 'database', 'checkpoint']) })],
  write: [12, (draw, settings) => ({ ...writeClone(draw), changes: changes(draw, settings, draw.skewed(1, 8)) })],
  bulk: [4, (draw, settings) => ({ ...writeClone(draw), changes: bulk(draw, settings) })],
  read: [10, (draw, settings): CloneStep => ({ do: 'readClone', pick: draw.below(8), range: range(draw, settings) })],
  flush: [3, careForClone('flush')],
  compact: [3, careForClone('compact')],
  verify: [2, careForClone('verify')],
  reopen: [2, careForClone('reopen')],
  kill: [1, careForClone('kill')],
  collect: [2, (draw): CloneStep => ({ do: 'collect', pick: draw.below(8) })],
  delete: [1, (draw): CloneStep => ({ do: 'deleteClone', pick: draw.below(8) })],
  unpin: [1, (draw): CloneStep => ({ do: 'unpinClone', pick: draw.below(8) })],
  wait: [4, (draw, settings): Step => ({ do: 'readClone', pick: draw.below(8), range: range(draw, settings), waitMs: pause(draw) })],
};

/** A store that asks again by itself, as object storage's clients do: what was created is there already, it says then. */
const LOST_ANSWERS: Weighted = {
  repeated: [
    1,
    (draw): FateStep & { waitMs: number } => ({
      do: 'faults',
      rates: { ...NO_FAULTS, repeated: draw.pick([0.1, 0.5]) },
      ms: draw.below(200),
      waitMs: pause(draw),
    }),
  ],
};

function writeClone(draw: Draw) {
  return {
    do: 'writeClone',
    pick: draw.below(8),
    durability: draw.pick(['buffered', 'synced'] as const),
    waitMs: draw.skewed(0, 20),
  } as const;
}

function careForClone(what: (CloneStep & { do: 'careForClone' })['what']): Make {
  return (draw) => ({ do: 'careForClone', pick: draw.below(8), what });
}

function cutOff(draw: Draw) {
  return { ms: draw.skewed(1, 2000), manner: draw.pick(CUT_OFFS), waitMs: pause(draw) };
}

function care(what: CareStep['do']): Make {
  return (draw) => ({ do: what, waitMs: pause(draw) });
}

function pause(draw: Draw): number {
  return draw.skewed(0, 150);
}

function put(draw: Draw, settings: Settings): WriteStep {
  return { do: 'put', change: change(draw, settings), ...manner(draw) };
}

function get(draw: Draw, settings: Settings): ReadStep {
  return { do: 'get', keys: keysOf(draw, settings), ...now(draw) };
}

function keysOf(draw: Draw, { keys }: Settings): (readonly [space: number, key: number])[] {
  const space = draw.below(2);
  const count = draw.chance(0.3) ? draw.skewed(1, 60) : 1;
  return Array.from({ length: count }, () => [space, draw.below(keys)] as const);
}

function check(draw: Draw, settings: Settings): ConditionalStep {
  const key = [draw.below(2), draw.below(settings.keys)] as const;
  return { do: 'check', key, right: draw.chance(0.6), changes: changes(draw, settings, draw.skewed(1, 5)) };
}

function manner(draw: Draw): Pick<WriteStep, 'durability' | 'how'> {
  const durability = draw.pick(['memory', 'buffered', 'synced', undefined, undefined, undefined] as const);
  const how = draw.pick(['now', 'hurry', 'hurry', 'hurry', 'hurry', 'hurry', 'hurry', undefined] as const);
  return { ...(durability !== undefined && { durability }), ...(how !== undefined && { how }) };
}

function now(draw: Draw): { how?: 'now' } {
  return draw.chance(0.4) ? { how: 'now' } : {};
}

function cut(draw: Draw, most: number): PlannedCut {
  return { calls: draw.skewed(0, most), when: draw.pick(['before', 'after']), mode: draw.pick(CUT_MODES) };
}

function changes(draw: Draw, settings: Settings, count: number): ScriptedChange[] {
  return Array.from({ length: count }, () => change(draw, settings));
}

function change(draw: Draw, { keys }: Settings): ScriptedChange {
  const place = [draw.below(2), draw.below(keys)] as const;
  return draw.chance(0.2) ? place : [...place, size(draw)];
}

/** Fills memtables. */
function bulk(draw: Draw, { keys }: Settings): ScriptedChange[] {
  return Array.from({ length: 30 }, () => [draw.below(2), draw.below(keys), 1000 + draw.below(3000)] as const);
}

function size(draw: Draw): number {
  if (draw.chance(0.005)) return draw.below(60_000);
  return draw.chance(0.05) ? draw.below(6000) : draw.skewed(4, 300);
}

function range(draw: Draw, { keys }: Settings): ScriptedRange {
  const from = draw.chance(0.4) ? undefined : draw.below(keys);
  const to = draw.chance(0.4) ? undefined : draw.below(keys + 1);
  return {
    space: draw.below(2),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to: Math.max(to, from ?? 0) }),
    ...(draw.chance(0.5) && { reverse: true as const }),
    ...(draw.chance(0.2) && { limit: draw.below(30) }),
  };
}

/** Mostly one kind of trouble at a time. */
function rates(draw: Draw): FaultRates {
  const some = (): number => (draw.chance(0.35) ? draw.pick([0.003, 0.02, 0.1]) : 0);
  return {
    refused: some(),
    lost: some(),
    hung: some(),
    full: draw.chance(0.2) ? draw.pick([0.02, 1]) : 0,
    rotten: draw.chance(0.2) ? 0.02 : 0,
  };
}
