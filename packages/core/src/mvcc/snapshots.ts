// Which epochs open readers see. Flush and compaction keep every version that one of them needs; nothing else is held back by a reader
// (a scan finds its place again after any flush or compaction, so it pins no memtable and no SST between pages).

import { compareEpochs, type Epoch } from '../format/epoch.ts';

/** A reader's claim on an epoch. */
export interface EpochPin {
  readonly epoch: Epoch;
  /** Ends the claim. Idempotent. */
  release(): void;
}

interface Forgotten {
  readonly pin: EpochPin;
  readonly warning: string | undefined;
}

export interface Pins {
  /** Claims an epoch for `owner`. With a warning: dropping the owner without a release is a mistake that is told. */
  pin(owner: object, epoch: Epoch, warning?: string): EpochPin;
}

export class Snapshots implements Pins {
  readonly #pins = new Set<EpochPin>();
  /** Claims of readers that were dropped without being closed end when the garbage collector finds out. */
  readonly #dropped: FinalizationRegistry<Forgotten>;

  constructor(onForgotten: (warning: string) => void) {
    this.#dropped = new FinalizationRegistry(({ pin, warning }) => {
      if (warning !== undefined && this.#pins.has(pin)) onForgotten(warning);
      pin.release();
    });
  }

  get count(): number {
    return this.#pins.size;
  }

  /** `released` is called when the claim ends, however it does. */
  pin(owner: object, epoch: Epoch, warning?: string, released?: () => void): EpochPin {
    const pin: EpochPin = {
      epoch,
      release: () => {
        if (!this.#pins.delete(pin)) return;
        this.#dropped.unregister(pin);
        released?.();
      },
    };
    this.#pins.add(pin);
    this.#dropped.register(owner, { pin, warning }, pin);
    return pin;
  }

  /** Epochs that are needed, ascending, each once. */
  epochs(): Epoch[] {
    const sorted = [...this.#pins].map((pin) => pin.epoch).sort(compareEpochs);
    return sorted.filter((epoch, i) => i === 0 || compareEpochs(epoch, sorted[i - 1]) !== 0);
  }
}
