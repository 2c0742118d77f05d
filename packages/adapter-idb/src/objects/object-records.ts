// The operations of the store on whole objects, each one transaction. A head is added, which fails where one of that name is: so one creator wins, and
// the pieces of all others go with their transactions.

import { StorageError, type ObjectInfo } from '@varve/core';
import type { Connection } from '../connection/connection.ts';
import { isTaken } from '../connection/idb-errors.ts';
import { keysOf, type ObjectHead, type Reading } from '../connection/schema.ts';
import { newNonce } from '../nonce.ts';
import { cutPieces } from './pieces.ts';

/** Above every character of a name. */
const LAST_CHARACTER = '\uffff';

/** The objects of one database. */
export class ObjectRecords {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    if (!(await this.putIfAbsent(name, bytes))) throw isThereAlready(name);
  }

  putIfAbsent(name: string, bytes: Uint8Array): Promise<boolean> {
    const head = { name, size: bytes.length, id: newNonce() };
    return this.#create(head, cutPieces(bytes));
  }

  /** When the answer of the first try was lost, the second one finds the name taken: by the first, if its id stands there. */
  async #create(head: ObjectHead, pieces: readonly ArrayBuffer[]): Promise<boolean> {
    const { name, id } = head;
    try {
      await this.#connection.write(['objects', 'pieces'], 'strict', name, async (transaction) => {
        const store = transaction.objectStore('pieces');
        await Promise.all([transaction.objectStore('objects').add(head), ...pieces.map((piece, i) => store.put(piece, [id, i]))]);
      });
      return true;
    } catch (error) {
      if (!isTaken(error)) throw error;
      return (await this.head(name))?.id === id;
    }
  }

  /** What says that an object is there. */
  head(name: string): Promise<ObjectHead | undefined> {
    return this.#connection.read(['objects'], name, (transaction) => transaction.objectStore('objects').get(name));
  }

  async has(name: string): Promise<boolean> {
    return (await this.#connection.read(['objects'], name, (transaction) => transaction.objectStore('objects').getKey(name))) !== undefined;
  }

  get(name: string): Promise<Uint8Array | undefined> {
    return this.#connection.read(['objects', 'pieces'], name, async (transaction) => {
      const head = await transaction.objectStore('objects').get(name);
      return head === undefined ? undefined : await wholeOf(head, transaction);
    });
  }

  async list(prefix: string, startAfter: string): Promise<ObjectInfo[]> {
    const last = prefix === '' ? LAST_CHARACTER : prefix + LAST_CHARACTER;
    if (startAfter >= last) return [];
    const after = startAfter >= prefix ? startAfter : prefix;
    const range = IDBKeyRange.bound(after, last, after === startAfter, true);
    const heads = await this.#connection.read(['objects'], undefined, (transaction) => transaction.objectStore('objects').getAll(range));
    return heads.map(({ name, size }) => ({ name, size }));
  }

  async delete(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    await this.#connection.write(['objects', 'pieces'], 'relaxed', names[0], async (transaction) => {
      const objects = transaction.objectStore('objects');
      const heads = await Promise.all(names.map((name) => objects.get(name)));
      const pieces = transaction.objectStore('pieces');
      await Promise.all(heads.flatMap((head) => (head === undefined ? [] : [objects.delete(head.name), pieces.delete(keysOf(head.id))])));
    });
  }
}

/** Names are never used twice. */
export function isThereAlready(name: string): StorageError {
  return new StorageError('CONFLICT', 'object is there already', { object: name });
}

/** The head of an object is there, and not all of its pieces are. */
export function missingPieces(object: string, offset: number): StorageError {
  return new StorageError('CORRUPTION', 'pieces of the object are missing', { object, offset });
}

async function wholeOf({ name, size, id }: ObjectHead, transaction: Reading<'objects' | 'pieces'>): Promise<Uint8Array> {
  const pieces = await transaction.objectStore('pieces').getAll(keysOf(id));
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const piece of pieces) {
    if (offset + piece.byteLength > size) break;
    bytes.set(new Uint8Array(piece), offset);
    offset += piece.byteLength;
  }
  if (offset < size) throw missingPieces(name, offset);
  return bytes;
}
