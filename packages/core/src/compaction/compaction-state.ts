// Which SSTs are in work: two compactions never share one, and no plan is made over ranges that another is about to change.

import { compareBytes } from '../format/compare-bytes.ts';
import { idText } from '../format/object-names.ts';
import type { SstInfo } from '../format/sst-info.ts';
import type { CompactionPlan } from './planner.ts';

export class CompactionState {
  readonly #running = new Set<CompactionPlan>();

  get count(): number {
    return this.#running.size;
  }

  /** An SST is busy when a running plan reads it, or will write over its keys in its level. */
  readonly isBusy = (sst: SstInfo): boolean => {
    for (const plan of this.#running) {
      for (const other of [...plan.inputs, ...plan.below]) {
        if (idText(other.id) === idText(sst.id)) return true;
        if (compareBytes(other.smallest, sst.largest) <= 0 && compareBytes(other.largest, sst.smallest) >= 0) return true;
      }
    }
    return false;
  };

  begin(plan: CompactionPlan): void {
    this.#running.add(plan);
  }

  end(plan: CompactionPlan): void {
    this.#running.delete(plan);
  }
}
