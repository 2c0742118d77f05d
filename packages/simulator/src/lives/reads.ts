// The reads of the model test: of now, of a snapshot, of a scan that is read a little at a time. All forms that the API has.

import type { ScanRange, Snapshot } from '@varve/core';
import { drawRange, expectThat, type AnyReads, type ModelDatabase, type ModelSpace } from './database.ts';
import type { ModelEntry } from '../model/history.ts';
import type { Draw } from '../world/draw.ts';

interface HeldSnapshot {
  readonly snapshot: Snapshot<unknown, unknown>;
  readonly moment: number;
}

interface HeldCursor {
  readonly space: ModelSpace;
  readonly range: ScanRange<unknown, unknown>;
  readonly items: AsyncIterator<[unknown, unknown]>;
  /** Fixed with the first entry that is asked for. */
  wanted: ModelEntry[] | undefined;
  read: number;
}

const MOST_HELD = 4;

export class ModelReads {
  readonly #draw: Draw;
  readonly #how: Draw;
  readonly #model: ModelDatabase;
  /** Synchronous calls may be used. */
  readonly #sync: boolean;
  readonly #snapshots: HeldSnapshot[] = [];
  #cursors: HeldCursor[] = [];

  /** `draw` decides what is read, `how` in which of several ways that must come to the same. */
  constructor(draw: Draw, how: Draw, model: ModelDatabase, sync: boolean) {
    this.#draw = draw;
    this.#how = how;
    this.#model = model;
    this.#sync = sync;
  }

  #now(): boolean {
    return this.#sync && this.#how.chance(0.4);
  }

  async get(space: ModelSpace, reads: AnyReads = space.space, moment?: number): Promise<void> {
    const key = space.kind.key(this.#draw);
    const found = this.#now() ? reads.getSync(key) : await reads.get(key);
    this.#model.expectValue(space, key, found, moment);
    const has = this.#now() ? reads.hasSync(key) : await reads.has(key);
    expectThat(has === (found !== undefined), 'has and get disagree');
  }

  async getMany(space: ModelSpace, reads: AnyReads = space.space, moment?: number): Promise<void> {
    const keys = Array.from({ length: this.#draw.skewed(0, 60) }, () => space.kind.key(this.#draw));
    const found = this.#now() ? reads.getManySync(keys) : await reads.getMany(keys);
    expectThat(found.length === keys.length, 'getMany answers each key');
    keys.forEach((key, i) => this.#model.expectValue(space, key, found[i], moment));
  }

  async scan(space: ModelSpace, reads: AnyReads = space.space, moment?: number): Promise<void> {
    const range = drawRange(this.#draw, space.kind);
    const wanted = this.#model.wanted(space, range, moment);
    const scan = reads.scan(range);
    const form = this.#draw.pick(['all', 'each', 'keys', 'values', 'batches', 'first', 'keysOnly'] as const);
    if (form === 'all' && this.#now()) return this.#model.expectEntries(space, wanted, [...reads.scanSync(range)]);
    switch (form) {
      case 'all':
        return this.#model.expectEntries(space, wanted, await scan.all());
      case 'each':
        return this.#model.expectEntries(space, wanted, await gathered(scan));
      case 'keys':
        return this.#model.expectKeys(space, wanted, await gathered(scan.keys()));
      case 'values': {
        const values = await gathered(scan.values());
        const keys = await gathered(scan.keys());
        return this.#model.expectEntries(
          space,
          wanted,
          values.map((value, i) => [keys[i], value] as const),
        );
      }
      case 'batches':
        return this.#model.expectEntries(space, wanted, (await gathered(scan.batches())).flat());
      case 'keysOnly': {
        const entries = await reads.scan({ ...range, keysOnly: true }).all();
        expectThat(
          entries.every(([, value]) => value === undefined),
          'keysOnly leaves the values out',
        );
        return this.#model.expectKeys(
          space,
          wanted,
          entries.map(([key]) => key),
        );
      }
      default: {
        const first = await scan.first();
        return this.#model.expectEntries(space, wanted.slice(0, 1), first === undefined ? [] : [first]);
      }
    }
  }

  async getEntry(space: ModelSpace): Promise<void> {
    const key = space.kind.key(this.#draw);
    const entry = this.#now() ? space.space.getEntrySync(key) : await space.space.getEntry(key);
    this.#model.expectValue(space, key, entry?.value);
  }

  openSnapshot(): void {
    if (this.#snapshots.length >= MOST_HELD) return this.closeSnapshot();
    this.#snapshots.push({ snapshot: this.#model.db.snapshot(), moment: this.#model.history.now });
  }

  closeSnapshot(): void {
    const held = this.#snapshots.splice(this.#draw.below(Math.max(1, this.#snapshots.length)), 1)[0];
    held?.snapshot.close();
  }

  async readSnapshot(space: ModelSpace): Promise<void> {
    if (this.#snapshots.length === 0) return this.openSnapshot();
    const { snapshot, moment } = this.#draw.pick(this.#snapshots);
    const reads: AnyReads = space === this.#model.root ? snapshot : snapshot.keyspace(space.space);
    await (this.#draw.chance(0.5) ? this.scan(space, reads, moment) : this.getMany(space, reads, moment));
  }

  async openCursor(space: ModelSpace): Promise<void> {
    if (this.#cursors.length >= MOST_HELD) return this.readCursor(space);
    const range = drawRange(this.#draw, space.kind);
    const cursor: HeldCursor = { space, range, items: space.space.scan(range)[Symbol.asyncIterator](), wanted: undefined, read: 0 };
    this.#cursors.push(cursor);
    if (this.#draw.chance(0.7)) await this.#readOn(cursor, 1);
  }

  async readCursor(space: ModelSpace): Promise<void> {
    if (this.#cursors.length === 0) return this.openCursor(space);
    const cursor = this.#draw.pick(this.#cursors);
    const ended = await this.#readOn(cursor, this.#draw.skewed(1, 300));
    if (!ended && this.#draw.chance(0.95)) return;
    await cursor.items.return?.();
    this.#cursors.splice(this.#cursors.indexOf(cursor), 1);
  }

  /** True when the cursor has come to its end. */
  async #readOn(cursor: HeldCursor, count: number): Promise<boolean> {
    const wanted = (cursor.wanted ??= this.#model.wanted(cursor.space, cursor.range));
    for (let i = 0; i < count; i++) {
      const { done, value } = await cursor.items.next();
      if (done === true) {
        expectThat(cursor.read === wanted.length, `a scan ended after ${cursor.read} of ${wanted.length}`);
        return true;
      }
      this.#model.expectEntries(cursor.space, wanted.slice(cursor.read, cursor.read + 1), [value]);
      cursor.read++;
    }
    return false;
  }

  /** A key space that goes takes its scans along. */
  forget(space: ModelSpace): void {
    this.#cursors = this.#cursors.filter((cursor) => cursor.space !== space);
  }

  /** Snapshots and scans do not outlive the handle. */
  async letGo(): Promise<void> {
    for (const { snapshot } of this.#snapshots.splice(0)) snapshot.close();
    for (const { items } of this.#cursors.splice(0)) await items.return?.();
  }

  /** Everything, in both directions. */
  async audit(): Promise<void> {
    for (const space of this.#model.spaces) {
      this.#model.expectEntries(space, this.#model.wanted(space, {}), await space.space.scan().all());
      this.#model.expectEntries(space, this.#model.wanted(space, { reverse: true }), await space.space.scan({ reverse: true }).all());
    }
  }
}

async function gathered<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
