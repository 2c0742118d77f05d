// A compactor that stands alone: does the merges that writers have given out. It may be killed at any moment, and any number may work on one store.

import type { Clock } from '../base/clock.ts';
import { randomHex } from '../base/hex.ts';
import { closed, StorageError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { Attempt } from './attempt.ts';
import type { CompactorEvent } from './compactor-events.ts';
import { PlanBoard, type Candidate } from './plan-board.ts';
import { Workshop, type WorkshopParts } from './workshop.ts';

const POLL_MS = 1000;

export interface CompactorParts extends WorkshopParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly onEvent: ((event: CompactorEvent) => void) | undefined;
}

/** Options of {@link Compactor.runOnce}. */
export interface RunOnceOptions {
  /** Gives back what is under way: another compactor, or the writer, goes on with it. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@link Compactor.run}. */
export interface RunOptions extends RunOnceOptions {
  /** How long to wait when there is nothing to do, in milliseconds. Default 1000. */
  readonly pollMs?: number | undefined;
}

/** What became of a plan: `merged`, or left to others. */
export type PlanOutcome = 'merged' | 'left';

/** Merges what writers have given out. Made by {@link openCompactor}. */
export class Compactor {
  readonly #parts: CompactorParts;
  #workshop: Workshop;
  #board: PlanBoard;
  #running: Promise<unknown> | undefined;
  #closed = false;

  /** @internal Made by `openCompactor`. */
  constructor(parts: CompactorParts) {
    this.#parts = parts;
    this.#workshop = new Workshop(parts);
    this.#board = this.#newBoard();
  }

  /**
   * Does one plan, if there is one that nobody works at. Undefined: there is none. Calls follow each other.
   *
   * @throws StorageError what the store throws, `CLOSED` after `close`.
   */
  async runOnce(options: RunOnceOptions = {}): Promise<PlanOutcome | undefined> {
    const before = this.#running;
    const running = (async () => {
      await before?.catch(() => undefined);
      return this.#runOnce(options.signal);
    })();
    this.#running = running;
    return running;
  }

  /**
   * Does one plan after the other until the signal comes; then what is under way is given back, and the promise fulfilled. A store that fails is told as a
   * warning and tried again.
   *
   * @throws StorageError `CLOSED` after `close`; what no later attempt would change, such as `UNSUPPORTED` or `STORE_UNSAFE`.
   */
  async run({ signal, pollMs = POLL_MS }: RunOptions = {}): Promise<void> {
    const isStopped = (): boolean => signal?.aborted === true;
    while (!isStopped()) {
      let outcome: PlanOutcome | undefined;
      try {
        outcome = await this.runOnce({ signal });
      } catch (error) {
        if (isStopped()) return;
        if (!isPassing(error)) throw error;
        this.#tell({ kind: 'warning', message: `the store failed and will be asked again: ${String(error)}` });
      }
      if (outcome === undefined) await this.#rest(pollMs, signal);
    }
  }

  async #runOnce(signal: AbortSignal | undefined): Promise<PlanOutcome | undefined> {
    if (this.#closed) throw closed();
    if (signal?.aborted === true) return undefined;
    for (const candidate of await this.#board.candidates()) {
      const attempt = await this.#attempt(candidate, signal);
      if (!(await attempt.claim())) continue;
      this.#board.leave(candidate.plan);
      return (await attempt.carryOut()) ? 'merged' : 'left';
    }
    return undefined;
  }

  async #attempt({ plan, attempt }: Candidate, signal: AbortSignal | undefined): Promise<Attempt> {
    if (!this.#workshop.fits(plan)) {
      await this.#workshop.close();
      this.#workshop = new Workshop(this.#parts);
      this.#board = this.#newBoard();
    }
    const board = this.#board;
    const parts = {
      ...{ store: this.#parts.store, clock: this.#parts.clock, turns: this.#parts.turns, workshop: this.#workshop, signal },
      nonce: randomHex(this.#parts.random, 16),
      isCurrent: () => board.isStillCurrent(plan),
      tell: (event: CompactorEvent) => this.#tell(event),
    };
    return new Attempt(parts, plan, attempt);
  }

  #newBoard(): PlanBoard {
    return new PlanBoard(this.#parts.store, this.#workshop, this.#parts.clock, (message) => this.#tell({ kind: 'warning', message }));
  }

  /** The signal ends it. */
  async #rest(ms: number, signal: AbortSignal | undefined): Promise<void> {
    let wake = (): void => undefined;
    const aborted = new Promise<void>((resolve) => (wake = resolve));
    signal?.addEventListener('abort', wake, { once: true });
    await Promise.race([this.#parts.turns.sleep(ms), aborted]);
    signal?.removeEventListener('abort', wake);
  }

  /** A listener that throws is the application's problem. */
  #tell(event: CompactorEvent): void {
    try {
      this.#parts.onEvent?.(event);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  /** Waits for what is under way, and lets go of the store. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running?.catch(() => undefined);
    await this.#workshop.close();
    await this.#parts.store.close?.();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof StorageError && ['UNAVAILABLE', 'UNKNOWN', 'QUOTA', 'CORRUPTION', 'CONFLICT'].includes(error.code);
}
