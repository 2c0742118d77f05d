// What a run has found: for every measure and peer one number a round, and the median of them.

import type { Measure, Unit } from './scenarios/scenario.ts';

/** One line of the table. */
export interface Row {
  readonly scenario: string;
  readonly name: string;
  readonly unit: Unit;
  /** All measured values by peer, in the order of the rounds. */
  readonly values: Record<string, number[]>;
}

export class Results {
  readonly rows: Row[] = [];

  add(scenario: string, peer: string, { name, unit, value }: Measure): void {
    let row = this.rows.find((one) => one.scenario === scenario && one.name === name);
    if (row === undefined) this.rows.push((row = { scenario, name, unit, values: {} }));
    (row.values[peer] ??= []).push(value);
  }
}

/** The middle value; between the two middle ones when their number is even. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >>> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** How many times better `peer` is than the best of the others in this row; undefined when there is nobody or nothing to compare with. */
export function advantage({ unit, values }: Row, peer: string): number | undefined {
  const own = values[peer];
  const others = Object.entries(values).flatMap(([name, list]) => (name === peer ? [] : [median(list)]));
  if (own === undefined || others.length === 0) return undefined;
  const ratio = unit.endsWith('/s') ? median(own) / Math.max(...others) : Math.min(...others) / median(own);
  return Number.isFinite(ratio) && ratio > 0 ? ratio : undefined;
}
