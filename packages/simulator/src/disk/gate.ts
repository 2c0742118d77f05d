// The way of one process to the disk: every call passes here, where it is counted, delayed, failed, and cut off by the end of the process. A call has
// an effect, which happens to the disk at a moment of its own, and an answer, which the process gets later, or never.

import { StorageError, type MemoryOperation } from '@varve/core';
import type { Process } from '../world/process.ts';
import type { Trace } from '../world/trace.ts';
import type { World } from '../world/world.ts';
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
  readonly trace: Trace;
}

/** Far beyond all patience. */
const HUNG_MS = 60_000;
const SLOW_SHARE = 0.01;
const SLOW_TIMES = 50;

export class Gate {
  rates: FaultRates = NO_FAULTS;
  /** Counts down with every call; at 0 the power goes, before the effect of that call or after it. */
  cutAt: { calls: number; when: 'before' | 'after'; cut: () => void } | undefined;
  readonly process: Process;
  readonly #world: World;
  readonly #latencyMs: number;
  readonly #trace: Trace;
  readonly #inFlight = new Set<Call<unknown>>();
  /** Calls so far. */
  calls = 0;
  /** Reads that were spoiled. */
  rotten = 0;

  constructor(world: World, process: Process, { latencyMs, trace }: GateOptions) {
    this.#trace = trace;
    this.#world = world;
    this.process = process;
    this.#latencyMs = latencyMs;
  }

  /** A call that is over when it returns. */
  now<T>(call: Call<T>): T {
    if (!this.process.alive) throw new PowerLost();
    const isLast = this.#isCutAt();
    if (isLast === 'before') this.#cut();
    const fault = drawFault(this.#world.draw, this.rates, call.operation, true);
    if (fault === 'refused' || fault === 'full') throw errorOf(fault, call);
    const value = this.#happen(call);
    if (isLast === 'after') this.#cut();
    if (fault !== undefined && fault !== 'rotten') throw errorOf(fault, call);
    if (fault === 'rotten') this.#spoil(call);
    return value;
  }

  /** A call whose effect and answer come later. */
  later<T>(call: Call<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!this.process.alive) return;
      const isLast = this.#isCutAt();
      const fault = isLast === undefined ? drawFault(this.#world.draw, this.rates, call.operation, false) : undefined;
      const refuse = (): void => reject(errorOf(fault!, call));
      if (fault === 'refused' || fault === 'full') return this.process.after(this.#time(), refuse);
      this.#inFlight.add(call);
      if (fault === 'hung') {
        this.process.after(this.#time(), () => {
          call.keep?.();
          refuse();
        });
      }
      this.#world.after(fault === 'hung' ? HUNG_MS * this.#world.draw.share() : this.#time(), () => {
        if (!this.#inFlight.delete(call)) return;
        if (isLast === 'before') return this.#cutQuietly();
        const answer = this.#answerOf(call, fault === 'rotten', resolve, reject);
        if (isLast === 'after') return this.#cutQuietly();
        if (fault === 'lost') this.process.after(this.#time(), refuse);
        else if (fault !== 'hung') this.process.after(this.#time() / 4, answer);
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
    this.#trace.tell(() => `  disk: process ${this.process.number} ${call.operation} ${call.name}`);
    return call.effect();
  }

  #spoil(call: Call<unknown>): void {
    this.rotten++;
    call.spoil?.(this.#world.draw.below(2 ** 30));
  }

  #isCutAt(): 'before' | 'after' | undefined {
    this.calls++;
    return this.cutAt !== undefined && this.cutAt.calls-- === 0 ? this.cutAt.when : undefined;
  }

  #cut(): never {
    this.#cutQuietly();
    throw new PowerLost();
  }

  #cutQuietly(): void {
    this.process.die();
    this.#world.after(0, this.cutAt!.cut);
  }

  #time(): number {
    const { draw } = this.#world;
    const ms = this.#latencyMs * draw.share();
    return draw.chance(SLOW_SHARE) ? ms * SLOW_TIMES : ms;
  }
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
