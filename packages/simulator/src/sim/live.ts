// Lives a script: all actors at once, and in the end a look at everything that is left.

import { NO_FAULTS } from '../disk/faults.ts';
import { Cloner } from './cloner.ts';
import { Follower } from './follower.ts';
import { Keeper } from './keeper.ts';
import { expectNothingLeft } from './left-over.ts';
import { Mergers } from './mergers.ts';
import { SPACE_NAMES, type Incarnation } from './incarnation.ts';
import { read } from './read-steps.ts';
import type { CareStep, FateStep, Script, Step } from './script.ts';
import { Simulation } from './simulation.ts';
import { write, writeConditionally } from './write-steps.ts';
import { expectThat } from './wrong.ts';

/** What a merge takes at least is more. */
const MOST_LEFT_BYTES = 64 * 1024;
const FLUSHES = 4;

/** What a life was like. */
export interface Life {
  readonly steps: number;
  /** Keys written and looked up, entries scanned not counted. */
  readonly operations: number;
  readonly events: number;
  readonly crashes: number;
  /** Merges of compactors that were committed. */
  readonly merged: number;
  /** Clones that were made. */
  readonly cloned: number;
  /** Writers that were overtaken while they were cut off, and were told so. */
  readonly fenced: number;
  /** Calls to the disk, by kind. */
  readonly calls: Readonly<Record<string, number>>;
  /** Of everything that happened, and of the bytes that are left. */
  readonly digest: string;
}

/** A life that went wrong: the script, and the last of what happened. */
export class LifeFailed extends Error {
  override readonly name = 'LifeFailed';
  readonly trace: readonly string[];

  constructor(script: Script, cause: unknown, trace: readonly string[]) {
    super(`seed=${script.seed}: ${cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)}`, { cause });
    this.trace = trace;
  }
}

export interface LiveOptions {
  /** Failures tell what had happened, call by call. */
  readonly keepsTrace?: boolean;
  /** The digest is of the bytes that are left as well. */
  readonly digestsBytes?: boolean;
}

export async function live(script: Script, { keepsTrace = false, digestsBytes = false }: LiveOptions = {}): Promise<Life> {
  const simulation = new Simulation(script, keepsTrace);
  const follower = new Follower(simulation);
  const keeper = new Keeper(simulation);
  const mergers = new Mergers(simulation);
  const cloner = new Cloner(simulation);
  const { world, trace } = simulation;
  try {
    await world.run(async () => {
      await Promise.all(script.actors.map((steps, actor) => act({ simulation, follower, keeper, mergers, cloner }, actor, steps)));
      simulation.rates = NO_FAULTS;
      simulation.power.forget();
      for (const machine of simulation.machines) machine.heal();
      mergers.end();
      await inspectAll(simulation, follower, keeper, cloner);
    });
    simulation.assertRight();
  } catch (error) {
    throw new LifeFailed(script, error, trace.lines);
  } finally {
    simulation.memories.giveBack();
  }
  for (const { name, size } of simulation.disk.store.sync.list('')) {
    trace.note(name, size);
    if (digestsBytes) trace.bytes(simulation.disk.store.sync.get(name)!);
  }
  const all = script.actors.flat();
  const operations = all.reduce((sum, step) => sum + operationsOf(step), 0);
  return {
    steps: all.length,
    operations,
    events: world.events,
    crashes: simulation.crashes,
    merged: simulation.merged,
    cloned: cloner.made,
    fenced: simulation.fenced,
    calls: simulation.calls,
    digest: trace.digest,
  };
}

function operationsOf(step: Step): number {
  if ('changes' in step) return step.changes.length;
  return 'keys' in step ? step.keys.length : 1;
}

/** Who takes the steps of a life, but for the database itself. */
interface Cast {
  readonly simulation: Simulation;
  readonly follower: Follower;
  readonly keeper: Keeper;
  readonly mergers: Mergers;
  readonly cloner: Cloner;
}

async function act({ simulation, ...others }: Cast, actor: number, steps: readonly Step[]): Promise<void> {
  for (const [i, step] of steps.entries()) {
    simulation.assertRight();
    const incarnation = await simulation.current();
    let outcome = 0;
    try {
      await take({ simulation, ...others }, incarnation, step);
    } catch (error) {
      incarnation.assertExpected(error);
      outcome = 1;
    }
    simulation.trace.note(step.do, actor, i, outcome, incarnation.acked);
    if (incarnation.failed && !incarnation.ended) await simulation.reopen(incarnation);
    if (step.waitMs !== undefined) await simulation.world.sleep(step.waitMs);
  }
}

