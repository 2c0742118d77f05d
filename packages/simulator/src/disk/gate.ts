// The way of one process to the disk: every call passes here, where it is counted, delayed, failed, and cut off by the end of the process. A call has
// an effect, which happens to the disk at a moment of its own, and an answer, which the process gets later, or never.

import { StorageError, type MemoryOperation } from '@varve/core';
import { Machine } from '../world/machine.ts';
import type { Process } from '../world/process.ts';
import type { Trace } from '../world/trace.ts';
import type { World } from '../world/world.ts';
import type { PlannedCut, PowerSwitch } from './power-switch.ts';
import { canHang, drawFault, NO_FAULTS, type Fault, type FaultRates } from './faults.ts';

/** Thrown into a process whose power was cut in the middle of a synchronous call: nothing it does afterwards counts. */
export class PowerLost extends Error {
  override readonly name = 'PowerLost';
}

/** One call: what it does to the disk, and what of its arguments may change before it does. */
export interface Call<T> {
  readonly operation: MemoryOperation;
  readonly name: string;
  /** Happens to the disk; may throw a StorageError of its own. */
  effect(): T;
  /** Copies what the caller may change once it has an answer. */
  keep?(): void;
  /** Turns a bit over in what was read. */
  spoil?(bit: number): void;
}

/** A call, and whoever waits for its answer. */
interface Request<T> {
  readonly call: Call<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

type Asked = Pick<Request<unknown>, 'call' | 'reject'>;

export interface GateOptions {
  /** How long calls take, at most, but for a few. */
  readonly latencyMs: number;
  /** How long a sync on the spot keeps everybody waiting. */
  readonly syncNowMs: number;
  readonly trace: Trace;
  readonly power: PowerSwitch;
  /** Where the process runs; default: a machine that is always reached. */
  readonly machine?: Machine;
  /** Counts calls that had their effect, by kind. */
  readonly calls: CallCounts;
}

export type CallCounts = Partial<Record<MemoryOperation, number>>;

/** Far beyond all patience. */
const HUNG_MS = 60_000;
const SLOW_SHARE = 0.01;
const SLOW_TIMES = 50;
const SLOW_ANSWERS = 0.2;
/** Whoever is cut off is told so after a while: between these, ms. */
const LEAST_PATIENCE_MS = 20;
const MOST_PATIENCE_MS = 200;
/** Of what is on its way when a machine is cut off. */
const ARRIVING = 0.5;

export class Gate {
  rates: FaultRates = NO_FAULTS;
  readonly process: Process;
  readonly #world: World;
  readonly #latencyMs: number;
  readonly #syncNowMs: number;
  readonly #trace: Trace;
  readonly #power: PowerSwitch;
  readonly #machine: Machine;
  readonly #calls: CallCounts;
  readonly #inFlight = new Set<Call<unknown>>();
  /** Reads that were spoiled. */
  rotten = 0;
  /** Calls that failed, though nothing was wrong with them. */
  failed = 0;

  constructor(world: World, process: Process, { latencyMs, syncNowMs, trace, power, machine = new Machine(0), calls }: GateOptions) {
    this.#calls = calls;
    this.#trace = trace;
    this.#power = power;
    this.#machine = machine;
    this.#world = world;
    this.process = process;
    this.#latencyMs = latencyMs;
    this.#syncNowMs = syncNowMs;
  }

