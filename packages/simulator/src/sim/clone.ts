// A clone of the database, or of another clone, on a disk of its own, with one writer at a time, in a process of its own. It answers what its parent held when it
// was made and what was written to it since, as long as its pin is there; afterwards it answers rightly, or not at all.

import { open, seededRandom, StorageError } from '@varve/core';
import { objectLog } from '@varve/core/object-log';
import { Disk } from '../disk/disk.ts';
import { PowerLost, type Gate } from '../disk/gate.ts';
import { simLog } from '../disk/sim-log.ts';
import { simStore } from '../disk/sim-store.ts';
import { ModelHistory, type ModelEntry, type Write } from '../model/history.ts';
import { Gone, type Process } from '../world/process.ts';
import { isDamage } from './damage.ts';
import { CODECS, NOT_THERE, SPACE_NAMES, spaceOf, type Db, type Space } from './incarnation.ts';
import { scanRange } from './read-steps.ts';
import type { CloneStep, ScriptedRange } from './script.ts';
import type { Simulation } from './simulation.ts';
import { expectThat, Wrong } from './wrong.ts';

const LAST_ATTEMPTS = 20;
const RETRY_MS = 50;

/** What clones are made of: the database of a life, or a clone. */
export interface Origin {
  readonly disk: Disk;
  readonly history: ModelHistory<number>;
  /** Where the SSTs lie that it did not make itself, the nearest first. */
  readonly ancestors: readonly Disk[];
  /** All that it needs of others is pinned. */
  readonly isKept: boolean;
}

/** A writer of the clone. */
interface Life {
  readonly process: Process;
  readonly gate: Gate;
  readonly db: Db;
  readonly spaces: readonly [Db, Space];
  readonly handle: { failed: boolean };
}

export class Clone implements Origin {
  readonly disk = new Disk();
  readonly history = new ModelHistory<number>((a, b) => a === b);
  readonly parent: Origin;
  readonly ancestors: readonly Disk[];
  /** Its pin at its parent; undefined: whoever made it was not told. */
  pin: string | undefined;
  isPinned = true;
  /** It was not kept, and something that it needs is gone. */
  isBroken = false;
  readonly #simulation: Simulation;
  readonly #machine: number;
  /** Moment of its parent's that it holds, at least. */
  readonly #from: number;
  #life: Life | undefined;
  #hasBegun = false;
  /** Moments up to which writes survive the end of the process, and a power cut. */
  #acked = 0;
  #synced = 0;
  /** Power cuts of the disk when it was opened last. */
  #cuts = 0;

  constructor(simulation: Simulation, parent: Origin, machine: number, from: number) {
    this.#simulation = simulation;
    this.parent = parent;
    this.ancestors = [parent.disk, ...parent.ancestors];
    this.#machine = machine;
    this.#from = from;
  }

  /** It has its first manifest. */
  get isThere(): boolean {
    return this.disk.store.sync.list('manifest/').length > 0;
  }

  get isKept(): boolean {
    return this.isPinned && this.parent.isKept;
  }

  /** It was read, so it is known what it began with. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Its writer, opened if there is none; undefined when that fails for what the world does. */
  async open(): Promise<Life | undefined> {
    if (this.#life?.process.alive === true && !this.#life.handle.failed) return this.#life;
    this.end();
    if (!this.isThere || this.isBroken) return undefined;
    const { process, gate } = this.#simulation.startProcess(this.#machine);
    gate.rates = this.#simulation.rates;
    try {
      const life = await process.outside(this.#openWith(process, gate));
      return (this.#life = life);
    } catch (error) {
      process.die();
      gate.abandon(true);
      this.#expectPassing(error, gate);
      return undefined;
    }
  }

  /** The process dies. */
  end(): void {
    this.#life?.process.die();
    this.#life?.gate.abandon(true);
    this.#life = undefined;
  }

  async write(write: Write<number>, durability: 'buffered' | 'synced'): Promise<void> {
    const life = await this.open();
    if (life === undefined || write.length === 0) return;
    const { db, spaces, process } = life;
    const batch = db.batch();
    for (const { space, key, value } of write) {
      const target = spaces[SPACE_NAMES.indexOf(space as (typeof SPACE_NAMES)[number])] as never;
      if (value === undefined) batch.delete(target, key as never);
      else batch.put(target, key as never, this.#simulation.values.bytesOf(value) as never);
    }
    const moment = this.history.add(write);
    try {
      await process.outside(db.write(batch, { durability }));
      this.#acked = moment;
      if (durability === 'synced') this.#synced = moment;
    } catch (error) {
      if (error instanceof StorageError && NOT_THERE.has(error.code)) this.history.withdraw(moment);
      this.#fail(life, error);
    }
  }

  async read(range: ScriptedRange): Promise<void> {
    await this.#with(async ({ process, spaces }) => {
      const found = this.#simulation.numbered(await process.outside(spaces[range.space]!.scan(scanRange(range)).all()));
      this.#expectFound(range, found);
    });
  }

  async care(what: (CloneStep & { do: 'careForClone' })['what']): Promise<void> {
    if (what === 'kill') return this.end();
    await this.#with(async ({ process, gate, db }) => {
      if (what === 'verify') {
        const { ok, problems } = await process.outside(db.verify());
        expectThat(ok || gate.rotten > 0 || !this.isKept, `verify found a problem in a clone: ${problems[0]?.message}`);
        return;
      }
      await process.outside(what === 'reopen' ? db.close() : db[what]());
      if (what !== 'compact') this.#synced = this.#acked;
      if (what === 'reopen') this.end();
    });
  }

