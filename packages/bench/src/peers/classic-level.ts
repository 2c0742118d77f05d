// LevelDB through classic-level (https://github.com/Level/classic-level).

import { ClassicLevel } from 'classic-level';
import type { Peer, PeerDatabase, PeerOptions, Visit } from './peer.ts';

const PAGE = 1000;

export const classicLevel: Peer = {
  name: 'classic-level',
  module: 'classic-level',
  notes:
    'chained batch; put; getSync; get; getMany; iterator.nextv(1000). writeBufferSize = memory / 8, cacheSize = 3/4 memory, Snappy. Buffered: sync false; synced: sync true',
  async open(folder, options) {
    const database = new Level(folder, options);
    await database.open();
    return database;
  },
};

class Level implements PeerDatabase {
  readonly #db: ClassicLevel<string, Uint8Array>;
  readonly #write: { readonly sync: boolean };

  constructor(folder: string, { durability, memoryBytes }: PeerOptions) {
    this.#write = { sync: durability === 'synced' };
    this.#db = new ClassicLevel(folder, {
      keyEncoding: 'utf8',
      valueEncoding: 'view',
      ...(memoryBytes !== undefined && { writeBufferSize: memoryBytes / 8, cacheSize: (memoryBytes * 3) / 4 }),
    });
  }

  open(): Promise<void> {
    return this.#db.open();
  }

  putBatch(keys: readonly string[], values: readonly Uint8Array[]): Promise<void> {
    const batch = this.#db.batch();
    for (let i = 0; i < keys.length; i++) batch.put(keys[i], values[i]);
    return batch.write(this.#write);
  }

  put(key: string, value: Uint8Array): Promise<void> {
    return this.#db.put(key, value, this.#write);
  }

  deleteBatch(keys: readonly string[]): Promise<void> {
    const batch = this.#db.batch();
    for (const key of keys) batch.del(key);
    return batch.write(this.#write);
  }

  getSync(key: string): Uint8Array | undefined {
    return this.#db.getSync(key);
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return this.#db.get(key);
  }

  getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    return this.#db.getMany([...keys]);
  }

  async scan(reverse: boolean, visit: Visit): Promise<void> {
    const iterator = this.#db.iterator({ reverse });
    for (;;) {
      const page = await iterator.nextv(PAGE);
      if (page.length === 0) break;
      for (const [key, value] of page) visit(key, value);
    }
    await iterator.close();
  }

  async seek(key: string, count: number, visit: Visit): Promise<void> {
    const iterator = this.#db.iterator({ gte: key, limit: count });
    for (const [found, value] of await iterator.nextv(count)) visit(found, value);
    await iterator.close();
  }

  async settle(): Promise<void> {
    // LevelDB compacts in a thread of its own and offers nothing to wait for; the harness waits until the folder is quiet.
  }

  close(): Promise<void> {
    return this.#db.close();
  }
}
