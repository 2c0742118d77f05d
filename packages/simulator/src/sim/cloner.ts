// Somebody who makes clones of the database and of its clones, writes to them, and deletes them, in an order that is right or wrong (src/sim/clone.ts).

import { seededRandom, StorageError } from '@varve/core';
import {
  cloneDatabase,
  collectGarbage,
  createCheckpoint,
  deleteCheckpoint,
  listCheckpoints,
  type ImageSource,
} from '@varve/core/checkpoint';
import type { Disk } from '../disk/disk.ts';
import { PowerLost, type Gate } from '../disk/gate.ts';
import { simStore, type SimStore } from '../disk/sim-store.ts';
import { Gone, type Process } from '../world/process.ts';
import { Clone, type Origin } from './clone.ts';
import { isDamage } from './damage.ts';
import type { Incarnation } from './incarnation.ts';
import { expectNothingLeft } from './left-over.ts';
import { CLONER, CLONES } from './machines.ts';
import type { CloneStep } from './script.ts';
import type { Simulation } from './simulation.ts';
import { expectThat, Wrong } from './wrong.ts';
import { modelOf } from './write-steps.ts';

const MOST_CLONES = 3;
/** A checkpoint that a clone is made of is deleted so much later, times latency. */
const MOST_CALLS = 12;
/** What making one may end with when nothing was made. */
const NOT_MADE = new Set(['UNAVAILABLE', 'EXPIRED', 'CONFLICT', 'QUOTA', 'LOCKED', 'FENCED', 'READ_ONLY', 'CLOSED']);
const REST_MS = 10_000;

interface Life {
  readonly process: Process;
  readonly gate: Gate;
}

type MakeStep = CloneStep & { readonly do: 'clone' };