  /** In the end, with nobody in its way, everything is there. */
  async expectAll(): Promise<void> {
    await this.care('reopen');
    this.end();
    for (let attempt = 1; (await this.open()) === undefined && !this.isBroken; attempt++) {
      expectThat(attempt < LAST_ATTEMPTS, 'a clone cannot be opened any more');
      await this.#simulation.world.sleep(RETRY_MS);
    }
    for (const space of [0, 1]) for (const reverse of [{}, { reverse: true as const }]) await this.read({ space, ...reverse });
    await this.care('verify');
    expectThat(!this.isKept || this.#life !== undefined, 'a clone failed in the end');
  }

  async #with(work: (life: Life) => Promise<void>): Promise<void> {
    const life = await this.open();
    if (life === undefined) return;
    try {
      await work(life);
    } catch (error) {
      if (error instanceof Wrong) throw error;
      this.#fail(life, error);
    }
  }

  #fail({ gate }: Life, error: unknown): void {
    this.end();
    this.#expectPassing(error, gate);
  }

  async #openWith(process: Process, gate: Gate): Promise<Life> {
    const { script, followsLog, memories, retainMs } = this.#simulation;
    const { manner, memoryBudgetBytes, blockSizeBytes, sstSizeBytes, compression } = script.settings;
    const store = simStore(this.disk, gate, manner);
    const random = seededRandom(script.seed + 7919 * process.number);
    const handle = { failed: false };
    const db = (await open(store, {
      ...CODECS,
      ancestors: this.ancestors.map((disk) => simStore(disk, gate, manner)),
      log: followsLog ? objectLog(store, { random }) : simLog(this.disk, gate, manner !== 'later'),
      takeover: 'now',
      retainMs,
      onEvent: (event) => {
        if (event.kind !== 'failed') return;
        handle.failed = true;
        this.#noteUnexpected(event.error, gate);
      },
      ...{ clock: process.clock, turns: process.turns, newMemory: memories.take, random },
      ...{ memoryBudgetBytes, blockSizeBytes, sstSizeBytes, compression },
    })) as unknown as Db;
    const spaces = [db, spaceOf(db)] as const;
    await this.#recover(spaces);
    return { process, gate, db, spaces, handle };
  }

  /** What is found the first time was there at its parent; later a prefix of what was written to it, with all that was promised. */
  async #recover(spaces: Life['spaces']): Promise<void> {
    const found = new Map<string, ModelEntry<number>[]>();
    for (const [i, space] of spaces.entries()) found.set(SPACE_NAMES[i]!, this.#simulation.numbered(await space.scan().all()));
    if (!this.#hasBegun) {
      const { history } = this.parent;
      const moment = history.momentOf(found, this.#from);
      expectThat(moment !== undefined, `a clone is of no moment of its parent from ${this.#from} to ${history.now}`);
      this.history.add([...found].flatMap(([space, entries]) => entries.map(([key, value]) => ({ space, key, value }))));
      this.#hasBegun = true;
    } else {
      const floor = this.disk.cuts === this.#cuts ? this.#acked : this.#synced;
      const moment = this.history.momentOf(found, floor);
      expectThat(moment !== undefined, `what is left of a clone is no prefix that holds all up to ${floor} of ${this.history.now}`);
      this.history.cutAfter(moment);
    }
    this.#acked = this.#synced = this.history.now;
    this.#cuts = this.disk.cuts;
    this.#simulation.trace.note('clone open', this.#acked);
  }

  #expectFound(range: ScriptedRange, found: readonly ModelEntry<number>[]): void {
    const wanted = this.history.scan(SPACE_NAMES[range.space]!, scanRange(range));
    const isRight = JSON.stringify(wanted) === JSON.stringify(found);
    expectThat(
      isRight,
      `a clone's scan of ${JSON.stringify(range)} is not what it must be: ${wanted.length} wanted, ${found.length} found`,
    );
    this.#simulation.trace.note('clone read', found.length);
  }

  #noteUnexpected(error: unknown, gate: Gate): void {
    try {
      this.#expectPassing(error, gate);
    } catch (wrong) {
      this.#simulation.noteWrong(wrong);
    }
  }

  /** What the world did to it; and, where its pin is gone, that something else is. */
  #expectPassing(error: unknown, gate: Gate): void {
    if (error instanceof Gone || error instanceof PowerLost) return;
    if (error instanceof StorageError) {
      if (isDamage(error.code) && !this.isKept) return void (this.isBroken = true);
      if (isDamage(error.code) ? gate.rotten > 0 : NOT_THERE.has(error.code) || error.code === 'UNKNOWN') return;
    }
    throw error instanceof Wrong ? error : new Wrong(`a clone failed: ${String(error)}`, { cause: error });
  }
}