  /** A call that is over when it returns. */
  now<T>(call: Call<T>): T {
    if (!this.process.alive) throw new PowerLost();
    const cut = this.#power.count();
    if (cut?.when === 'before') this.#die(cut);
    if (this.#machine.cut !== undefined) throw this.#cutOffError(call);
    const fault = drawFault(this.#world.draw, this.rates, call.operation, true);
    if (isRefusal(fault)) throw this.#errorOf(fault, call);
    if (call.operation === 'log.sync') this.#world.pass(this.#syncNowMs);
    const value = this.#happen(call);
    if (cut !== undefined) this.#die(cut);
    if (fault === 'repeated') return false as T;
    if (fault !== undefined && fault !== 'rotten') throw this.#errorOf(fault, call);
    if (fault === 'rotten') this.#spoil(call);
    return value;
  }

  /** A call whose effect and answer come later. */
  later<T>(call: Call<T>): Promise<T> {
    return new Promise((resolve, reject) => this.#send({ call, resolve, reject }));
  }

  #send<T>(request: Request<T>): void {
    const { call, resolve, reject } = request;
    if (!this.process.alive) return;
    const cut = this.#power.count();
    if (cut === undefined && this.#machine.cut !== undefined) return this.#sendCutOff(request);
    const fault = cut === undefined ? drawFault(this.#world.draw, this.rates, call.operation, false) : undefined;
    const refuse = (): void => reject(this.#errorOf(fault!, call));
    if (isRefusal(fault)) return this.process.after(this.#time(), refuse);
    this.#inFlight.add(call);
    if (fault === 'hung') {
      this.process.after(this.#time(), () => {
        call.keep?.();
        refuse();
      });
    }
    this.#world.after(fault === 'hung' ? HUNG_MS * this.#world.draw.share() : this.#time(), () => {
      if (!this.#inFlight.delete(call)) return;
      if (cut?.when === 'before') return this.#loseMachine(cut);
      if (cut === undefined && fault !== 'hung' && this.#isLostOnTheWay()) return this.#sendCutOff(request);
      const answer = this.#answerOf(request, fault === 'rotten');
      if (cut !== undefined) return this.#loseMachine(cut);
      if (fault === 'lost') this.process.after(this.#time(), refuse);
      else if (fault === 'repeated') this.process.after(this.#time(), () => this.#deliver(request, () => this.#denyOwn(resolve)));
      else if (fault !== 'hung') this.#tell(request, answer);
    });
  }

  /** The machine is cut off: the call waits until it is reached again, or fails; what was to be written may arrive when nobody expects it any more. */
  #sendCutOff<T>(request: Request<T>): void {
    const { call, reject } = request;
    if (this.#waits()) return this.#machine.whenHealed(() => this.#send(request));
    const isLate = canHang(call.operation) && this.#world.draw.chance(ARRIVING);
    if (isLate) this.#arriveLate(call);
    this.process.after(this.#patience(), () => {
      if (isLate) call.keep?.();
      reject(this.#cutOffError(call));
    });
  }

  /** What was created is there already, says the store, which has asked again by itself. */
  #denyOwn<T>(resolve: (value: T) => void): void {
    this.failed++;
    resolve(false as T);
  }

  #arriveLate(call: Call<unknown>): void {
    this.#inFlight.add(call);
    this.#machine.whenHealed(() =>
      // Later than whoever was told that it failed.
      this.#world.after(MOST_PATIENCE_MS + this.#time(), () => {
        if (this.#inFlight.delete(call)) quietly(() => this.#happen(call));
      }),
    );
  }

  #isLostOnTheWay(): boolean {
    return this.#machine.cut !== undefined && !this.#world.draw.chance(ARRIVING);
  }

  /** Does a call of a machine that is cut off wait for the end of that? */
  #waits(): boolean {
    const { cut } = this.#machine;
    return cut === 'silent' || (cut === 'mixed' && this.#world.draw.chance(0.5));
  }

  #patience(): number {
    return LEAST_PATIENCE_MS + (MOST_PATIENCE_MS - LEAST_PATIENCE_MS) * this.#world.draw.share();
  }

  /** The process is dead: each of its calls under way takes place now, later or never. */
  abandon(canHappenLater: boolean): void {
    const { draw } = this.#world;
    for (const call of this.#inFlight) {
      this.#inFlight.delete(call);
      const fate = draw.pick(canHappenLater ? (['now', 'later', 'never'] as const) : (['now', 'never'] as const));
      if (fate === 'never') continue;
      if (fate === 'now') quietly(() => call.effect());
      else {
        call.keep?.();
        this.#world.after(HUNG_MS * draw.share(), () => quietly(() => call.effect()));
      }
    }
  }

  /** Mostly at once; now and then the answer of a call is on its way while another call has its effect. */
  #tell(request: Asked, answer: () => void): void {
    if (this.#world.draw.chance(SLOW_ANSWERS)) this.process.after(this.#time() / 4, () => this.#deliver(request, answer));
    else this.process.tell(() => this.#deliver(request, answer));
  }

  /** To a machine that is cut off the answer comes when it is reached again, or never. */
  #deliver({ call, reject }: Asked, answer: () => void): void {
    if (this.#machine.cut === undefined) return answer();
    if (this.#waits()) this.#machine.whenHealed(() => this.process.tell(answer));
    else this.process.after(this.#patience(), () => reject(this.#cutOffError(call)));
  }

  /** Makes the effect happen. Returns what tells the process. */
  #answerOf<T>({ call, resolve, reject }: Request<T>, isRotten: boolean): () => void {
    try {
      const value = this.#happen(call);
      if (isRotten) this.#spoil(call);
      return () => resolve(value);
    } catch (error) {
      return () => reject(error);
    }
  }

  #happen<T>(call: Call<T>): T {
    this.#calls[call.operation] = (this.#calls[call.operation] ?? 0) + 1;
    this.#trace.tell(() => `  disk: process ${this.process.number} ${call.operation} ${call.name}`);
    return call.effect();
  }

  #spoil(call: Call<unknown>): void {
    if (call.spoil === undefined) return;
    this.rotten++;
    call.spoil(this.#world.draw.below(2 ** 30));
  }

  #die(cut: PlannedCut): never {
    this.#loseMachine(cut);
    throw new PowerLost();
  }

  #loseMachine(cut: PlannedCut): void {
    this.process.die();
    this.#world.after(0, () => this.#power.cut(cut));
  }

  #errorOf(fault: Fault, { operation, name }: Call<unknown>): StorageError {
    this.failed++;
    if (fault === 'full') return new StorageError('QUOTA', `the simulated disk is full: ${operation} ${name}`);
    return new StorageError('UNAVAILABLE', `the simulated disk does not answer (${fault}): ${operation} ${name}`);
  }

  #cutOffError({ operation, name }: Call<unknown>): StorageError {
    this.failed++;
    return new StorageError('UNAVAILABLE', `the machine is cut off from the store: ${operation} ${name}`);
  }

  #time(): number {
    const { draw } = this.#world;
    const ms = this.#latencyMs * draw.share();
    return draw.chance(SLOW_SHARE) ? ms * SLOW_TIMES : ms;
  }
}

/** Nothing has happened. */
function isRefusal(fault: Fault | undefined): fault is Fault {
  return fault === 'refused' || fault === 'full' || fault === 'unsynced';
}

function quietly(happen: () => unknown): void {
  try {
    happen();
  } catch {
    // Nobody is there to hear it.
  }
}