export class Cloner {
  /** How many were made. */
  made = 0;
  readonly #simulation: Simulation;
  readonly #root: Origin;
  readonly #clones: Clone[] = [];
  #life: Life | undefined;
  #tried = 0;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.#root = { disk: simulation.disk, history: simulation.history, ancestors: [], isKept: true };
  }

  async take(step: CloneStep, incarnation: Incarnation): Promise<void> {
    for (const clone of this.#clones.filter(({ isBroken }) => isBroken)) await this.#delete(clone);
    switch (step.do) {
      case 'clone':
        return this.#make(step, incarnation);
      case 'collect': {
        const clone = this.#picked(step);
        return clone?.isThere === true ? this.#collect(clone) : undefined;
      }
      case 'writeClone':
        return this.#picked(step)?.write(modelOf(this.#simulation, step.changes), step.durability);
      case 'readClone':
        return this.#picked(step)?.read(step.range);
      case 'careForClone':
        return this.#picked(step)?.care(step.what);
      case 'deleteClone':
      case 'unpinClone': {
        const clone = this.#picked(step);
        if (clone === undefined || this.#hasClones(clone)) return;
        return step.do === 'deleteClone' ? this.#delete(clone) : this.#unpin(clone);
      }
    }
  }

  /** In the end each is what it has to be, and then nothing of them may be left. */
  async expectAll(): Promise<void> {
    this.#end();
    for (const clone of [...this.#clones].reverse()) {
      if (!clone.isThere) continue;
      await clone.expectAll();
      if (clone.isKept) await this.#expectTidy(clone);
      await this.#delete(clone);
    }
    await this.#unpinAll(this.#root);
    this.#end();
  }

  async #expectTidy(clone: Clone): Promise<void> {
    await this.#unpinAll(clone);
    await clone.care('reopen');
    await clone.open();
    await this.#simulation.world.sleep(REST_MS);
    await expectNothingLeft(clone.disk);
    await clone.care('reopen');
  }

  async #unpinAll(of: Origin): Promise<void> {
    const store = this.#storeOf(of.disk);
    for (const { name } of await listCheckpoints(store)) await deleteCheckpoint(store, name);
    await collectGarbage(store, this.#life!.process.clock);
  }

  async #make(step: MakeStep, incarnation: Incarnation): Promise<void> {
    if (this.#clones.length >= MOST_CLONES) return;
    const parent = this.#origin(step.of);
    const writer = parent instanceof Clone ? await parent.open() : incarnation;
    const isOpen = step.from === 'database' && writer !== undefined;
    const from = isOpen && parent === this.#root ? incarnation.acked : isOpen ? parent.history.now : 0;
    const clone = new Clone(this.#simulation, parent, CLONES[this.#tried % CLONES.length]!, from);
    this.#tried++;
    this.#simulation.disks.add(clone.disk);
    try {
      clone.pin = isOpen ? await this.#cloneOf(writer, writer.db, clone) : await this.#cloneOfStore(step, parent.disk, clone);
    } catch (error) {
      this.#expectPassing(error, isOpen ? writer.gate : this.#life?.gate);
      const code = error instanceof StorageError ? error.code : undefined;
      this.#simulation.trace.note(`no clone ${code}`, this.#tried);
      if (code !== undefined && NOT_MADE.has(code)) {
        expectThat(!clone.isThere, `a clone is there, and who made it was told that it is not: ${String(error)}`);
        this.#simulation.disks.delete(clone.disk);
        return;
      }
    }
    if (clone.pin !== undefined) {
      this.made++;
      expectThat(clone.isThere, 'a clone that was made is not there');
    }
    this.#clones.push(clone);
    this.#simulation.trace.note('cloned', this.#tried, clone.pin === undefined ? 0 : 1);
    await clone.open();
  }

  async #cloneOfStore({ from }: MakeStep, parent: Disk, clone: Clone): Promise<string> {
    const store = this.#storeOf(parent);
    const life = this.#life!;
    if (from !== 'checkpoint') return this.#cloneOf(life, store, clone);
    const { world, script } = this.#simulation;
    const checkpoint = `for-clone-${this.#tried}`;
    await life.process.outside(createCheckpoint(store, checkpoint, { clock: life.process.clock, random: this.#random() }));
    // It goes while the clone is made, or afterwards.
    const deleted = world
      .sleep(world.draw.below(MOST_CALLS) * script.settings.latencyMs)
      .then(() => life.process.outside(deleteCheckpoint(store, checkpoint)))
      .catch((error: unknown) => this.#expectPassing(error));
    try {
      return await this.#cloneOf(life, store, clone, checkpoint);
    } finally {
      await deleted;
    }
  }

  async #cloneOf({ process, gate }: Life, of: ImageSource | SimStore, clone: Clone, checkpoint?: string): Promise<string> {
    const to = simStore(clone.disk, gate, this.#simulation.script.settings.manner);
    return (await process.outside(cloneDatabase(of, to, { checkpoint, random: this.#random() }))).checkpoint;
  }

  /** The clone goes first: nothing that it needs may go before it. */
  async #delete(clone: Clone): Promise<void> {
    clone.end();
    this.#clones.splice(this.#clones.indexOf(clone), 1);
    this.#simulation.disks.delete(clone.disk);
    if (clone.isPinned) await this.#unpin(clone);
  }

  async #unpin(clone: Clone): Promise<void> {
    const { pin } = clone;
    if (pin === undefined) return;
    // If it fails nobody knows whether it is gone.
    clone.isPinned = false;
    await this.#passing(async ({ process }, store) => void (await process.outside(deleteCheckpoint(store, pin))), clone.parent);
  }

  /** While nobody writes: a read that is under way in a writer holds SSTs of which nobody else can know. */
  #collect(clone: Clone): Promise<void> {
    clone.end();
    return this.#passing(async ({ process }, store) => void (await process.outside(collectGarbage(store, process.clock))), clone);
  }

  async #passing(work: (life: Life, store: SimStore) => Promise<void>, { disk }: Origin): Promise<void> {
    try {
      const store = this.#storeOf(disk);
      await work(this.#life!, store);
    } catch (error) {
      this.#expectPassing(error);
    }
  }

  #origin(of: number): Origin {
    const known = this.#clones.filter((clone) => clone.hasBegun && clone.isKept);
    return of === 0 || known.length === 0 ? this.#root : known[(of - 1) % known.length]!;
  }

  #picked({ pick }: { readonly pick: number }): Clone | undefined {
    return this.#clones[pick % Math.max(1, this.#clones.length)];
  }

  #hasClones(clone: Clone): boolean {
    return this.#clones.some(({ parent }) => parent === clone);
  }

  #random() {
    return seededRandom(this.#simulation.script.seed + 1_299_709 * this.#tried);
  }

  #storeOf(disk: Disk): SimStore {
    if (this.#life?.process.alive !== true) this.#life = this.#simulation.startProcess(CLONER);
    this.#life.gate.rates = this.#simulation.rates;
    return simStore(disk, this.#life.gate, this.#simulation.script.settings.manner);
  }

  #end(): void {
    this.#life?.process.die();
    this.#life?.gate.abandon(true);
    this.#life = undefined;
  }

  #expectPassing(error: unknown, gate = this.#life?.gate): void {
    if (error instanceof Gone || error instanceof PowerLost) return;
    if (error instanceof StorageError) {
      if (NOT_MADE.has(error.code) || error.code === 'UNKNOWN') return;
      if (isDamage(error.code) && (gate?.rotten ?? 0) > 0) return;
    }
    throw error instanceof Wrong ? error : new Wrong(`a clone was not made: ${String(error)}`, { cause: error });
  }
}