function take({ simulation, follower, keeper, mergers, cloner }: Cast, incarnation: Incarnation, step: Step): Promise<void> {
  switch (step.do) {
    case 'put':
    case 'batch':
      return write(simulation, incarnation, step);
    case 'check':
    case 'update':
      return writeConditionally(simulation, incarnation, step);
    case 'flush':
    case 'compact':
    case 'sync':
    case 'verify':
    case 'idle':
    case 'reopen':
      return care(simulation, incarnation, step);
    case 'follow':
    case 'followKeys':
    case 'endFollower':
      return follower.take(step);
    case 'keep':
    case 'readKept':
    case 'letGo':
      return keeper.take(step);
    case 'merge':
    case 'endCompactor':
    case 'stopCompactor':
      return mergers.take(step);
    case 'clone':
    case 'writeClone':
    case 'readClone':
    case 'careForClone':
    case 'collect':
    case 'deleteClone':
    case 'unpinClone':
      return cloner.take(step, incarnation);
    case 'kill':
    case 'cut':
    case 'cutAt':
    case 'takeOver':
    case 'faults':
    case 'cutOff':
    case 'failOver':
      return befall(simulation, incarnation, step);
    default:
      return read(simulation, incarnation, step);
  }
}

async function care(simulation: Simulation, incarnation: Incarnation, step: CareStep): Promise<void> {
  const { db, process } = incarnation;
  if (step.do === 'reopen') return simulation.reopen(incarnation);
  if (step.do === 'verify') {
    const { ok, problems } = await process.outside(db.verify());
    expectThat(ok || incarnation.gate.rotten > 0 || incarnation.ended, `verify found a problem: ${problems[0]?.message}`);
    return;
  }
  const { acked } = incarnation;
  await process.outside(db[step.do]());
  if (step.do !== 'idle' && step.do !== 'compact' && !incarnation.ended) incarnation.noteSynced(acked);
}

async function befall(simulation: Simulation, incarnation: Incarnation, step: FateStep): Promise<void> {
  switch (step.do) {
    case 'kill':
      if (step.cut !== undefined) simulation.power.plan(step.cut);
      return simulation.kill(incarnation);
    case 'cut':
      if (!incarnation.ended) simulation.cutPower(step.mode);
      return;
    case 'cutAt':
      return simulation.power.plan(step);
    case 'takeOver':
      return simulation.takeOver(incarnation, step.sleepMs, step.restMs);
    case 'faults':
      return suffer(simulation, incarnation, step);
    case 'failOver':
      return simulation.failOver(incarnation, step);
    case 'cutOff':
      simulation.world.after(step.ms, simulation.machines[step.machine]!.cutOff(step.manner));
      return;
  }
}

async function suffer(simulation: Simulation, incarnation: Incarnation, { rates, ms }: FateStep & { do: 'faults' }): Promise<void> {
  simulation.rates = incarnation.gate.rates = rates;
  await simulation.world.sleep(ms);
  simulation.rates = NO_FAULTS;
  // Another incarnation may have come meanwhile, with the rates of its time.
  (await simulation.current()).gate.rates = NO_FAULTS;
}

/** Everything is there, in both directions, and nothing else. */
async function inspectAll(simulation: Simulation, follower: Follower, keeper: Keeper, cloner: Cloner): Promise<void> {
  // What was late has come by now, and the next open is undisturbed.
  await simulation.world.sleep(200_000);
  const last = await simulation.current();
  last.gate.rates = NO_FAULTS;
  await simulation.reopen(last);
  const incarnation = await simulation.current();
  const { db, spaces } = incarnation;
  if (simulation.script.actors.flat().some((step) => step.do === 'follow')) {
    // Who follows the log sees it without.
    if (!simulation.followsLog) await db.flush();
    // Nothing is merged away any more while it reads.
    await db.idle();
    await follower.expectNewest();
  }
  if (simulation.script.actors.flat().some((step) => step.do === 'clone')) await cloner.expectAll();
  if (simulation.script.actors.flat().some((step) => step.do === 'keep')) await keeper.expectAll();
  for (const [i, space] of spaces.entries()) {
    for (const reverse of [false, true]) {
      const found = simulation.numbered(await space.scan({ reverse }).all());
      const wanted = simulation.history.scan(SPACE_NAMES[i], { reverse });
      expectThat(
        JSON.stringify(found) === JSON.stringify(wanted),
        `in the end ${SPACE_NAMES[i]} is not what it must be, reverse=${reverse}`,
      );
    }
  }
  const { ok, problems } = await db.verify();
  expectThat(ok, `verify found a problem in the end: ${problems[0]?.message}`);
  await expectMemoryGivenBack(incarnation);
  await db.idle();
  await simulation.world.sleep(10_000);
  await expectNothingLeft(simulation.disk);
  await db.close();
}

/** The second of the memtables stays; of what else a flush takes nothing does. */
async function expectMemoryGivenBack({ db }: Incarnation): Promise<void> {
  const allocated: number[] = [];
  for (let i = 0; i < FLUSHES; i++) {
    await db.put('last', new Uint8Array(8));
    await db.flush();
    await db.idle();
    allocated.push(db.stats().memory.allocatedBytes);
  }
  const left = allocated.at(-1)! - allocated[0];
  expectThat(left < MOST_LEFT_BYTES, `${FLUSHES} flushes leave ${left} bytes in linear memory`);
}
