// Varve on object storage.

import { s3Store, type S3Store } from '@varve/adapter-s3-fetch';
import { type BytesLike, type Database, open } from '@varve/core';
import type { CloudDatabase, CloudPeer } from './cloud-peer.ts';
import type { Gateway } from './job.ts';

/** Half of it is cache: the 512 MiB that SlateDB takes for blocks when nobody says otherwise, which its bindings do not let anybody do. */
const MEMORY_BYTES = 2 ** 30;

export const varve: CloudPeer = {
  name: 'varve',
  module: '@varve/core',
  notes:
    'batch and write (durability memory, the last one synced); put; get; scan().batches(). Default codecs: strings or bytes in, bytes out; memoryBudgetBytes 1 GiB, of which half is cache; LZ4',
  open: async (gateway, place) => new Varve(await open(storeAt(gateway, place), { memoryBudgetBytes: MEMORY_BYTES })),
};

export function storeAt({ endpoint, accessKeyId, secretAccessKey, bucket }: Gateway, place: string): S3Store {
  return s3Store(`s3://${bucket}/${place}?endpoint=${endpoint}`, { credentials: { accessKeyId, secretAccessKey } });
}

type Db = Database<S3Store, Uint8Array, Uint8Array, BytesLike, BytesLike, BytesLike>;

class Varve implements CloudDatabase {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async putBatch(keys: readonly string[], values: readonly Uint8Array[], wait: boolean): Promise<void> {
    const batch = this.#db.batch();
    for (let i = 0; i < keys.length; i++) batch.put(keys[i], values[i]);
    await this.#db.write(batch, { durability: wait ? 'synced' : 'memory' });
  }

  put(key: string, value: Uint8Array): Promise<bigint> {
    return this.#db.put(key, value);
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return this.#db.get(key);
  }

  async scan(): Promise<number> {
    let count = 0;
    for await (const batch of this.#db.scan().batches()) for (const [, value] of batch) count += value.length > 0 ? 1 : 0;
    return count;
  }

  close(): Promise<void> {
    return this.#db.close();
  }
}
