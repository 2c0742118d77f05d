// Random lives of a cache against a plain map of bytes: written, read, deleted, closed, damaged, full. Whatever happens to the local store, every read
// gives what was written, and the local store never holds more than the budget.

import { memoryStore, seededRandom, StorageError, type MemoryFault } from '@varve/core';
import { expect, it } from 'vitest';
import { cacheOn } from '../src/cache-store.ts';
import { bytesOf, fixedHistory, MIB } from './cache-test-kit.ts';

const PIECES = [4096, 16_384, 65_536];
const STEPS = 250;

class Life {
  readonly #uint32: () => number;
  readonly #objects = new Map<string, Uint8Array>();
  readonly #local = memoryStore();
  /** What the handle that is open suffers from the local store. */
  #orders: { fault?: () => MemoryFault | undefined; quotaBytes?: number | undefined } = {};
  readonly #remote = memoryStore({ sync: false });
  #store!: ReturnType<typeof cacheOn>;
  #count = 0;
  hits = 0;

  constructor(seed: number) {
    this.#uint32 = seededRandom(seed).uint32;
    this.#open();
  }

  async run(): Promise<void> {
    for (let i = 0; i < STEPS; i++) {
      await this.#step();
      const taken = (await this.#local.list('')).reduce((sum, { size }) => sum + size, 0);
      if (taken > MIB) throw new Error(`${taken} bytes are kept after step ${i}`);
    }
    await this.#store.close();
    this.hits += this.#store.stats().hits;
  }

  async #step(): Promise<void> {
    const dice = this.#below(100);
    if (dice < 15) await this.#write();
    else if (dice < 75) await Promise.all(Array.from({ length: 1 + this.#below(4) }, () => this.#read()));
    else if (dice < 80) await this.#get();
    else if (dice < 85) await this.#delete();
    else if (dice < 90) await this.#reopen();
    else if (dice < 94) this.#damage();
    else this.#disturb();
  }

  async #write(): Promise<void> {
    const name = `sst/${++this.#count}`;
    const bytes = bytesOf(1 + this.#below(400_000), this.#count);
    if (this.#below(3) === 0) await this.#store.put(name, bytes);
    else if (this.#below(2) === 0) await this.#remote.put(name, bytes);
    else await this.#upload(name, bytes);
    this.#objects.set(name, bytes);
  }

  async #upload(name: string, bytes: Uint8Array): Promise<void> {
    const writer = await this.#store.createObject(name, bytes.length);
    for (let at = 0; at < bytes.length;) {
      const piece = bytes.slice(at, at + 1 + this.#below(100_000));
      await writer.append(piece, at);
      at += piece.length;
      piece.fill(0xff);
    }
    if (this.#below(5) === 0) {
      await writer.abort();
      await this.#remote.put(name, bytes);
    } else await writer.finish();
  }

  async #read(): Promise<void> {
    const [name, bytes] = this.#any() ?? [];
    if (name === undefined || bytes === undefined) return;
    const offset = this.#below(bytes.length);
    const target = new Uint8Array(1 + this.#below(bytes.length - offset));
    const reader = await this.#store.openObject(name, bytes.length);
    await reader.readInto(target, offset);
    await reader.close();
    this.#compare(`${target.length} bytes at ${offset} of ${name}`, target, bytes.subarray(offset, offset + target.length));
  }

  async #get(): Promise<void> {
    const [name, bytes] = this.#any() ?? [];
    if (name === undefined || bytes === undefined) return;
    const found = (await this.#store.get(name))!;
    this.#compare(name, found, bytes);
    found.fill(0xff);
  }

  async #delete(): Promise<void> {
    const [name] = this.#any() ?? [];
    if (name === undefined) return;
    this.#objects.delete(name);
    await this.#store.delete([name]);
    if ((await this.#store.get(name)) !== undefined) throw new Error(`${name} is there after it was deleted`);
  }

  /** With or without a word: a process may die. */
  async #reopen(): Promise<void> {
    this.hits += this.#store.stats().hits;
    if (this.#below(2) === 0) await this.#store.close();
    else this.#orders.fault = () => ({ when: 'before', error: new Error('dead') });
    this.#open();
  }

  #damage(): void {
    const local = this.#local.sync;
    const infos = local.list('');
    if (infos.length === 0) return;
    const { name, size } = infos[this.#below(infos.length)];
    const bytes = local.get(name)!;
    local.delete([name]);
    if (this.#below(3) === 0) return;
    bytes[this.#below(size)] ^= 1 << this.#below(8);
    local.put(name, this.#below(3) === 0 ? bytes.slice(0, this.#below(size)) : bytes);
  }

  /** One call of a few fails for a while, or the place is full. */
  #disturb(): void {
    const kind = this.#below(4);
    const isFull = this.#below(2) === 0;
    const error = isFull ? new StorageError('QUOTA', 'full') : new Error('broken');
    const when = isFull || this.#below(2) === 0 ? 'before' : 'after';
    this.#orders.fault = () => (kind === 0 && this.#below(5) === 0 ? { when, error } : undefined);
    this.#orders.quotaBytes = kind === 1 ? 100_000 + this.#below(MIB) : undefined;
  }

  #open(): void {
    // Who died gives no lock back: the next one takes it.
    this.#orders = {};
    const share = this.#local.share(this.#orders);
    const local = { ...share, lock: () => share.lock!({ takeOver: true }) };
    this.#store = cacheOn(
      this.#remote.share({ sync: false }),
      local,
      { budgetBytes: MIB, pieceBytes: PIECES[this.#below(3)] },
      fixedHistory(),
    );
  }

  #any(): [string, Uint8Array] | undefined {
    return [...this.#objects][this.#below(this.#objects.size)];
  }

  #compare(what: string, found: Uint8Array, wanted: Uint8Array): void {
    if (Buffer.compare(found, wanted) !== 0) throw new Error(`${what} are wrong`);
  }

  #below(limit: number): number {
    return limit === 0 ? 0 : this.#uint32() % limit;
  }
}

it.each(Array.from({ length: 30 }, (_, i) => i + 1))('every read gives what was written (seed %i)', async (seed) => {
  const life = new Life(seed);
  await life.run();
  expect(life.hits).toBeGreaterThan(0);
});
