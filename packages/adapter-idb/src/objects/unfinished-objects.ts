// Objects that are being written by piece, by their marks. What a program left that died in the middle is removed when the next one gets the lock:
// whoever else is still writing then was overtaken, and is told so when it comes to finish.

import type { Connection } from '../connection/connection.ts';
import { keysOf, type Unfinished } from '../connection/schema.ts';
import { newNonce } from '../nonce.ts';

/** Without a lock others may be at work: nobody takes that long to write an object. */
const ABANDONED_AFTER_MS = 24 * 3600 * 1000;

export class UnfinishedObjects {
  readonly #connection: Connection;
  readonly #writer = newNonce();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** What tells whose the pieces of an id are. */
  markOf(id: string, name: string): Unfinished {
    return { id, name, writer: this.#writer, at: Date.now() };
  }

  /** Removes an object that somebody gave up, also when it was finished without knowing. */
  async remove(id: string, name: string): Promise<void> {
    await this.#connection.write(['objects', 'pieces', 'unfinished'], 'relaxed', name, async (transaction) => {
      const objects = transaction.objectStore('objects');
      const head = await objects.get(name);
      await Promise.all([
        head?.id === id ? objects.delete(name) : undefined,
        transaction.objectStore('pieces').delete(keysOf(id)),
        transaction.objectStore('unfinished').delete(id),
      ]);
    });
  }

  /** Removes what others have left. `alone`: nobody else has a right to write. */
  async removeAbandoned(alone: boolean): Promise<void> {
    const before = Date.now() - ABANDONED_AFTER_MS;
    await this.#connection.write(['pieces', 'unfinished'], 'relaxed', undefined, async (transaction) => {
      const unfinished = transaction.objectStore('unfinished');
      const pieces = transaction.objectStore('pieces');
      const abandoned = (await unfinished.getAll()).filter(({ writer, at }) => (alone ? writer !== this.#writer : at < before));
      await Promise.all(abandoned.flatMap(({ id }) => [pieces.delete(keysOf(id)), unfinished.delete(id)]));
    });
  }
}
