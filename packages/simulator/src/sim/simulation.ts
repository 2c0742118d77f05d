// A life: a disk, a database on it that is opened again whenever it ended, actors that use it all at once, and the model that knows what they must find.

import { open, seededRandom, StorageError } from '@varve/core';
import { remoteCompaction } from '@varve/core/compactor';
import { objectLog } from '@varve/core/object-log';
import { Disk, type CutMode } from '../disk/disk.ts';
import { NO_FAULTS, type FaultRates } from '../disk/faults.ts';
import { Gate, PowerLost, type CallCounts } from '../disk/gate.ts';
import { PowerSwitch } from '../disk/power-switch.ts';
import { simLog } from '../disk/sim-log.ts';
import { simStore } from '../disk/sim-store.ts';
import { ModelHistory, type ModelEntry } from '../model/history.ts';
import { Values } from '../model/values.ts';
import { Draw } from '../world/draw.ts';
import { Machine } from '../world/machine.ts';
import { Memories } from '../world/memories.ts';
import { Gone, Process } from '../world/process.ts';
import { Trace } from '../world/trace.ts';
import { World } from '../world/world.ts';
import { isDamage } from './damage.ts';
import { MACHINES, WRITERS } from './machines.ts';
import { CODECS, Incarnation, SPACE_NAMES, type Db } from './incarnation.ts';
import type { FailOver, Script } from './script.ts';
import { expectThat, Wrong } from './wrong.ts';

const RETRY_MS = 20;
const SETTLE_MS = 0.1;
const RETAIN_MS = 200;
/** Lives are short: so is what writers wait for. */
const PATIENCE = { claimWithinMs: 3000, silentMs: 300, lookMs: 20 };
/** What a writer tries to write after it was overtaken. */
const ZOMBIE = 'zombie';
const ZOMBIE_BYTES = 8;
/** An open that fails so often without a fault in sight will never succeed. */
const MOST_ATTEMPTS = 200;

/** What survives at least: the death of the process, and a power cut. */
interface Floor {
  readonly process: number;
  readonly power: number;
}

export class Simulation {
  readonly script: Script;
  readonly world: World;
  readonly disk = new Disk();
  readonly history = new ModelHistory<number>((a, b) => a === b);
  readonly values = new Values();
  readonly memories = new Memories();
  readonly trace: Trace;
  rates: FaultRates = NO_FAULTS;
  readonly power = new PowerSwitch((mode) => this.cutPower(mode));
  /** A write that depends on what is there has the database for itself. */
  isExclusive = false;
  /** Calls to the disk, by kind. */
  readonly calls: CallCounts = {};
  /** Moment of the newest state that somebody who only reads has seen, at least: it is never lost. */
  seen = 0;
  /** Writers that were overtaken while they were cut off, and were told so. */
  fenced = 0;
  /** Each is cut off on its own. */
  readonly machines: readonly Machine[] = Array.from({ length: MACHINES }, (_, number) => new Machine(number));
  /** All that lose power with the machine: that of the database, and those of its clones. */
  readonly disks = new Set<Disk>([this.disk]);
  /** Merges of compactors that a writer has committed. */
  merged = 0;
  /** Ends of the process and power cuts so far. */
  crashes = 0;
  #current: Promise<Incarnation> | undefined;
  readonly #overtaken: Incarnation[] = [];
  /** Of processes that may be alive. */
  readonly #gates = new Set<Gate>();
  #opening: { lostPower: boolean } | undefined;
  #last: Incarnation | undefined;
  #processes = 0;
  /** Where the database is opened. */
  #home: number = WRITERS[0];
  #wrong: Error | undefined;

  constructor(script: Script, keepsTrace = false) {
    this.script = script;
    this.world = new World(new Draw(script.seed));
    this.trace = new Trace(() => this.world.age, keepsTrace);
  }

  /** Synchronous calls may be used. */
  get canAnswerNow(): boolean {
    return this.script.settings.manner !== 'later';
  }

  /** Whoever only reads follows the log. */
  get followsLog(): boolean {
    return this.script.settings.log === 'objects';
  }

