// What a reader sees at a time: the state of one manifest, and a view of its SSTs. It never changes; the next look makes another one.

import { epochFromBigInt, type Epoch } from '../format/epoch.ts';
import type { ReadView } from '../iterators/read-view.ts';
import type { ManifestState } from '../version/manifest-state.ts';

export class Moment implements Epoch {
  readonly high: number;
  readonly low: number;
  readonly state: ManifestState;
  readonly view: ReadView;

  /** Everything that is in the SSTs is visible, so nothing in them is above `epoch`. */
  constructor(state: ManifestState, view: ReadView, epoch: bigint) {
    const { high, low } = epochFromBigInt(epoch);
    this.high = high;
    this.low = low;
    this.state = state;
    this.view = view;
  }

  capture(): this {
    return this;
  }
}
