// LMDB through lmdb-js (https://github.com/kriszyp/lmdb-js).

import { open, type RootDatabase } from 'lmdb';
import type { Peer, PeerDatabase, PeerOptions, Visit } from './peer.ts';

export const lmdb: Peer = {
  name: 'lmdb',
  module: 'lmdb',
  notes:
    "transaction() around puts; put (its own batching by event turn); get (a copy, not getBinaryFast); get; getMany; getRange. encoding 'binary', no compression, no setting for memory: the system's page cache. Buffered: noSync; synced: defaults, and await flushed",
  open: (folder, options) => Promise.resolve(new Lmdb(folder, options)),
};

class Lmdb implements PeerDatabase {
  readonly #db: RootDatabase<Uint8Array, string>;
  readonly #synced: boolean;

  constructor(folder: string, { durability }: PeerOptions) {
    this.#synced = durability === 'synced';
    this.#db = open<Uint8Array, string>({ path: folder, encoding: 'binary', noSync: !this.#synced });
  }

  async putBatch(keys: readonly string[], values: readonly Uint8Array[]): Promise<void> {
    await this.#db.transaction(() => {
      for (let i = 0; i < keys.length; i++) void this.#db.put(keys[i], values[i]);
    });
    if (this.#synced) await this.#db.flushed;
  }

  async put(key: string, value: Uint8Array): Promise<void> {
    await this.#db.put(key, value);
    if (this.#synced) await this.#db.flushed;
  }

  async deleteBatch(keys: readonly string[]): Promise<void> {
    await this.#db.transaction(() => {
      for (const key of keys) void this.#db.remove(key);
    });
    if (this.#synced) await this.#db.flushed;
  }

  getSync(key: string): Uint8Array | undefined {
    return this.#db.get(key);
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.#db.get(key);
  }

  getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    return this.#db.getMany([...keys]);
  }

  async scan(reverse: boolean, visit: Visit): Promise<void> {
    for (const { key, value } of this.#db.getRange({ reverse })) visit(key, value);
  }

  async seek(key: string, count: number, visit: Visit): Promise<void> {
    for (const { key: found, value } of this.#db.getRange({ start: key, limit: count })) visit(found, value);
  }

  async settle(): Promise<void> {
    await this.#db.flushed;
  }

  close(): Promise<void> {
    return this.#db.close();
  }
}
