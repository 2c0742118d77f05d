// Reads for a host that cuts requests off (base/cut-off.ts): what is shared there changes only in one go. A read is tried as if the store answered at once.
// Where it meets bytes that are not in memory it gives everything back, gets them by a request of its own, and is tried again with them in hand. So between
// two tries it holds nothing that others could miss: no frame, no pin, no count. Bytes that have come stay in the cache for everybody; those who need them at
// the same time ask each for themselves.

import { StorageError } from '../base/errors.ts';
import { isPromise, letGo, type MaybePromise } from '../base/maybe-promise.ts';
import type { ReadHost } from '../db/read-host.ts';
import type { PageScanner } from '../iterators/page-scanner.ts';
import type { ReadView } from '../iterators/read-view.ts';
import type { PointReader } from '../read/point-reader.ts';
import type { SstCatalog } from '../sst/catalog.ts';
import type { ObjectReader, ObjectStore, SyncOperations } from '../store/object-store.ts';

/** A stretch of an object that a try has met and that was not there. */
class Missing extends Error {
  readonly object: string;
  readonly size: number;
  readonly offset: number;
  readonly length: number;

  constructor(object: string, size: number, offset: number, length: number) {
    super();
    this.object = object;
    this.size = size;
    this.offset = offset;
    this.length = length;
  }

  get key(): string {
    return `${this.object} ${this.offset} ${this.length}`;
  }
}

const NOTHING: ReadonlyMap<string, Uint8Array> = new Map();

interface Retry<T> {
  /** The same with what the caller cannot change any more. Default: the first try. */
  again?(): () => MaybePromise<T>;
  /** Throws what it means that something cannot be read. */
  failed(error: unknown): MaybePromise<never>;
}

export class Piecemeal {
  /** The store as reads see it while they are tried. */
  readonly store: ObjectStore;
  readonly #behind: (name: string) => ObjectStore;
  /** What has come for the try that runs now. */
  #hand: ReadonlyMap<string, Uint8Array> | undefined;
  /** Objects that this turn reads from: what it wants of one of them the store may get by one request. */
  readonly #opened = new Map<string, ObjectReader>();

  /** `storeOf`: the store that has an object. */
  constructor(store: ObjectStore, storeOf: (name: string) => ObjectStore = () => store) {
    this.#behind = storeOf;
    const openObject = (name: string, size: number) => ({
      readInto: (target: Uint8Array, offset: number) => this.#give(target, new Missing(name, size, offset, target.length)),
      close: () => undefined,
    });
    this.store = { ...store, sync: { openObject } as unknown as SyncOperations };
  }

  /** Tries until all that is needed has come. The first try is this one; `again` makes the others, before anybody waits. */
  run<T>(attempt: () => MaybePromise<T>, { again, failed }: Retry<T>): MaybePromise<T> {
    const first = this.#try(attempt, NOTHING);
    return first instanceof Missing ? this.#goOn(first, again?.() ?? attempt, failed) : first;
  }

  async #goOn<T>(first: Missing, attempt: () => MaybePromise<T>, failed: Retry<T>['failed']): Promise<T> {
    const hand = new Map<string, Uint8Array>();
    for (let missing = first; ;) {
      const target = new Uint8Array(missing.length);
      try {
        await this.#fetch(missing, target);
      } catch (error) {
        return failed(error);
      }
      hand.set(missing.key, target);
      const result = this.#try(attempt, hand);
      if (!(result instanceof Missing)) return result;
      missing = result;
    }
  }

  #try<T>(attempt: () => MaybePromise<T>, hand: ReadonlyMap<string, Uint8Array>): MaybePromise<T> | Missing {
    this.#hand = hand;
    try {
      return attempt();
    } catch (error) {
      if (error instanceof Missing) return error;
      throw error;
    } finally {
      this.#hand = undefined;
    }
  }

  #give(target: Uint8Array, missing: Missing): void {
    const bytes = this.#hand?.get(missing.key);
    if (bytes === undefined) throw missing;
    target.set(bytes);
  }

  async #fetch({ object, size, offset }: Missing, target: Uint8Array): Promise<void> {
    const opened = this.#opened.get(object) ?? this.#behind(object).openObject(object, size);
    if (isPromise(opened)) return readOnce(await opened, target, offset);
    if (this.#opened.size === 0) queueMicrotask(() => this.#opened.clear());
    this.#opened.set(object, opened);
    await readOnce(opened, target, offset);
  }
}

async function readOnce(reader: ObjectReader, target: Uint8Array, offset: number): Promise<void> {
  try {
    await reader.readInto(target, offset);
  } finally {
    letGo(reader);
  }
}

/** Gets that hold nothing while they wait. */
export function pointsByPiece(piecemeal: Piecemeal, points: PointReader, catalog: SstCatalog): ReadHost['points'] {
  return {
    get(view, space, key, epoch, take) {
      const failed = (error: unknown): MaybePromise<never> => catalog.unread(error);
      // The caller may change the key.
      const again = () => {
        const bytes = new Uint8Array(space.maxKeyBytes(key));
        const stored = bytes.subarray(0, space.writeKey(key, bytes, 0));
        return () => points.getStored(living(view), stored, epoch, take);
      };
      return piecemeal.run(() => points.get(view, space, key, epoch, take), { again, failed });
    },
  };
}

/** Pages of scans that hold nothing while they wait, but for the moment that the scan itself holds. */
export function pagesByPiece(piecemeal: Piecemeal, pages: PageScanner, catalog: SstCatalog): ReadHost['pages'] {
  const failed = (error: unknown): MaybePromise<never> => catalog.unread(error);
  return { fill: (view, request) => piecemeal.run(() => pages.fill(living(view), request), { failed }) };
}

/** What a read was of may be over when it goes on. */
function living(view: ReadView): ReadView {
  if (!view.ended) return view;
  throw new StorageError('EXPIRED', 'what this read was of has been replaced meanwhile: read again');
}
