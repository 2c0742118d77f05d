// Varve on the file system.

import { fsStore, type FsStore } from '@varve/adapter-fs';
import { type BytesLike, type Database, open } from '@varve/core';
import type { Peer, PeerDatabase, PeerOptions, Visit } from './peer.ts';

type Db = Database<FsStore, Uint8Array, Uint8Array, BytesLike, BytesLike, BytesLike>;

export const varve: Peer = {
  name: 'varve',
  module: '@varve/core',
  notes:
    'batch and write; put; getSync; get; getMany; scanSync (the values of one page share a buffer); scanSync with a limit. Default codecs: strings or bytes in, bytes out; memoryBudgetBytes = memory, LZ4. Durability as named',
  async open(folder, { durability, memoryBytes }: PeerOptions) {
    return new Varve(await open(fsStore(folder), { durability, memoryBudgetBytes: memoryBytes }));
  },
};

class Varve implements PeerDatabase {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async putBatch(keys: readonly string[], values: readonly Uint8Array[]): Promise<void> {
    const batch = this.#db.batch();
    for (let i = 0; i < keys.length; i++) batch.put(keys[i], values[i]);
    await this.#db.write(batch);
  }

  put(key: string, value: Uint8Array): Promise<bigint> {
    return this.#db.put(key, value);
  }

  async deleteBatch(keys: readonly string[]): Promise<void> {
    const batch = this.#db.batch();
    for (const key of keys) batch.delete(key);
    await this.#db.write(batch);
  }

  getSync(key: string): Uint8Array | undefined {
    return this.#db.getSync(key);
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return this.#db.get(key);
  }

  getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    return this.#db.getMany(keys);
  }

  async scan(reverse: boolean, visit: Visit): Promise<void> {
    for (const [key, value] of this.#db.scanSync({ reverse })) visit(key, value);
  }

  async seek(key: string, count: number, visit: Visit): Promise<void> {
    for (const [found, value] of this.#db.scanSync({ gte: key, limit: count })) visit(found, value);
  }

  settle(): Promise<void> {
    return this.#db.idle();
  }

  close(): Promise<void> {
    return this.#db.close();
  }
}