  /** One life in two keeps what merges replace for a while. */
  get retainMs(): number {
    return this.script.seed % 2 === 0 ? 0 : RETAIN_MS;
  }

  /** Writes that are in the log for good: their objects are there. */
  get logged(): number {
    return this.#last?.buffered ?? 0;
  }

  /** The database, opened if it is not. */
  async current(): Promise<Incarnation> {
    for (;;) {
      const incarnation = await (this.#current ??= this.#open({ process: 0, power: 0 }));
      // Of one whose power was cut this moment the next follows.
      if (incarnation.process.alive) return incarnation;
      await this.world.sleep(SETTLE_MS);
    }
  }

  /** Throws what was found to be wrong where nobody was waiting for it. */
  assertRight(): void {
    if (this.#wrong !== undefined) throw this.#wrong;
  }

  readonly noteWrong = (error: unknown): void => {
    this.#wrong ??= error instanceof Error ? error : new Wrong(String(error));
  };

  /** Ends the handle in an orderly way, or as well as a failed one can be, and opens the next. Once, whoever asks. */
  async reopen(incarnation: Incarnation): Promise<void> {
    if (incarnation.ended) return;
    await this.#replace(incarnation, async () => {
      const { acked, failed } = incarnation;
      let closed = !failed;
      try {
        await incarnation.process.outside(incarnation.db.close());
      } catch (error) {
        incarnation.assertExpected(error);
        closed = false;
      }
      this.trace.note('closed', closed && !incarnation.failed ? 1 : 0);
      if (closed && !incarnation.failed) incarnation.noteSynced(acked);
    });
  }

  /** The process dies. */
  async kill(incarnation: Incarnation): Promise<void> {
    if (incarnation.ended) return;
    this.crashes++;
    incarnation.process.die();
    incarnation.gate.abandon(true);
    this.trace.note('killed');
    await this.#replace(incarnation, async () => undefined);
  }

