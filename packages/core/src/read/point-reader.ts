// get: the key goes into linear memory, one kernel call looks through memtables and SSTs, and when everything was resident the value is copied out.
// What is missing is loaded (at once where the store is synchronous) and the call repeated.

import {
  ANSWER_BYTES,
  ANSWER_EPOCH,
  ANSWER_KIND,
  ANSWER_VALUE,
  ANSWER_VALUE_LENGTH,
  KIND_DELETE,
  KIND_PUT,
  MAX_STORED_KEY,
  STATUS_CORRUPT,
  STATUS_DONE,
  STATUS_FOUND,
  type Kernels,
} from '@varve/wasm-kernels';
import { unreadable } from '../base/errors.ts';
import { isPromise, type MaybePromise } from '../base/maybe-promise.ts';
import type { Epoch } from '../format/epoch.ts';
import type { KeySpaceCodec } from '../format/key-space.ts';
import type { Heap } from '../heap/heap.ts';
import { ColdRuns } from '../iterators/cold-runs.ts';
import type { ReadView } from '../iterators/read-view.ts';
import type { SstCatalog } from '../sst/catalog.ts';

/** What is made of an entry that was found, while its bytes are still in linear memory. */
export type Take<T> = (bytes: Uint8Array, value: number, length: number, epochHigh: number, epochLow: number) => T;

/** Longer keys get memory of their own. */
const KEY_BYTES = MAX_STORED_KEY + 13;

export class PointReader {
  readonly #heap: Heap;
  readonly #kernels: Kernels;
  readonly #catalog: SstCatalog;
  readonly #cold: ColdRuns;
  readonly #key: number;
  readonly #answer: number;

  constructor(heap: Heap, kernels: Kernels, catalog: SstCatalog) {
    this.#heap = heap;
    this.#kernels = kernels;
    this.#catalog = catalog;
    this.#cold = new ColdRuns(heap, kernels, catalog);
    this.#answer = heap.allocate(ANSWER_BYTES, 'the answer of a get');
    this.#key = heap.allocate(KEY_BYTES, 'the key of a get');
  }

  /** Looks a key up as of an epoch. Undefined: there is none, or it was deleted. */
  get<KI, T>(
    view: ReadView,
    space: KeySpaceCodec<unknown, unknown, never, KI, never>,
    key: KI,
    epoch: Epoch,
    take: Take<T>,
  ): MaybePromise<T | undefined> {
    const max = space.maxKeyBytes(key);
    if (max > KEY_BYTES) return this.#getLong(view, space, key, epoch, take, max);
    const length = space.writeKey(key, this.#heap.bytes, this.#key) - this.#key;
    return this.#find(view, this.#key, length, epoch, this.#answer, take);
  }

  /** The same for a stored key. */
  getStored<T>(view: ReadView, stored: Uint8Array, epoch: Epoch, take: Take<T>): MaybePromise<T | undefined> {
    this.#heap.bytes.set(stored, this.#key);
    return this.#find(view, this.#key, stored.length, epoch, this.#answer, take);
  }

  /** `maxBytes` promises too much (three bytes for each UTF-16 unit): it may still be a legal key. */
  #getLong<KI, T>(
    view: ReadView,
    space: KeySpaceCodec<unknown, unknown, never, KI, never>,
    key: KI,
    epoch: Epoch,
    take: Take<T>,
    max: number,
  ): MaybePromise<T | undefined> {
    const stored = new Uint8Array(max);
    return this.getStored(view, stored.subarray(0, space.writeKey(key, stored, 0)), epoch, take);
  }

  /** Hot: `getSync` in the benchmark's "get present" and "get absent". */
  #find<T>(view: ReadView, key: number, keyBytes: number, epoch: Epoch, answer: number, take: Take<T>): MaybePromise<T | undefined> {
    for (;;) {
      const status = this.#kernels.viewGet(view.address, key, keyBytes, epoch.low, epoch.high, answer);
      if (status === STATUS_FOUND) return this.#take(answer, take);
      if (status === STATUS_DONE) return undefined;
      if (status === STATUS_CORRUPT) throw this.#catalog.damage(answer);
      const loading = this.#catalog.load(status, answer);
      if (isPromise(loading)) return this.#findLater(view, key, keyBytes, { high: epoch.high, low: epoch.low }, take, { status, loading });
    }
  }

  #take<T>(answer: number, take: Take<T>): T | undefined {
    const { u32, bytes } = this.#heap;
    const at = answer >>> 2;
    const kind = u32[at + ANSWER_KIND / 4] & 0xff;
    if (kind === KIND_PUT) {
      return take(
        bytes,
        u32[at + ANSWER_VALUE / 4],
        u32[at + ANSWER_VALUE_LENGTH / 4],
        u32[at + ANSWER_EPOCH / 4 + 1],
        u32[at + ANSWER_EPOCH / 4],
      );
    }
    if (kind === KIND_DELETE) return undefined;
    throw unreadable('entry', `kind=${kind}`);
  }

  /** While it waits, others use the shared key and answer: it goes on with its own, and keeps the view. */
  async #findLater<T>(
    view: ReadView,
    sharedKey: number,
    keyBytes: number,
    epoch: Epoch,
    take: Take<T>,
    { status: missing, loading }: { readonly status: number; readonly loading: Promise<void> },
  ): Promise<T | undefined> {
    const heap = this.#heap;
    // Also where there is no memory: what is on its way goes into a frame of this view.
    view.pin();
    let answer = 0;
    try {
      answer = heap.allocate(ANSWER_BYTES + keyBytes, 'a get that waits for its block');
      const key = answer + ANSWER_BYTES;
      heap.bytes.copyWithin(key, sharedKey, sharedKey + keyBytes);
      const sought = { view: view.address, key, keyBytes, epoch };
      await this.#cold.beside(missing, loading, sought);
      for (;;) {
        const status = this.#kernels.viewGet(view.address, key, keyBytes, epoch.low, epoch.high, answer);
        if (status === STATUS_FOUND) return this.#take(answer, take);
        if (status === STATUS_DONE) return undefined;
        if (status === STATUS_CORRUPT) throw this.#catalog.damage(answer);
        await this.#cold.beside(status, this.#catalog.load(status, answer), sought);
      }
    } finally {
      if (answer !== 0) heap.release(answer);
      else await loading.catch(() => undefined);
      view.unpin();
    }
  }
}
