// Scans of a soak, compared with the model: every entry in order, every key that is missing.

import type { Reads, ScanRange, SyncReads } from '@varve/core';
import type { Moment, SpaceModel } from './space-model.ts';

/** Something that can be scanned. */
export type Scanned = Pick<Reads<string, Uint8Array>, 'scan'> & Pick<SyncReads<string, Uint8Array>, 'scanSync'>;

/** A stretch of keys by their numbers, [from, to). */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly reverse: boolean;
  readonly limit: number;
}

/** Scans with the moment at which it begins, or with that of a snapshot. `between` is awaited now and then. */
export async function checkScan(
  source: Scanned,
  model: SpaceModel,
  stretch: Stretch,
  snapshot?: Moment,
  between: () => Promise<void> = async () => undefined,
): Promise<void> {
  const moment = snapshot ?? model.begin(stretch.from, stretch.to);
  const walk = new Walk(model, stretch, moment);
  let pages = 0;
  for await (const entries of source.scan(rangeOf(model, stretch)).batches()) {
    if (pages++ === 0 && snapshot === undefined) model.end(moment);
    for (const [key, value] of entries) walk.visit(key, value);
    await between();
  }
  if (pages === 0 && snapshot === undefined) model.end(moment);
  walk.finish();
}

/** The same, synchronously: nothing comes between. */
export function checkScanSync(source: Scanned, model: SpaceModel, stretch: Stretch, snapshot?: Moment): void {
  const walk = new Walk(model, stretch, snapshot ?? model.end(model.begin(stretch.from, stretch.to)));
  for (const [key, value] of source.scanSync(rangeOf(model, stretch))) walk.visit(key, value);
  walk.finish();
}

function rangeOf({ keys }: SpaceModel, { from, to, reverse, limit }: Stretch): ScanRange<string> {
  return { ...(from > 0 && { gte: keys[from] }), ...(to < keys.length && { lt: keys[to] }), reverse, ...(limit < Infinity && { limit }) };
}

/** Goes along the keys of a stretch beside a scan. */
class Walk {
  readonly #model: SpaceModel;
  readonly #stretch: Stretch;
  readonly #moment: Moment;
  #next: number;
  #left: number;

  constructor(model: SpaceModel, stretch: Stretch, moment: Moment) {
    this.#model = model;
    this.#stretch = stretch;
    this.#moment = moment;
    this.#next = stretch.reverse ? stretch.to - 1 : stretch.from;
    this.#left = stretch.limit;
  }

  visit(key: string, value: Uint8Array): void {
    while (!this.#isOver() && this.#model.keys[this.#next] !== key) this.#step(undefined);
    if (this.#isOver()) throw new Error(`wrong read: scan ${this.#text()} gave a key out of order, out of range or too much: ${key}`);
    this.#step(value);
    this.#left--;
  }

  /** What the scan has not given was not there. */
  finish(): void {
    while (!this.#isOver()) this.#step(undefined);
  }

  #isOver(): boolean {
    const { from, to, reverse } = this.#stretch;
    return this.#left === 0 || (reverse ? this.#next < from : this.#next >= to);
  }

  #step(value: Uint8Array | undefined): void {
    this.#model.expect(value, this.#next, this.#moment, `scan ${this.#text()}`);
    this.#next += this.#stretch.reverse ? -1 : 1;
  }

  #text(): string {
    const { from, to, reverse, limit } = this.#stretch;
    return `[${from}, ${to})${reverse ? ' reverse' : ''} limit=${limit}`;
  }
}
