// A batch: changes that take place together, in any key spaces of one database.

import { StorageError } from '@varve/core/codecs';
import type { FrameWriter } from '../wire/frame-writer.ts';
import { Change } from '../wire/protocol.ts';
import type { RemoteSpace } from './remote-space.ts';

type AnySpace = RemoteSpace<unknown, unknown, unknown, unknown, unknown>;

export class RemoteBatch<KI, VI> {
  readonly #default: RemoteSpace<unknown, unknown, never, KI, VI>;
  #changes: FrameWriter | undefined;
  #count = 0;

  /** @internal Made by `db.batch()`. */
  constructor(space: RemoteSpace<unknown, unknown, never, KI, VI>, changes: FrameWriter) {
    this.#default = space;
    this.#changes = changes;
  }

  /** Number of operations. */
  get size(): number {
    return this.#count;
  }

  /** Puts a value; into the database's own key space where none is named. */
  put(key: KI, value: VI): this;
  put<K2, V2>(space: RemoteSpace<unknown, unknown, never, K2, V2>, key: K2, value: V2): this;
  put(first: unknown, second: unknown, ...third: [] | [unknown]): this {
    const [space, key, value] = third.length === 0 ? [this.#default, first, second] : [first, second, third[0]];
    return this.#add((frame) => (space as AnySpace).writePut(frame, key, value));
  }

  /** Deletes a key. */
  delete(key: KI): this;
  delete<K2>(space: RemoteSpace<unknown, unknown, never, K2, never>, key: K2): this;
  delete(first: unknown, ...second: [] | [unknown]): this {
    const [space, key] = second.length === 0 ? [this.#default, first] : [first, second[0]];
    return this.#add((frame) => (space as AnySpace).writeDelete(frame, key));
  }

  /** The batch is written only if the key's newest version has this epoch (undefined: if the key is not there). */
  check(key: KI, epoch: bigint | undefined): this;
  check<K2>(space: RemoteSpace<unknown, unknown, never, K2, never>, key: K2, epoch: bigint | undefined): this;
  check(first: unknown, second: unknown, ...third: [] | [bigint | undefined]): this {
    const [space, key, epoch] = third.length === 0 ? [this.#default, first, second] : [first, second, third[0]];
    return this.#add((frame) => {
      const { number, keys } = space as AnySpace;
      frame.u8(Change.check).u32(number).encoded(keys, key);
      if (epoch === undefined) frame.u8(0);
      else frame.u8(1).u64(epoch as bigint);
    });
  }

  /** @internal Hands the changes over, once. */
  take(): { count: number; changes: Uint8Array } {
    const changes = this.#open().take();
    this.#changes = undefined;
    return { count: this.#count, changes };
  }

  #add(write: (frame: FrameWriter) => void): this {
    const changes = this.#open();
    const from = changes.length;
    try {
      write(changes);
    } catch (error) {
      changes.rewind(from);
      throw error;
    }
    this.#count++;
    return this;
  }

  #open(): FrameWriter {
    if (this.#changes === undefined) throw new StorageError('CLOSED', 'the batch was written already: make a new one');
    return this.#changes;
  }
}
