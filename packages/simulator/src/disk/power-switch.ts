// Cuts the power of the machine in the middle of a call, whichever process makes it.

import type { CutMode } from './disk.ts';

/** The power goes at a call, before it has its effect or after. */
export interface PlannedCut {
  /** Calls until then. */
  readonly calls: number;
  readonly when: 'before' | 'after';
  readonly mode: CutMode;
}

export class PowerSwitch {
  readonly #cut: (mode: CutMode) => void;
  #planned: PlannedCut | undefined;
  #left = 0;

  /** `cut` is called when it has come to it, with nothing else going on. */
  constructor(cut: (mode: CutMode) => void) {
    this.#cut = cut;
  }

  plan(cut: PlannedCut): void {
    this.#planned = cut;
    this.#left = cut.calls;
  }

  forget(): void {
    this.#planned = undefined;
  }

  /** Counts a call. Returns the cut that this one is to meet. */
  count(): PlannedCut | undefined {
    return this.#planned !== undefined && this.#left-- === 0 ? this.#planned : undefined;
  }

  /** The call was met. */
  cut({ mode }: PlannedCut): void {
    this.#planned = undefined;
    this.#cut(mode);
  }
}
