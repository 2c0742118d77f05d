// Walks the pages of one scan: keeps the moment, the place and the remaining limit. Between pages it holds the last key and a claim on its epoch.

import { StorageError } from '../base/errors.ts';
import { andThen, type MaybePromise } from '../base/maybe-promise.ts';
import type { Epoch } from '../format/epoch.ts';
import type { ScanBounds } from '../format/range-bounds.ts';
import type { Page } from '../iterators/page-scanner.ts';
import type { EpochPin } from '../mvcc/snapshots.ts';
import type { Engine } from './engine.ts';

const NONE: Page = { bytes: new Uint8Array(0), count: 0, last: true };

export class PageCursor {
  readonly #engine: Engine;
  readonly #bounds: ScanBounds;
  readonly #epoch: Epoch;
  readonly #now: number;
  #left: number;
  #after: Uint8Array | undefined;
  #pin: EpochPin | undefined;
  #done = false;

  /** Sees `epoch`, or what is visible now. */
  constructor(engine: Engine, bounds: ScanBounds, epoch: Epoch | undefined) {
    this.#engine = engine;
    this.#bounds = bounds;
    this.#epoch = epoch ?? engine.visible.capture();
    this.#now = engine.parts.clock.now();
    this.#left = bounds.limit;
  }

  /** The next page; an empty one at the end. */
  next(): MaybePromise<Page> {
    if (this.#done || this.#left <= 0) {
      this.close();
      return NONE;
    }
    this.#engine.assertOpen();
    const request = { bounds: this.#bounds, after: this.#after, epoch: this.#epoch, now: this.#now, limit: this.#left };
    return andThen(this.#engine.pages.fill(this.#engine.view, request), (page) => this.#accept(page));
  }

  /** Gives up the claim on the epoch. Idempotent. */
  close(): void {
    this.#done = true;
    this.#pin?.release();
    this.#pin = undefined;
  }

  #accept(page: Page): Page {
    this.#left -= page.count;
    if (page.last || this.#left <= 0 || this.#done) {
      this.close();
      return page;
    }
    if (page.count === 0) throw new StorageError('CORRUPTION', 'a scan made no progress');
    this.#pin ??= this.#engine.snapshots.pin(this, this.#epoch);
    this.#after = lastKey(page);
    return page;
  }
}

/** Walks the lengths, which is cheap beside what filled the page. */
function lastKey({ bytes, count }: Page): Uint8Array {
  const u32 = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
  let at = 0;
  for (let i = 1; i < count; i++) at = (at + 11 + u32[at >>> 2] + u32[(at >>> 2) + 1]) & ~3;
  return bytes.subarray(at + 8, at + 8 + u32[at >>> 2]);
}
