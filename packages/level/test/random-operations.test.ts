// Random operations, the same ones on a database in a Map (from abstract-level's own tests) and on ours: every answer has to be the same.

import { memoryStore, seededRandom } from '@varve/core';
import { StoreLevel } from '@varve/level';
import type { AbstractIterator, AbstractLevel, AbstractSnapshot } from 'abstract-level';
import { MinimalLevel } from 'abstract-level/test/util.js';
import { expect, it } from 'vitest';

const STEPS = 500;
const KEYS = 60;

type Database = AbstractLevel<string>;

/** One database, and what operations leave open for later ones. */
class Subject {
  readonly db: Database;
  readonly snapshots: AbstractSnapshot[] = [];

  constructor(db: Database) {
    this.db = db;
  }
}

/** Drawn once, done on both. */
type Operation = (subject: Subject) => Promise<unknown>;

/** What iterators of all kinds have. */
type Walk = Pick<AbstractIterator<Database, unknown, unknown>, 'all' | 'count' | 'next' | 'nextv' | 'seek'>;

const WALKS: readonly ((db: Database, options: object) => unknown)[] = [
  (db, options) => db.iterator(options),
  (db, options) => db.keys(options),
  (db, options) => db.values(options),
];

it.each([1, 2, 3, 4])('answers as a sorted map does, seed %i', async (seed) => {
  const drawing = new Drawing(seed);
  const store = seed % 2 === 0 ? memoryStore() : memoryStore({ sync: false });
  const ours = new StoreLevel(store, { memoryBudgetBytes: 4 * 2 ** 20 }) as unknown as Database;
  const [map, varve] = [new Subject(new MinimalLevel()), new Subject(ours)];
  await Promise.all([map.db.open(), varve.db.open()]);
  for (let step = 0; step < STEPS; step++) {
    const operation = drawing.operation();
    const answers = [await operation(map), await operation(varve)];
    expect(answers[1], `seed ${seed}, step ${step}: ${operation.toString()}`).toEqual(answers[0]);
  }
  await Promise.all([map.db.close(), varve.db.close()]);
});

class Drawing {
  readonly #random: ReturnType<typeof seededRandom>;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  operation(): Operation {
    const kinds = [
      () => this.#put(),
      () => this.#delete(),
      () => this.#batch(),
      () => this.#chain(),
      () => this.#clear(),
      () => this.#points(),
      () => this.#walk(),
      () => this.#walk(),
      () => this.#snapshot(),
    ];
    return kinds[this.#below(kinds.length)]();
  }

  #put(): Operation {
    const [key, value] = [this.#key(), this.#value()];
    return ({ db }) => db.put(key, value);
  }

  #delete(): Operation {
    const key = this.#key();
    return ({ db }) => db.del(key);
  }

  #batch(): Operation {
    const puts = this.#some(() => ({ type: 'put' as const, key: this.#key(), value: this.#value() }));
    const deletes = this.#some(() => ({ type: 'del' as const, key: this.#key() }));
    return ({ db }) => db.batch([...puts, ...deletes]);
  }

  #chain(): Operation {
    const puts = this.#some(() => [this.#key(), this.#value()] as const);
    const deletes = this.#some(() => this.#key());
    return ({ db }) => {
      const batch = db.batch().put('cleared', '').clear();
      for (const [key, value] of puts) batch.put(key, value);
      for (const key of deletes) batch.del(key);
      return batch.write();
    };
  }

  #clear(): Operation {
    // Most are small, so that something is left.
    const range = { ...this.#range(), limit: this.#below(8) };
    const moment = this.#moment();
    return (subject) => subject.db.clear({ ...range, ...moment(subject) });
  }

  #points(): Operation {
    const keys = this.#some(() => this.#key());
    const moment = this.#moment();
    return async (subject) => {
      const { db } = subject;
      const options = moment(subject);
      const single = await Promise.all(keys.map(async (key) => [await db.get(key, options), await db.has(key, options)]));
      return [single, await db.getMany(keys, options), await db.hasMany(keys, options)];
    };
  }

  /** An iterator, some steps of it with seeks between them, and the rest while something is written. */
  #walk(): Operation {
    const begin = WALKS[this.#below(WALKS.length)];
    const range = { ...this.#range(), ...(this.#chance(3) && { limit: this.#below(20) }) };
    const moment = this.#moment();
    const sizes = this.#some(() => [this.#chance(4) ? this.#key() : undefined, this.#below(12)] as const);
    const [key, value] = [this.#key(), this.#value()];
    return async (subject) => {
      const iterator = begin(subject.db, { ...range, ...moment(subject) }) as Walk;
      const seen: unknown[] = [];
      await subject.db.put(key, value);
      for (const [target, size] of sizes) {
        if (target !== undefined) iterator.seek(target);
        seen.push(size === 0 ? await iterator.next() : await iterator.nextv(size));
      }
      return [seen, await iterator.all(), iterator.count];
    };
  }

  #snapshot(): Operation {
    const closed = this.#chance(2) ? this.#below(4) : undefined;
    return async ({ db, snapshots }) => {
      if (closed === undefined || closed >= snapshots.length) snapshots.push(db.snapshot());
      else await snapshots.splice(closed, 1)[0].close();
    };
  }

  /** As of an open snapshot, if there is one, or now. */
  #moment(): (subject: Subject) => { snapshot?: AbstractSnapshot } {
    const place = this.#chance(2) ? this.#below(100) : undefined;
    return ({ snapshots }) => (place === undefined || snapshots.length === 0 ? {} : { snapshot: snapshots[place % snapshots.length] });
  }

  #range(): object {
    return {
      ...(this.#chance(2) && { [this.#chance(2) ? 'gt' : 'gte']: this.#key() }),
      ...(this.#chance(2) && { [this.#chance(2) ? 'lt' : 'lte']: this.#key() }),
      reverse: this.#chance(2),
    };
  }

  #key(): string {
    return `k${this.#below(KEYS)}`;
  }

  /** Some are so large that a range takes several pages. */
  #value(): string {
    return String(this.#below(1000)).repeat(this.#chance(8) ? 5000 : 1);
  }

  #some<T>(draw: () => T): T[] {
    return Array.from({ length: 1 + this.#below(10) }, draw);
  }

  #chance(oneIn: number): boolean {
    return this.#below(oneIn) === 0;
  }

  #below(limit: number): number {
    return this.#random.uint32() % limit;
  }
}
