// Whether synced writes are synced on the spot or in the background. A disk that answers in a tenth of a millisecond is asked on the spot: a hop
// through a thread pool and back costs as much again. One that takes longer must not hold the event loop.

/** Longest mean time of a sync on the spot, ms. */
const QUICK_MS = 1;
const SAMPLE = 16;
/** Syncs in the background after a slow sample, before the disk is tried again. */
const PAUSE = 256;

export class SyncPolicy {
  #samples = 0;
  #totalMs = 0;
  #pause = 0;

  /** Asked before each sync. */
  onTheSpot(): boolean {
    if (this.#pause === 0) return true;
    this.#pause--;
    return false;
  }

  /** How long one on the spot took. Clocks of whole milliseconds will do: the mean of many counts. */
  took(ms: number): void {
    this.#totalMs += ms;
    if (++this.#samples < SAMPLE && this.#totalMs <= SAMPLE * QUICK_MS) return;
    if (this.#totalMs > SAMPLE * QUICK_MS) this.#pause = PAUSE;
    this.#samples = 0;
    this.#totalMs = 0;
  }
}
