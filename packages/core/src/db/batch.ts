// A write batch as the user builds it: operations on any key spaces of one database, atomic when written. Keys and values are encoded (and refused,
// if they are not legal) as they are added. A batch is written once.

import { StorageError } from '../base/errors.ts';
import { epochFromBigInt } from '../format/epoch.ts';
import type { KeySpaceCodec } from '../format/key-space.ts';
import type { WriteBatch } from '../write/write-batch.ts';

type AnySpace = KeySpaceCodec<unknown, unknown, never, unknown, unknown>;

/** How a batch finds the codec behind a key space or database that it is given. The symbol keeps it out of users' sight. */
export const SPACE: unique symbol = Symbol('space');

/** Something that a batch can write to. */
export interface BatchTarget<KI, VI> {
  readonly [SPACE]: {
    readonly codec: KeySpaceCodec<unknown, unknown, never, KI, VI>;
    readonly owner: object;
    readonly ready: Promise<unknown> | undefined;
  };
}

export class Batch<KI, VI> {
  readonly #default: BatchTarget<KI, VI>;
  readonly #batch: WriteBatch;
  /** Key spaces that are being created: the batch waits for them. */
  readonly #waits = new Set<Promise<unknown>>();
  #written = false;

  /** @internal Made by `db.batch()`. */
  constructor(target: BatchTarget<KI, VI>, batch: WriteBatch) {
    this.#default = target;
    this.#batch = batch;
  }

  /** Number of operations. */
  get size(): number {
    return this.#batch.count;
  }

  /** Puts a value; into the database's own key space where none is named. */
  put(key: KI, value: VI): this;
  put<K2, V2>(space: BatchTarget<K2, V2>, key: K2, value: V2): this;
  put(...args: [KI, VI] | [BatchTarget<unknown, unknown>, unknown, unknown]): this {
    if (args.length === 2) this.#batch.put(this.#codec(this.#default as BatchTarget<unknown, unknown>), args[0], args[1]);
    else this.#batch.put(this.#codec(args[0]), args[1], args[2]);
    return this;
  }

  /** Deletes a key. */
  delete(key: KI): this;
  delete<K2>(space: BatchTarget<K2, never>, key: K2): this;
  delete(...args: [KI] | [BatchTarget<unknown, never>, unknown]): this {
    if (args.length === 1) this.#batch.delete(this.#codec(this.#default as BatchTarget<unknown, unknown>), args[0]);
    else this.#batch.delete(this.#codec(args[0] as BatchTarget<unknown, unknown>), args[1]);
    return this;
  }

  /** The batch is written only if the key's newest version has this epoch (undefined: if the key is not there). */
  check(key: KI, epoch: bigint | undefined): this;
  check<K2>(space: BatchTarget<K2, never>, key: K2, epoch: bigint | undefined): this;
  check(...args: [KI, bigint | undefined] | [BatchTarget<unknown, never>, unknown, bigint | undefined]): this {
    const [target, key, epoch] =
      args.length === 2
        ? [this.#default as BatchTarget<unknown, unknown>, ...args]
        : (args as [BatchTarget<unknown, unknown>, unknown, bigint | undefined]);
    if (epoch !== undefined && typeof epoch !== 'bigint') {
      throw new TypeError(`check takes an epoch (a bigint) or undefined, not ${typeof epoch}`);
    }
    this.#batch.check(this.#codec(target), key, epoch === undefined ? undefined : epochFromBigInt(epoch));
    return this;
  }

  /** @internal Hands the encoded operations over, once. */
  take(owner: object): { batch: WriteBatch; waits: ReadonlySet<Promise<unknown>> } {
    if (this.#default[SPACE].owner !== owner) {
      throw new TypeError('the batch belongs to another database: make it with batch() of the one that writes it');
    }
    this.#assertOpen();
    this.#written = true;
    return { batch: this.#batch, waits: this.#waits };
  }

  #codec(target: BatchTarget<unknown, unknown>): AnySpace {
    this.#assertOpen();
    const space = target[SPACE] as BatchTarget<unknown, unknown>[typeof SPACE] | undefined;
    if (space === undefined) throw new TypeError('expected a key space or database as the first of three arguments');
    if (space.owner !== this.#default[SPACE].owner) throw new TypeError('the key space belongs to another database than the batch');
    if (space.ready !== undefined) this.#waits.add(space.ready);
    return space.codec as unknown as AnySpace;
  }

  #assertOpen(): void {
    if (this.#written) throw new StorageError('CLOSED', 'the batch was written already: make a new one');
  }
}