  /** No process on this machine survives, and the disk forgets what it was not told to keep. */
  readonly cutPower = (mode: CutMode): void => {
    this.crashes++;
    for (const gate of this.#gates) {
      gate.process.die();
      gate.abandon(false);
    }
    this.#gates.clear();
    for (const earlier of this.#overtaken) earlier.mayComeToLight = true;
    for (const disk of this.disks) disk.cutPower(mode, this.world.draw);
    this.trace.note('cut');
    if (this.#last !== undefined) this.#last.buffered = this.#last.synced;
    if (this.#opening !== undefined) this.#opening.lostPower = true;
    else if (this.#last?.ended === false) this.#replace(this.#last, async () => undefined).catch(this.noteWrong);
  };

  /** The process is stopped, the next one takes over, and then the first goes on. */
  async takeOver(incarnation: Incarnation, sleepMs: number, restMs?: number): Promise<void> {
    if (incarnation.ended) return;
    const stop = async (): Promise<void> => {
      incarnation.process.stop();
      this.trace.note('stopped');
    };
    await this.#replace(incarnation, stop, incarnation);
    await this.world.sleep(sleepMs);
    const value = this.values.make(ZOMBIE_BYTES);
    incarnation.goOn([{ space: SPACE_NAMES[0], key: ZOMBIE, value }], async () => {
      if (restMs !== undefined) await this.world.sleep(restMs);
      await incarnation.db.put(ZOMBIE, this.values.bytesOf(value)).finally(() => void incarnation.db.close().catch(() => undefined));
    });
  }

  /**
   * The machine of the process is cut off, and somebody elsewhere takes over: the process goes on, knows nothing, and is reached again when all is over. What it
   * is asked for then, or just before, is not acknowledged.
   */
  async failOver(incarnation: Incarnation, { aheadMs, restMs, manner, early }: FailOver): Promise<void> {
    if (incarnation.ended) return;
    const heal = this.machines[this.#home]!.cutOff(manner);
    this.trace.note('cut off', this.#home);
    try {
      // It is written to as if nothing had happened.
      await this.world.sleep(aheadMs);
      if (incarnation.ended) return;
      this.#home = WRITERS.find((machine) => machine !== this.#home)!;
      await this.#replace(incarnation, async () => undefined, incarnation);
      await this.world.sleep(restMs);
      if (early === true) this.#writeOvertaken(incarnation);
    } finally {
      heal();
    }
    this.trace.note('reached', incarnation.process.number);
    if (early !== true) this.#writeOvertaken(incarnation);
  }

  #writeOvertaken(incarnation: Incarnation): void {
    const { process, gate, db } = incarnation;
    if (!process.alive || incarnation.overtakenAt === undefined) return;
    const value = this.values.make(ZOMBIE_BYTES);
    incarnation.goOn([{ space: SPACE_NAMES[0], key: ZOMBIE, value }], async () => {
      await db.put(ZOMBIE, this.values.bytesOf(value)).finally(() => {
        // Where no call has failed nothing but its successor has ended it.
        if (process.alive && gate.failed + gate.rotten === 0) this.#expectFenced(incarnation);
        void db.close().catch(() => undefined);
      });
    });
  }

  #expectFenced({ failure }: Incarnation): void {
    const code = failure instanceof StorageError ? failure.code : undefined;
    expectThat(code === 'FENCED', `a writer that was overtaken while it was cut off ended with ${String(failure)}`);
    this.fenced++;
  }

  /** `end` ends the handle; then the next one is opened. */
  async #replace(incarnation: Incarnation, end: () => Promise<void>, overtaken?: Incarnation): Promise<void> {
    incarnation.ended = true;
    // Whoever is told of the end has heard it before the next one begins.
    const over = end().then(() => this.world.sleep(SETTLE_MS));
    const next = over.then(() => this.#open({ process: incarnation.buffered, power: incarnation.synced }, overtaken));
    this.#current = next;
    next.catch(this.noteWrong);
    await next;
  }

  async #open(floor: Floor, overtaken?: Incarnation): Promise<Incarnation> {
    const opening = (this.#opening = { lostPower: false });
    for (let attempt = 1; ; attempt++) {
      const { process, gate } = this.startProcess();
      // Faults pass.
      gate.rates = attempt > MOST_ATTEMPTS / 2 ? NO_FAULTS : this.rates;
      try {
        const promised = (): number => Math.max(this.seen, opening.lostPower ? floor.power : floor.process);
        const incarnation = await process.outside(this.#openWith(process, gate, promised, overtaken));
        this.#opening = undefined;
        return (this.#last = incarnation);
      } catch (error) {
        if (error instanceof Wrong || !isPassing(error, gate)) throw error;
        expectThat(attempt < MOST_ATTEMPTS, `open fails for ever: ${String(error)}`);
        this.trace.note('open failed', attempt);
        if (process.alive) {
          process.die();
          gate.abandon(true);
        }
        await this.world.sleep(RETRY_MS);
      }
    }
  }

  /** A process on a machine, and its way to the disk. */
  startProcess(on: number = this.#home): { readonly process: Process; readonly gate: Gate } {
    const process = new Process(this.world, ++this.#processes);
    const { latencyMs, syncNowMs = 0 } = this.script.settings;
    const { trace, power, calls } = this;
    const gate = new Gate(this.world, process, { latencyMs, syncNowMs, trace, power, machine: this.machines[on]!, calls });
    this.#gates.add(gate);
    return { process, gate };
  }

  async #openWith(process: Process, gate: Gate, promised: () => number, overtaken: Incarnation | undefined): Promise<Incarnation> {
    const { manner, memoryBudgetBytes, blockSizeBytes, sstSizeBytes, compression, remote } = this.script.settings;
    const handle: { failed: boolean; failure?: unknown } = { failed: false };
    const store = simStore(this.disk, gate, manner);
    const random = seededRandom(this.script.seed + 7919 * this.#processes);
    const log = this.followsLog ? objectLog(store, { random }) : simLog(this.disk, gate, manner !== 'later');
    const db = (await open(store, {
      ...CODECS,
      log,
      takeover: 'now',
      retainMs: this.retainMs,
      onEvent: (event) => {
        if (event.kind === 'compaction' && event.remote === true) this.merged++;
        if (event.kind !== 'failed') return;
        handle.failed = true;
        handle.failure ??= event.error;
        if (!isOfTheWorld(event.error)) this.noteWrong(new Wrong(`the writer failed: ${String(event.error)}`, { cause: event.error }));
      },
      clock: process.clock,
      turns: process.turns,
      newMemory: this.memories.take,
      random,
      memoryBudgetBytes,
      blockSizeBytes,
      sstSizeBytes,
      compression,
      compaction: remote === undefined ? undefined : remoteCompaction(PATIENCE),
    })) as unknown as Db;
    const moment = await this.#recover(db, promised, overtaken);
    this.trace.note('open', moment, promised());
    return new Incarnation({ process, gate, db, handle, history: this.history, moment, trace: this.trace, wrong: this.noteWrong });
  }

  /** What is found has to be a prefix of what was written that holds all that was promised. */
  async #recover(db: Db, promised: () => number, overtaken: Incarnation | undefined): Promise<number> {
    const found = new Map<string, ModelEntry<number>[]>();
    const side = db.keyspace(SPACE_NAMES[1], CODECS);
    for (const [i, space] of [db, side].entries()) found.set(SPACE_NAMES[i], this.numbered(await space.scan().all()));
    const earliest = promised();
    const moment = this.history.momentOf(found, earliest) ?? this.#momentOfOvertaken(found, earliest);
    expectThat(
      moment !== undefined,
      `what is left is no prefix that holds all up to ${earliest} of ${this.history.now}: ${this.#difference(found, earliest)}`,
    );
    const forgotten = this.history.cutAfter(moment);
    // What an earlier one had asked for may still happen, if nobody is told of the fence before it.
    const earlier = overtaken ?? this.#last;
    if (overtaken !== undefined || (earlier !== undefined && forgotten.length > 0)) {
      earlier!.wasOvertaken(moment, forgotten);
      this.#overtaken.push(earlier!);
    }
    return moment;
  }

  /**
   * Whoever took over may have made nothing durable, not even its fence, when the power was cut. Then what the writer before it did last, and was
   * not told of, may come to light.
   */
  #momentOfOvertaken(found: ReadonlyMap<string, readonly ModelEntry<number>[]>, earliest: number): number | undefined {
    for (const overtaken of this.#overtaken) {
      const { latest } = overtaken.overtakenAt!;
      if (earliest > latest || !overtaken.mayComeToLight) continue;
      const others = this.history.cutAfter(latest);
      for (const write of overtaken.forgotten) this.history.add(write);
      const moment = this.history.momentOf(found, earliest);
      if (moment !== undefined) {
        overtaken.overtakenAt = { latest: moment, earliest: this.history.earliestLike(moment) };
        return moment;
      }
      this.history.cutAfter(latest);
      for (const write of others) this.history.add(write);
    }
    return undefined;
  }

  /** Entries with the numbers of their values. */
  numbered(entries: readonly (readonly [string, Uint8Array])[]): ModelEntry<number>[] {
    return entries.map(([key, value]) => [key, this.values.numberOf(value)]);
  }

  /** The first key that was never so. */
  #difference(found: ReadonlyMap<string, readonly ModelEntry<number>[]>, earliest: number): string {
    for (const [space, entries] of found) {
      const contents = new Map(entries);
      const wanted = new Map(this.history.scan(space, {}, earliest));
      const key = [...wanted.keys(), ...contents.keys()].find(
        (each) => !this.history.had(space, each, contents.get(each), earliest, this.history.now),
      );
      if (key !== undefined) return `${space} ${key} is ${contents.get(key)}, was ${wanted.get(key)}`;
    }
    return 'each key alone would be right';
  }
}

/** Everything else is a mistake of the engine. */
function isOfTheWorld(error: unknown): boolean {
  return error instanceof StorageError || error instanceof Gone || error instanceof PowerLost;
}

/** Errors after which the next attempt may succeed. */
function isPassing(error: unknown, gate: Gate): boolean {
  if (!isOfTheWorld(error)) return false;
  if (!(error instanceof StorageError)) return true;
  if (isDamage(error.code)) return gate.rotten > 0;
  return ['UNAVAILABLE', 'QUOTA', 'FENCED', 'UNKNOWN', 'READ_ONLY', 'CLOSED'].includes(error.code);
}
