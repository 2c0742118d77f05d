// Somebody who keeps states of the database (@varve/core/checkpoint), in a process of their own: whatever is merged and deleted afterwards, and whoever
// dies, each stays what it was when it was kept.

import { openReader, seededRandom, StorageError } from '@varve/core';
import { checkpointStore, collectGarbage, createCheckpoint, deleteCheckpoint, listCheckpoints } from '@varve/core/checkpoint';
import { PowerLost, type Gate } from '../disk/gate.ts';
import { simStore } from '../disk/sim-store.ts';
import type { ModelEntry } from '../model/history.ts';
import { Gone, type Process } from '../world/process.ts';
import { isDamage } from './damage.ts';
import { CODECS, SPACE_NAMES } from './incarnation.ts';
import { KEEPER } from './machines.ts';
import { expectMoment } from './read-steps.ts';
import type { KeepStep } from './script.ts';
import type { Simulation } from './simulation.ts';
import { expectThat } from './wrong.ts';

const MOST_KEPT = 3;
/** The store does not answer, there is no manifest yet, the writer merges too fast. Where a pin is it is not `EXPIRED` any more. */
const PASSING = new Set(['UNAVAILABLE', 'EXPIRED']);

interface Life {
  readonly process: Process;
  readonly gate: Gate;
}

/** What both key spaces held. */
type Kept = readonly (readonly ModelEntry<number>[])[];

export class Keeper {
  readonly #simulation: Simulation;
  /** By name; undefined: it was made, and never read. */
  readonly #kept = new Map<string, Kept | undefined>();
  #life: Life | undefined;
  #made = 0;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  async take(step: KeepStep): Promise<void> {
    try {
      if (step.do === 'keep') await this.#keep();
      else await this.#look(step);
    } catch (error) {
      if (!this.#isPassing(error)) throw error;
    }
  }

  /** In the end each is read once more, and then nothing of them may be left. */
  async expectAll(): Promise<void> {
    for (const name of this.#kept.keys()) await this.#read(name);
    const store = this.#store();
    for (const { name } of await listCheckpoints(store)) await deleteCheckpoint(store, name);
    await collectGarbage(store, this.#life!.process.clock);
    this.end();
  }

  end(): void {
    this.#life?.process.die();
    this.#life?.gate.abandon(true);
    this.#life = undefined;
  }

  async #keep(): Promise<void> {
    if (this.#kept.size >= MOST_KEPT) return;
    const name = `kept-${++this.#made}`;
    const { script } = this.#simulation;
    const store = this.#store();
    const { process } = this.#life!;
    const options = { clock: process.clock, random: seededRandom(script.seed + 104_729 * this.#made) };
    await process.outside(createCheckpoint(store, name, options));
    this.#kept.set(name, undefined);
    await this.#read(name);
  }

  async #look({ do: what, pick }: KeepStep & { pick: number }): Promise<void> {
    const name = [...this.#kept.keys()][pick % Math.max(1, this.#kept.size)];
    if (name === undefined) return;
    if (what === 'readKept') return this.#read(name);
    // Whether it is deleted when that fails is not known: nobody reads it any more.
    this.#kept.delete(name);
    const store = this.#store();
    await this.#life!.process.outside(deleteCheckpoint(store, name));
  }

  async #read(name: string): Promise<void> {
    const found = await this.#scan(name);
    if (found === undefined) return;
    const before = this.#kept.get(name);
    if (before === undefined) for (const space of [0, 1]) expectMoment(this.#simulation, { space }, found[space]!, 0);
    else expectThat(JSON.stringify(found) === JSON.stringify(before), `the checkpoint ${name} is not what it was`);
    this.#kept.set(name, found);
    this.#simulation.trace.note('kept', found[0]!.length, found[1]!.length);
  }

  /** Undefined where the process or the disk fails. What is kept is there. */
  async #scan(name: string): Promise<Kept | undefined> {
    const { memories, script } = this.#simulation;
    const store = this.#store();
    const { process } = this.#life!;
    const { clock, turns } = process;
    const { memoryBudgetBytes } = script.settings;
    try {
      const kept = await process.outside(checkpointStore(store, name, clock));
      const options = { ...CODECS, follow: false, memoryBudgetBytes, clock, turns, newMemory: memories.take } as const;
      const reader = await process.outside(openReader(kept, options));
      const spaces = [reader, reader.keyspace(SPACE_NAMES[1], CODECS)];
      const found = [];
      for (const space of spaces) found.push(this.#simulation.numbered(await process.outside(space.scan().all())));
      await process.outside(reader.close());
      return found;
    } catch (error) {
      expectThat(this.#isPassing(error) && !this.#isLost(error), `the checkpoint ${name} cannot be read: ${String(error)}`);
      return undefined;
    }
  }

  #store() {
    const { script, disk, rates } = this.#simulation;
    if (this.#life?.process.alive !== true) this.#life = this.#simulation.startProcess(KEEPER);
    this.#life.gate.rates = rates;
    return simStore(disk, this.#life.gate, script.settings.manner);
  }

  /** The store answers, and says that it is not there. */
  #isLost(error: unknown): boolean {
    return error instanceof StorageError && (error.code === 'EXPIRED' || error.message.startsWith('there is no checkpoint'));
  }

  #isPassing(error: unknown): boolean {
    if (error instanceof Gone || error instanceof PowerLost) return true;
    if (!(error instanceof StorageError)) return false;
    return PASSING.has(error.code) || (isDamage(error.code) && (this.#life?.gate.rotten ?? 0) > 0);
  }
}
