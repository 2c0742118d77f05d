// SlateDB through its own bindings (https://slatedb.io), as it comes.

import { writeFileSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Db, DbBuilder, ObjectStore, WriteBatch } from '@slatedb/uniffi';
import type { CloudDatabase, CloudPeer } from './cloud-peer.ts';
import type { Gateway } from './job.ts';

export const slatedb: CloudPeer = {
  name: 'slatedb',
  module: '@slatedb/uniffi',
  notes:
    'WriteBatch and write (await_durable false, the last one true); put; get; scan and next. All settings as they come: a log flushed every 100 ms, 64 MiB of L0, no compression, 512 MiB of cache for blocks',
  async open(gateway, place) {
    const builder = new DbBuilder(place, objectStore(gateway));
    try {
      return new Slate(await builder.build());
    } finally {
      builder.dispose();
    }
  },
};

/** It takes credentials from a file only. */
function objectStore({ endpoint, accessKeyId, secretAccessKey, bucket }: Gateway): ObjectStore {
  const folder = mkdtempSync(join(tmpdir(), 'varve-bench-slatedb-'));
  const file = join(folder, 'env');
  const settings = {
    CLOUD_PROVIDER: 'aws',
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_BUCKET: bucket,
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT: endpoint,
    AWS_ALLOW_HTTP: 'true',
  };
  try {
    writeFileSync(
      file,
      Object.entries(settings)
        .map((pair) => `${pair.join('=')}\n`)
        .join(''),
    );
    return ObjectStore.from_env(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

class Slate implements CloudDatabase {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async putBatch(keys: readonly string[], values: readonly Uint8Array[], wait: boolean): Promise<void> {
    const batch = new WriteBatch();
    for (let i = 0; i < keys.length; i++) batch.put(Buffer.from(keys[i]), values[i]);
    await this.#db.write_with_options(batch, { await_durable: wait });
  }

  put(key: string, value: Uint8Array): Promise<unknown> {
    return this.#db.put(Buffer.from(key), value);
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return this.#db.get(Buffer.from(key));
  }

  async scan(): Promise<number> {
    const iterator = await this.#db.scan({ start: undefined, start_inclusive: true, end: undefined, end_inclusive: true });
    let count = 0;
    for (;;) {
      const entry = await iterator.next();
      if (entry === undefined) break;
      count += entry.value.length > 0 ? 1 : 0;
    }
    iterator.dispose();
    return count;
  }

  async close(): Promise<void> {
    await this.#db.shutdown();
    this.#db.dispose();
  }
}
