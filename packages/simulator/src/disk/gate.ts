// The way of one process to the disk: every call passes here, where it is counted, delayed, failed, and cut off by the end of the process. A call has
// an effect, which happens to the disk at a moment of its own, and an answer, which the process gets later, or never.

import { StorageError, type MemoryOperation } from '@varve/core';
import type { Process } from '../world/process.ts';
import type { Trace } from '../world/trace.ts';
import type { World } from '../world/world.ts';
import type { PlannedCut, PowerSwitch } from './power-switch.ts';
import { drawFault, NO_FAULTS, type Fault, type FaultRates } from './faults.ts';

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

export interface GateOptions {
  /** How long calls take, at most, but for a few. */
  readonly latencyMs: number;
  /** How long a sync on the spot keeps everybody waiting. */
  readonly syncNowMs: number;
  readonly trace: Trace;
  readonly power: PowerSwitch;
  /** Counts calls that had their effect, by kind. */
  readonly calls: CallCounts;
}

export type CallCounts = Partial<Record<MemoryOperation, number>>;

/** Far beyond all patience. */
const HUNG_MS = 60_000;
const SLOW_SHARE = 0.01;
const SLOW_TIMES = 50;
const SLOW_ANSWERS = 0.2;

export class Gate {
  rates: FaultRates = NO_FAULTS;
  readonly process: Process;
  readonly #world: World;
  readonly #latencyMs: number;
  readonly #syncNowMs: number;
  readonly #trace: Trace;
  readonly #power: PowerSwitch;
  readonly #calls: CallCounts;
  readonly #inFlight = new Set<Call<unknown>>();
  /** Reads that were spoiled. */
  rotten = 0;

  constructor(world: World, process: Process, { latencyMs, syncNowMs, trace, power, calls }: GateOptions) {
    this.#calls = calls;
    this.#trace = trace;
    this.#power = power;
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
    const fault = drawFault(this.#world.draw, this.rates, call.operation, true);
    if (isRefusal(fault)) throw errorOf(fault, call);
    if (call.operation === 'log.sync') this.#world.pass(this.#syncNowMs);
    const value = this.#happen(call);
    if (cut !== undefined) this.#die(cut);
    if (fault === 'repeated') return false as T;
    if (fault !== undefined && fault !== 'rotten') throw errorOf(fault, call);
    if (fault === 'rotten') this.#spoil(call);
    return value;
  }

  /** A call whose effect and answer come later. */
  later<T>(call: Call<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!this.process.alive) return;
      const cut = this.#power.count();
      const fault = cut === undefined ? drawFault(this.#world.draw, this.rates, call.operation, false) : undefined;
      const refuse = (): void => reject(errorOf(fault!, call));
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
        const answer = this.#answerOf(call, fault === 'rotten', resolve, reject);
        if (cut !== undefined) return this.#loseMachine(cut);
        if (fault === 'lost') this.process.after(this.#time(), refuse);
        else if (fault === 'repeated') this.process.after(this.#time(), () => resolve(false as T));
        else if (fault !== 'hung') this.#tell(answer);
      });
    });
  }

  /** The process is dead: each of its calls under way takes place now, later or never. */
  abandon(canHappenLater: boolean): void {
    const { draw } = this.#world;
    for (const call of this.#inFlight) {
      this.#inFlight.delete(call);
      const fate = draw.pick(canHappenLater ? (['now', 'later', 'never'] as const) : (['now', 'never'] as const));
      if (fate === 'never') continue;
      if (fate === 'now') quietly(call);
      else {
        call.keep?.();
        this.#world.after(HUNG_MS * draw.share(), () => quietly(call));
      }
    }
  }

  /** Mostly at once; now and then the answer of a call is on its way while another call has its effect. */
  #tell(answer: () => void): void {
    if (this.#world.draw.chance(SLOW_ANSWERS)) this.process.after(this.#time() / 4, answer);
    else this.process.tell(answer);
  }

  /** Makes the effect happen. Returns what tells the process. */
  #answerOf<T>(call: Call<T>, isRotten: boolean, resolve: (value: T) => void, reject: (error: unknown) => void): () => void {
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

function quietly(call: Call<unknown>): void {
  try {
    call.effect();
  } catch {
    // Nobody is there to hear it.
  }
}

function errorOf(fault: Fault, { operation, name }: Call<unknown>): StorageError {
  if (fault === 'full') return new StorageError('QUOTA', `the simulated disk is full: ${operation} ${name}`);
  return new StorageError('UNAVAILABLE', `the simulated disk does not answer (${fault}): ${operation} ${name}`);
}
