// Which writes of each page have taken place. Every write puts its page and number beside its changes, in the same batch: when a page does not hear of a
// write, because the tab that had the database is gone, it asks the next one again, and the write takes place once.
//
//   key     page (text of an id, UTF-8) | u64 sequence, big-endian
//   value   nothing; the epoch of the entry is that of the write

import { rawCodec } from './raw-codec.ts';
import type { RawDatabase } from './raw-database.ts';

/** A key space that pages do not see. */
export const CLIENTS = 'varve:clients';
const SEQUENCE_BYTES = 8;
const NOTHING = new Uint8Array(0);

/** Writes of a page that have taken place, as far as the page may ask for them again: sequences and epochs. */
export type Written = Map<bigint, bigint>;

type RawSpace = ReturnType<RawDatabase['keyspace']>;
type RawBatch = ReturnType<RawDatabase['batch']>;

export class ClientWrites {
  readonly #space: RawSpace;

  constructor(db: RawDatabase) {
    this.#space = db.keyspace(CLIENTS, { keys: rawCodec('bytes'), values: rawCodec('bytes') }) as RawSpace;
  }

  async of(client: Uint8Array): Promise<Written> {
    const written: Written = new Map();
    for await (const key of this.#space.scan({ prefix: client as never }).keys() as AsyncIterable<Uint8Array>) {
      const entry = await this.#space.getEntry(key as never);
      if (entry !== undefined) written.set(sequenceOf(key), entry.epoch);
    }
    return written;
  }

  /** Adds a write to its batch. */
  note(batch: RawBatch, client: Uint8Array, sequence: bigint): void {
    batch.put(this.#space as never, keyOf(client, sequence), NOTHING as never);
  }

  /** The page knows of this one, and asks for it no more. */
  forgetOne(batch: RawBatch, client: Uint8Array, sequence: bigint): void {
    batch.delete(this.#space as never, keyOf(client, sequence));
  }

  /** The page is gone: it asks for nothing any more. */
  async forget(client: Uint8Array): Promise<void> {
    await this.#space.clear({ prefix: client as never });
  }

  /** Pages of which anything is kept. */
  async clients(): Promise<Set<string>> {
    const clients = new Set<string>();
    for await (const key of this.#space.scan().keys() as AsyncIterable<Uint8Array>) clients.add(clientOf(key));
    return clients;
  }
}

/** A page's id, as it stands in keys. */
export function idOf(client: string): Uint8Array {
  return new TextEncoder().encode(client);
}

function keyOf(client: Uint8Array, sequence: bigint): Uint8Array {
  const key = new Uint8Array(client.length + SEQUENCE_BYTES);
  key.set(client);
  new DataView(key.buffer).setBigUint64(client.length, sequence);
  return key;
}

function sequenceOf(key: Uint8Array): bigint {
  return new DataView(key.buffer, key.byteOffset, key.length).getBigUint64(key.length - SEQUENCE_BYTES);
}

function clientOf(key: Uint8Array): string {
  return new TextDecoder().decode(key.subarray(0, -SEQUENCE_BYTES));
}
