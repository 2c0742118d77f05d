// Walks the pages of one scan: keeps the moment, the place and the remaining limit. Between pages it holds the last key and a claim on its epoch.

import { StorageError } from '../base/errors.ts';
import { andThen, type MaybePromise } from '../base/maybe-promise.ts';
import type { Epoch } from '../format/epoch.ts';
import type { ScanBounds } from '../format/range-bounds.ts';
import type { Page } from '../iterators/page-scanner.ts';
import type { EpochPin } from '../mvcc/snapshots.ts';
import type { Engine } from './engine.ts';

/** The end. */
export const NO_PAGE: Page = { bytes: new Uint8Array(0), count: 0, lastAt: 0, last: true };

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
      return NO_PAGE;
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

function lastKey({ bytes, lastAt }: Page): Uint8Array {
  const keyBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(lastAt, true);
  return bytes.subarray(lastAt + 8, lastAt + 8 + keyBytes);
}
