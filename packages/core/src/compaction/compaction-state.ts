// The guard over running compactions: no plan is begun that reads what another reads, or writes into keys of a level that another reads or writes.

import { compareBytes } from '../format/compare-bytes.ts';
import type { SstInfo } from '../format/sst-info.ts';
import type { CompactionPlan } from './planner.ts';

export class CompactionState {
  readonly #running = new Set<CompactionPlan>();

  get count(): number {
    return this.#running.size;
  }

  /** True when the plan would meet a running one: they share a level, and keys in it. */
  readonly conflicts = (plan: CompactionPlan): boolean => {
    for (const other of this.#running) {
      const shared = other.level === plan.level || other.outputLevel === plan.level || other.level === plan.outputLevel;
      if (shared && overlap(plan, other)) return true;
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

function overlap(a: CompactionPlan, b: CompactionPlan): boolean {
  const ssts = [...b.inputs, ...b.below];
  return [...a.inputs, ...a.below].some((one) => ssts.some((other) => touches(one, other)));
}

function touches(a: SstInfo, b: SstInfo): boolean {
  return compareBytes(a.smallest, b.largest) <= 0 && compareBytes(a.largest, b.smallest) >= 0;
}
