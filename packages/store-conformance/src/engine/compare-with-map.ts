// A database under random operations, compared with a map of what it acknowledged. Run it also where the store has trouble: what fails and passes is the
// store's to retry, and nothing of it may show.

import { seededRandom, type ObjectStore, type Random } from '@varve/core';
import { ConformanceError } from '../check.ts';
import { expectEntries, openTexts, type TextDatabase } from './engine-subject.ts';

const KEYS = 700;
const BATCH = 40;

/**
 * Runs seeded operations against the store, and compares everything in the end and after each reopening. A failure names the seed.
 * @example
 * import { memoryStore } from '@varve/core';
 * import { compareWithMap } from '@varve/store-conformance';
 *
 * await compareWithMap(memoryStore(), 1, 500);
 */
export async function compareWithMap(store: ObjectStore, seed: number, operations: number): Promise<void> {
  const run = new EngineRun(store, seededRandom(seed));
  try {
    await run.begin();
    for (let i = 0; i < operations; i++) await run.step();
    await run.reopen();
  } catch (error) {
    throw new Error(`seed=${seed}: ${String(error)}`, { cause: error });
  }
  await run.end();
}

class EngineRun {
  readonly #store: ObjectStore;
  readonly #random: Random;
  readonly #model = new Map<string, string>();
  #database!: TextDatabase;

  constructor(store: ObjectStore, random: Random) {
    this.#store = store;
    this.#random = random;
  }

  async begin(): Promise<void> {
    this.#database = await openTexts(this.#store);
  }

  async end(): Promise<void> {
    await this.#database.close();
  }

  async reopen(): Promise<void> {
    await this.end();
    await this.begin();
    await this.#compareAll();
  }

  async step(): Promise<void> {
    const dice = this.#below(1000);
    if (dice < 500) await this.#put();
    else if (dice < 600) await this.#delete();
    else if (dice < 750) await this.#batch();
    else if (dice < 980) await this.#get();
    else if (dice < 988) await this.#database.flush();
    else if (dice < 991) await this.#database.compact();
    else if (dice < 995) await this.#database.sync();
    else if (dice < 997) await this.#compareAll();
    else await this.reopen();
  }

  async #put(): Promise<void> {
    const [key, value] = [this.#key(), this.#value()];
    await this.#database.put(key, value, { durability: this.#below(10) === 0 ? 'synced' : 'buffered' });
    this.#model.set(key, value);
  }

  async #delete(): Promise<void> {
    const key = this.#key();
    await this.#database.delete(key);
    this.#model.delete(key);
  }

  async #batch(): Promise<void> {
    const changes = new Map<string, string | undefined>();
    const count = this.#below(BATCH);
    for (let i = 0; i < count; i++) changes.set(this.#key(), this.#below(4) === 0 ? undefined : this.#value());
    const batch = this.#database.batch();
    for (const [key, value] of changes) {
      if (value === undefined) batch.delete(key);
      else batch.put(key, value);
    }
    await this.#database.write(batch);
    for (const [key, value] of changes) {
      if (value === undefined) this.#model.delete(key);
      else this.#model.set(key, value);
    }
  }

  async #get(): Promise<void> {
    const key = this.#key();
    const [found, wanted] = [await this.#database.get(key), this.#model.get(key)];
    if (found !== wanted) throw new ConformanceError(`${key}: expected ${shown(wanted)}, found ${shown(found)}`);
  }

  async #compareAll(): Promise<void> {
    const expected = [...this.#model].sort(([a], [b]) => (a < b ? -1 : 1));
    expectEntries('a scan of everything', await this.#database.scan().all(), expected);
  }

  #key(): string {
    return `key/${String(this.#below(KEYS)).padStart(5, '0')}`;
  }

  #value(): string {
    const length = this.#below(20) === 0 ? this.#below(20_000) : this.#below(300);
    let text = '';
    while (text.length < length) text += this.#random.uint32().toString(36);
    return text.slice(0, length);
  }

  #below(limit: number): number {
    return this.#random.uint32() % limit;
  }
}

function shown(value: string | undefined): string {
  return value === undefined ? 'nothing' : `${value.length} characters beginning with ${value.slice(0, 20)}`;
}
