// Writes of a soak, all from one actor: what is under way is awaited at the end of each, so that the next one knows exactly what is there.

import { StorageError, type Durability } from '@varve/core';
import type { Draw } from './draw.ts';
import type { SoakCounts } from './soak-counts.ts';
import type { SideSpace, SoakDatabase } from './soak-database.ts';
import type { SpaceModel } from './space-model.ts';

const DURABILITIES: readonly Durability[] = [...Array<Durability>(24).fill('buffered'), ...Array<Durability>(5).fill('memory'), 'synced'];
const LEAST_BURST = 8;
const MOST_BURST = 64;
const MOST_BATCH = 12;
/** So much of the writes goes to so much of the keys. */
const HOT_WRITES = 0.6;
const HOT_KEYS = 0.1;

export class SoakWrites {
  readonly #soak: SoakDatabase;
  readonly #draw: Draw;
  readonly #counts: SoakCounts;

  constructor(soak: SoakDatabase, draw: Draw, counts: SoakCounts) {
    this.#soak = soak;
    this.#draw = draw;
    this.#counts = counts;
  }

  /** All keys of the database's own key space in their first version. */
  async fill(): Promise<void> {
    await this.#putAll(this.#soak.db, this.#soak.root, 0, this.#soak.root.count);
  }

  /** A put, or a delete. */
  async put(): Promise<void> {
    const key = this.#key();
    await this.#begin(key);
  }

  async putNow(): Promise<void> {
    const { db, root } = this.#soak;
    const key = this.#key();
    const version = root.issue(key);
    const value = this.#value(root, key, version);
    const durability = this.#durability();
    for (;;) {
      try {
        if (value === undefined) db.deleteSync(root.keys[key], { durability });
        else db.putSync(root.keys[key], value, { durability });
        return root.acknowledge(key, version);
      } catch (error) {
        // What it has no room for before others are done has to wait.
        if (!(error instanceof StorageError) || error.code !== 'UNAVAILABLE') throw error;
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
    }
  }

  /** Many that are not awaited one by one. */
  async burst(): Promise<void> {
    const count = LEAST_BURST + this.#draw.below(MOST_BURST - LEAST_BURST);
    await Promise.all(Array.from({ length: count }, () => this.#begin(this.#key())));
  }

  async batch(): Promise<void> {
    const { db, root, sides } = this.#soak;
    const batch = db.batch();
    const acknowledge: (() => void)[] = [];
    for (let i = 1 + this.#draw.below(MOST_BATCH); i > 0; i--) {
      const side = sides.length > 0 && this.#draw.chance(0.2) ? this.#draw.pick(sides) : undefined;
      const model = side?.model ?? root;
      const key = side === undefined ? this.#key() : this.#draw.below(model.count);
      const version = model.issue(key);
      const value = this.#value(model, key, version);
      const target = side?.space ?? db;
      if (value === undefined) batch.delete(target, model.keys[key]);
      else batch.put(target, model.keys[key], value);
      acknowledge.push(() => model.acknowledge(key, version));
    }
    const { ok } = await db.write(batch, { durability: this.#durability() });
    if (!ok) throw new Error('a batch without checks was refused');
    for (const each of acknowledge) each();
  }

  /** One that checks, rightly or wrongly. */
  async checkedBatch(): Promise<void> {
    const { db, root } = this.#soak;
    const key = this.#key();
    const text = root.keys[key];
    const entry = await db.getEntry(text);
    root.expect(entry?.value, key, root.end(root.begin(key, key + 1)), 'getEntry');
    const isRight = this.#draw.chance(0.7);
    const epoch = isRight ? entry?.epoch : (entry?.epoch ?? 0n) + 1n;
    const version = root.issued[key] + 1;
    const value = root.valueOf(key, version);
    const batch = db.batch().check(text, epoch);
    if (value === undefined) batch.delete(text);
    else batch.put(text, value);
    if (isRight) root.issue(key);
    const { ok } = await db.write(batch);
    if (ok !== isRight) throw new Error(`a batch with a check that was ${isRight ? 'right' : 'wrong'} ended with ok=${ok} key=${text}`);
    if (isRight) root.acknowledge(key, version);
  }

  async update(): Promise<void> {
    const { db, root } = this.#soak;
    const key = this.#key();
    const before = root.end(root.begin(key, key + 1));
    const version = root.issue(key);
    const value = this.#value(root, key, version);
    await db.update(root.keys[key], (old) => {
      root.expect(old, key, before, 'update');
      return value;
    });
    root.acknowledge(key, version);
  }

  async putMany(): Promise<void> {
    const { db, root } = this.#soak;
    const from = this.#draw.below(root.count);
    await this.#putAll(db, root, from, Math.min(root.count, from + 1 + this.#draw.below(MOST_BURST)));
  }

  /** Writes into a key space beside the database's own: something, everything, or it is cleared. */
  async side({ space, model }: SideSpace): Promise<void> {
    const dice = this.#draw.below(20);
    if (dice === 0) {
      await space.clear();
      model.clear();
    } else if (dice < 4) {
      await this.#putAll(space, model, 0, model.count);
    } else {
      const key = this.#draw.below(model.count);
      const version = model.issue(key);
      const value = this.#value(model, key, version);
      if (value === undefined) await space.delete(model.keys[key]);
      else await space.put(model.keys[key], value);
      model.acknowledge(key, version);
    }
  }

  async #begin(key: number): Promise<void> {
    const { db, root } = this.#soak;
    const version = root.issue(key);
    const value = this.#value(root, key, version);
    const options = { durability: this.#durability() };
    if (value === undefined) await db.delete(root.keys[key], options);
    else await db.put(root.keys[key], value, options);
    root.acknowledge(key, version);
  }

  /** The next version of each key, also of those that it deletes. */
  async #putAll(target: Pick<SideSpace['space'], 'putMany' | 'delete'>, model: SpaceModel, from: number, to: number): Promise<void> {
    const entries: [string, Uint8Array][] = [];
    const put = async (): Promise<void> => {
      const count = entries.length;
      const written = await target.putMany(entries.splice(0));
      if (written !== count) throw new Error(`putMany wrote ${written} of ${count} entries`);
    };
    for (let key = from; key < to; key++) {
      const value = this.#value(model, key, model.issue(key));
      if (value === undefined) await target.delete(model.keys[key]);
      else entries.push([model.keys[key], value]);
      if (entries.length === MOST_BURST) await put();
    }
    await put();
    for (let key = from; key < to; key++) model.acknowledge(key, model.issued[key]);
  }

  #value(model: SpaceModel, key: number, version: number): Uint8Array | undefined {
    const value = model.valueOf(key, version);
    this.#counts.writtenBytes += value?.length ?? 0;
    return value;
  }

  #key(): number {
    const { count } = this.#soak.root;
    return this.#draw.below(this.#draw.chance(HOT_WRITES) ? Math.ceil(count * HOT_KEYS) : count);
  }

  #durability(): Durability {
    return this.#draw.pick(DURABILITIES);
  }
}
