// A write batch as the user builds it: operations on any key spaces of one database, atomic when written. Keys and values are encoded (and refused,
// if they are not legal) as they are added. A batch is written once.

import { describe } from '../base/describe.ts';
import { StorageError } from '../base/errors.ts';
import { epochFromBigInt, type Epoch } from '../format/epoch.ts';
import type { KeySpaceCodec } from '../format/key-space.ts';
import type { WriteBatch } from '../write/write-batch.ts';
import type { SpaceLife } from './space-life.ts';

type AnySpace = KeySpaceCodec<unknown, unknown, never, unknown, unknown>;

/** How a batch finds the codec behind a key space or database that it is given. The symbol keeps it out of users' sight. */
export const SPACE: unique symbol = Symbol('space');

/** What a batch needs of a key space. */
export interface SpaceDoor<KI, VI> {
  readonly codec: KeySpaceCodec<unknown, unknown, never, KI, VI>;
  /** As it was at a moment, where that may be another than now. */
  readonly codecAt?: (moment: Epoch) => KeySpaceCodec<unknown, unknown, never, KI, VI>;
  readonly owner: object;
  readonly life: SpaceLife;
}

/** Something that a batch can write to. */
export interface BatchTarget<KI, VI> {
  readonly [SPACE]: SpaceDoor<KI, VI>;
}

export class Batch<KI, VI> {
  readonly #default: SpaceDoor<KI, VI>;
  readonly #batch: WriteBatch;
  /** Of the key spaces that it writes to: one that is being created is waited for, one that was dropped meanwhile refuses. */
  readonly #lives = new Set<SpaceLife>();
  #written = false;

  /** @internal Made by `db.batch()`. */
  constructor(target: BatchTarget<KI, VI>, batch: WriteBatch) {
    this.#default = target[SPACE];
    this.#batch = batch;
  }

  /** Number of operations. */
  get size(): number {
    return this.#batch.count;
  }

  /** Puts a value; into the database's own key space where none is named. */
  put(key: KI, value: VI): this;
  put<K2, V2>(space: BatchTarget<K2, V2>, key: K2, value: V2): this;
  put(first: KI | BatchTarget<unknown, unknown>, second: unknown, ...third: [] | [unknown]): this {
    if (third.length === 0) this.#batch.put(this.#own(), first as KI, second as VI);
    else this.#batch.put(this.#codec(first as BatchTarget<unknown, unknown>), second, third[0]);
    return this;
  }

  /** Deletes a key. */
  delete(key: KI): this;
  delete<K2>(space: BatchTarget<K2, never>, key: K2): this;
  delete(first: KI | BatchTarget<unknown, never>, ...second: [] | [unknown]): this {
    if (second.length === 0) this.#batch.delete(this.#own(), first as KI);
    else this.#batch.delete(this.#codec(first as BatchTarget<unknown, unknown>), second[0]);
    return this;
  }

  /** The batch is written only if the key's newest version has this epoch (undefined: if the key is not there). */
  check(key: KI, epoch: bigint | undefined): this;
  check<K2>(space: BatchTarget<K2, never>, key: K2, epoch: bigint | undefined): this;
  check(first: KI | BatchTarget<unknown, never>, second: unknown, ...third: [] | [bigint | undefined]): this {
    if (third.length === 0) this.#batch.check(this.#own(), first as KI, epochOf(second));
    else this.#batch.check(this.#codec(first as BatchTarget<unknown, unknown>), second, epochOf(third[0]));
    return this;
  }

  /** @internal Hands the encoded operations over, once. */
  take(owner: object): { batch: WriteBatch; waits: readonly (Promise<unknown> | undefined)[] } {
    if (this.#default.owner !== owner) {
      throw new TypeError('the batch belongs to another database: make it with batch() of the one that writes it');
    }
    this.#assertOpen();
    const waits = [...this.#lives].map(({ ready }) => ready);
    this.#written = true;
    return { batch: this.#batch, waits };
  }

  /** Hot: once an operation. */
  #own(): KeySpaceCodec<unknown, unknown, never, KI, VI> {
    this.#assertOpen();
    return this.#default.codec;
  }

  #codec(target: BatchTarget<unknown, unknown>): AnySpace {
    this.#assertOpen();
    const space = (target as BatchTarget<unknown, unknown> | undefined | null)?.[SPACE] as SpaceDoor<unknown, unknown> | undefined;
    if (space === undefined) throw new TypeError('expected a key space or database as the first of three arguments');
    if (space.owner !== this.#default.owner) throw new TypeError('the key space belongs to another database than the batch');
    this.#lives.add(space.life);
    return space.codec as unknown as AnySpace;
  }

  #assertOpen(): void {
    if (this.#written) throw new StorageError('CLOSED', 'the batch was written already: make a new one');
  }
}

function epochOf(epoch: unknown): Epoch | undefined {
  if (epoch === undefined) return undefined;
  if (typeof epoch !== 'bigint') throw new TypeError(`check takes an epoch (a bigint) or undefined, not ${describe(epoch)}`);
  return epochFromBigInt(epoch);
}
