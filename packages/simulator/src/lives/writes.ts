// The writes of the model test: one by one, in batches, many at once, conditional, and in bursts that nobody awaits.

import { hostTurns, type Batch, type Durability } from '@varve/core';
import { drawRange, expectThat, type ModelDatabase, type ModelSpace } from './database.ts';
import type { Change, Write } from '../model/history.ts';
import type { Draw } from '../world/draw.ts';

interface Issued {
  readonly write: Write;
  readonly durability: Durability | undefined;
  readonly epoch: Promise<bigint>;
}

export class ModelWrites {
  readonly #draw: Draw;
  readonly #how: Draw;
  readonly #model: ModelDatabase;
  readonly #sync: boolean;

  /** `draw` decides what is written, `how` in which of several ways that must come to the same. */
  constructor(draw: Draw, how: Draw, model: ModelDatabase, sync: boolean) {
    this.#draw = draw;
    this.#how = how;
    this.#model = model;
    this.#sync = sync;
  }

  #space(): ModelSpace {
    return this.#draw.pick(this.#model.spaces);
  }

  #durability(): Durability | undefined {
    return this.#draw.pick(['memory', 'buffered', 'synced', undefined, undefined, undefined]);
  }

  async put(space = this.#space()): Promise<void> {
    const key = space.kind.key(this.#draw);
    const value = space.kind.value(this.#draw);
    const options = { durability: this.#durability() };
    if (await this.#now(options.durability)) space.space.putSync(key, value, options);
    else await space.space.put(key, value, options);
    this.#model.note([this.#model.change(space, key, value)], options.durability);
  }

  async delete(): Promise<void> {
    const space = this.#space();
    const key = space.kind.key(this.#draw);
    const options = { durability: this.#durability() };
    if (await this.#now(options.durability)) space.space.deleteSync(key, options);
    else await space.space.delete(key, options);
    this.#model.note([this.#model.change(space, key)], options.durability);
  }

  /** Whether to write synchronously. Synced that way needs the log of earlier writers to be durable: `sync` comes first. */
  async #now(durability: Durability | undefined): Promise<boolean> {
    if (!this.#sync || this.#how.chance(0.6)) return false;
    if (durability === 'synced') await this.#model.db.sync();
    return true;
  }

  #fill(most: number): { batch: Batch<unknown, unknown>; changes: Change[] } {
    const batch = this.#model.db.batch();
    const changes: Change[] = [];
    for (let i = this.#draw.skewed(1, most); i > 0; i--) {
      const space = this.#space();
      const key = space.kind.key(this.#draw);
      const value = this.#draw.chance(0.3) ? undefined : space.kind.value(this.#draw);
      if (value === undefined) batch.delete(space.space, key);
      else batch.put(space.space, key, value);
      changes.push(this.#model.change(space, key, value));
    }
    return { batch, changes };
  }

  async batch(): Promise<void> {
    const { batch, changes } = this.#fill(30);
    const durability = this.#durability();
    const result = await this.#model.db.write(batch, { durability });
    expectThat(result.ok, 'a batch without checks was refused');
    this.#model.note(changes, durability);
  }

  async putMany(): Promise<void> {
    const space = this.#space();
    const entries = Array.from(
      { length: this.#draw.skewed(0, 40) },
      () => [space.kind.key(this.#draw), space.kind.value(this.#draw)] as const,
    );
    const count = await space.space.putMany(entries);
    expectThat(count === entries.length, `putMany wrote ${count} of ${entries.length}`);
    for (const [key, value] of entries) this.#model.note([this.#model.change(space, key, value)], undefined);
  }

  /** Fills memtables. */
  async bulk(): Promise<void> {
    const { root, db } = this.#model;
    let n = this.#draw.below(500);
    for (let round = 0; round < 4; round++) {
      const batch = db.batch();
      const changes: Change[] = [];
      for (const end = n + 40; n < end; n++) {
        const key = `bulk/${String(n).padStart(6, '0')}`;
        const value = this.#draw.bytes(500 + this.#draw.below(1500));
        batch.put(key, value);
        changes.push(this.#model.change(root, key, value));
      }
      await db.write(batch);
      this.#model.note(changes, undefined);
    }
  }

  async clear(): Promise<void> {
    const space = this.#space();
    const range = drawRange(this.#draw, space.kind);
    const wanted = this.#model.wanted(space, range);
    const count = await space.space.clear(range);
    expectThat(count === wanted.length, `clear deleted ${count}, wanted ${wanted.length}`);
    for (const [key] of wanted) this.#model.note([{ space: space.id, key, value: undefined }], undefined);
  }

  async update(): Promise<void> {
    const space = this.#space();
    const key = space.kind.key(this.#draw);
    const value = this.#draw.chance(0.2) ? undefined : space.kind.value(this.#draw);
    const written = await space.space.update(key, (old) => {
      this.#model.expectValue(space, key, old);
      return value;
    });
    expectThat(written === value, 'update answers with what it wrote');
    this.#model.note([this.#model.change(space, key, value)], undefined);
  }

  /** A batch that expects something of a key, rightly or wrongly. */
  async check(): Promise<void> {
    const space = this.#space();
    const key = space.kind.key(this.#draw);
    const entry = await space.space.getEntry(key);
    this.#model.expectValue(space, key, entry?.value);
    const right = this.#draw.chance(0.6);
    const wrongEpoch = entry === undefined ? 1n : entry.epoch - 1n;
    const { batch, changes } = this.#fill(5);
    batch.check(space.space, key, right ? entry?.epoch : wrongEpoch);
    const result = await this.#model.db.write(batch);
    expectThat(result.ok === right, `a check that was ${right ? 'right' : 'wrong'} ended with ok=${result.ok}`);
    if (right) this.#model.note(changes, undefined);
  }

  /** Writes that nobody awaits one by one, with other work beside them. True: the process is to die in the middle of it. */
  async burst(mayDie: boolean): Promise<boolean> {
    const { db, history } = this.#model;
    const issued: Issued[] = [];
    const beside: Promise<unknown>[] = [];
    for (let i = this.#draw.skewed(2, 60); i > 0; i--) {
      issued.push(this.#issue());
      if (this.#draw.chance(0.05)) beside.push(db.flush());
      if (this.#draw.chance(0.02)) beside.push(db.compact());
      if (this.#draw.chance(0.05)) beside.push(db.sync());
      if (this.#draw.chance(0.05)) await Promise.resolve();
      if (this.#draw.chance(0.05)) await turns(1);
    }
    if (this.#draw.chance(0.15) && mayDie) {
      for (const promise of [...issued.map(({ epoch }) => epoch), ...beside]) promise.catch(() => undefined);
      for (const { write } of issued) history.add(write);
      await turns(this.#draw.below(4));
      return true;
    }
    const epochs = await Promise.all(issued.map(({ epoch }) => epoch));
    expectThat(
      epochs.every((epoch, i) => i === 0 || epoch > epochs[i - 1]),
      'epochs do not ascend in the order of the writes',
    );
    await Promise.all(beside);
    for (const { write, durability } of issued) this.#model.note(write, durability);
    return false;
  }

  #issue(): Issued {
    const { batch, changes } = this.#fill(this.#draw.chance(0.1) ? 200 : 3);
    const durability = this.#durability();
    const written = this.#model.db.write(batch, { durability });
    const epoch = written.then((result) => {
      expectThat(result.ok, 'a batch without checks was refused');
      return result.epoch;
    });
    return { write: changes, durability, epoch };
  }
}

/** Lets a few turns of the event loop pass. */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise<void>((resolve) => hostTurns.next(resolve));
}
