// What is done when nobody writes: a memtable that has gathered something is flushed, then L0 is merged before it is due. Reads ask fewer sources
// afterwards, and the next open replays less. A pause is told by turns of the event loop without a write, so there is no timer.

import { planQuiet, type TreeShape } from '../compaction/planner.ts';
import { same, type Job } from '../scheduler/job.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';
import type { ManifestState } from '../version/manifest-state.ts';
import type { Version } from '../version/version.ts';
import type { Writer } from '../write/writer.ts';

/** Behind everything else. */
const URGENCY = 3;
/** So many slices without a write are a pause. */
const SLICES = 32;
/** A memtable less full than this is left to gather more. */
const WORTH_A_FLUSH = 0.25;

export interface PauseHost {
  readonly scheduler: Scheduler;
  readonly state: ManifestState;
  readonly shape: TreeShape;
  readonly ended: boolean;
  /** It is being closed: nothing comes behind what `close` has made sure of. */
  readonly closed: boolean;
  readonly writer: Writer;
  freezeActive(): Promise<void>;
}

export class Pause {
  readonly #host: PauseHost;
  readonly #isStalled: () => boolean;
  readonly #mergeQuietly: () => void;
  #listening = false;
  /** A version of which nothing is to be merged. */
  #settled: Version | undefined;

  /** `isStalled`: who freezes a memtable has to wait now. `mergeQuietly` merges L0 where that is cheap. */
  constructor(host: PauseHost, isStalled: () => boolean, mergeQuietly: () => void) {
    this.#host = host;
    this.#isStalled = isStalled;
    this.#mergeQuietly = mergeQuietly;
  }

  /** Called again and again while writes come: listens for the next pause if there is something to do in it. */
  listen(): void {
    if (this.#listening || this.#host.ended || !this.#hasWork()) return;
    this.#listening = true;
    this.#host.scheduler.add(this.#job(), URGENCY);
  }

  #hasWork(): boolean {
    const { state, shape, writer } = this.#host;
    if (writer.active.fill >= WORTH_A_FLUSH) return true;
    if (this.#settled === state.version) return false;
    if (planQuiet(state.version, shape) !== undefined) return true;
    this.#settled = state.version;
    return false;
  }

  *#job(): Job<void> {
    const host = this.#host;
    try {
      let logged = host.writer.pipeline.loggedBytes;
      for (let quiet = 0; quiet < SLICES; quiet++) {
        yield;
        if (host.ended || host.closed) return;
        if (host.writer.pipeline.loggedBytes !== logged) [logged, quiet] = [host.writer.pipeline.loggedBytes, 0];
      }
    } finally {
      this.#listening = false;
    }
    // Its commit asks again, and then L0 is merged. Nobody shall wait in line for what is not needed yet: the commit that ends a stall asks again, too. And
    // who waits for room does not rest: the memtable that is full goes with that write, and what was frozen behind it would hold nothing else.
    if (host.writer.active.fill < WORTH_A_FLUSH) this.#mergeQuietly();
    else if (!this.#isStalled() && !host.writer.waiting) yield* same(() => host.freezeActive());
  }
}
