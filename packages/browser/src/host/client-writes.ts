// Which writes of each page have taken place. Every write puts the page's newest sequence beside its changes, in the same batch: when a page does not
// hear of a write, because the tab that had the database is gone, it asks the next one again, and the write takes place once.

import type { Entry } from '@varve/core';
import { rawCodec } from './raw-codec.ts';
import type { RawDatabase } from './raw-database.ts';

/** A key space that pages do not see. */
export const CLIENTS = 'varve:clients';
const SEQUENCE_BYTES = 8;

/** The newest write of a page: its sequence, and the epoch at which it took place. */
export interface Newest {
  readonly sequence: bigint;
  readonly epoch: bigint;
}

type RawSpace = ReturnType<RawDatabase['keyspace']>;

export class ClientWrites {
  readonly #space: RawSpace;

  constructor(db: RawDatabase) {
    this.#space = db.keyspace(CLIENTS, { keys: rawCodec('bytes'), values: rawCodec('bytes') }) as RawSpace;
  }

  /** 0 when there is none. */
  async newest(client: Uint8Array): Promise<Newest> {
    const entry = (await this.#space.getEntry(client)) as Entry<Uint8Array, Uint8Array> | undefined;
    if (entry === undefined) return { sequence: 0n, epoch: 0n };
    const { buffer, byteOffset } = entry.value;
    return { sequence: new DataView(buffer, byteOffset).getBigUint64(0, true), epoch: entry.epoch };
  }

  /** Adds the sequence to a batch. */
  note(batch: ReturnType<RawDatabase['batch']>, client: Uint8Array, sequence: bigint): void {
    const value = new Uint8Array(SEQUENCE_BYTES);
    new DataView(value.buffer).setBigUint64(0, sequence, true);
    batch.put(this.#space as never, client, value as never);
  }

  /** Pages that went while nobody had the database open. */
  async forgetGone(isAlive: (client: Uint8Array) => boolean): Promise<void> {
    for (const [client] of (await this.#space.scan().all()) as [Uint8Array, Uint8Array][]) if (!isAlive(client)) await this.forget(client);
  }

  /** The page is gone: it asks for nothing any more. */
  async forget(client: Uint8Array): Promise<void> {
    await this.#space.delete(client);
  }
}
