// The newest epoch that reads see. Two numbers that change in place, because every read asks.

import type { Epoch } from '../format/epoch.ts';

export class VisibleEpoch implements Epoch {
  high: number;
  low: number;

  constructor(high: number, low: number) {
    this.high = high;
    this.low = low;
  }

  /** As a value that stays. */
  capture(): Epoch {
    return { high: this.high, low: this.low };
  }
}
