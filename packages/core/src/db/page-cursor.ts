// Walks the pages of one scan: keeps the moment, the place and the remaining limit. Between pages it holds the last key and a claim on its epoch.

import { StorageError } from '../base/errors.ts';
import { isPromise, type MaybePromise } from '../base/maybe-promise.ts';
import type { Epoch } from '../format/epoch.ts';
import type { ScanBounds } from '../format/range-bounds.ts';
import { NO_PAGE, type Page } from '../iterators/page.ts';
import type { EpochPin } from '../mvcc/snapshots.ts';
import type { ReadHost } from './read-host.ts';

export class PageCursor {
  readonly #host: ReadHost;
  readonly #bounds: ScanBounds;
  readonly #moment: () => Epoch;
  /** The moment, once the first page was asked for. */
  #epoch: Epoch | undefined;
  #now = 0;
  #left: number;
  #after: Uint8Array | undefined;
  #pin: EpochPin | undefined;
  #done = false;

  /** Sees the moment that is asked for with the first page: before, nothing would keep it. */
  constructor(host: ReadHost, bounds: ScanBounds, moment: () => Epoch = () => host.visible.capture()) {
    this.#host = host;
    this.#bounds = bounds;
    this.#moment = moment;
    this.#left = bounds.limit;
  }

  /** The next page; an empty one at the end. */
  next(): MaybePromise<Page> {
    if (this.#done || this.#left <= 0) {
      this.close();
      return NO_PAGE;
    }
    try {
      const filled = this.#fill();
      return isPromise(filled) ? this.#acceptLater(filled) : this.#accept(filled);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #fill(): MaybePromise<Page> {
    const host = this.#host;
    host.assertOpen();
    if (this.#epoch === undefined) {
      this.#epoch = this.#moment();
      this.#now = host.parts.clock.now();
    }
    const request = { bounds: this.#bounds, after: this.#after, epoch: this.#epoch, now: this.#now, limit: this.#left };
    return host.pages.fill(host.viewAt(this.#epoch), request);
  }

  /** A merge that begins while the page is on its way must know of the moment. */
  async #acceptLater(filled: Promise<Page>): Promise<Page> {
    this.#hold();
    try {
      return this.#accept(await filled);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #hold(): void {
    this.#pin ??= this.#host.snapshots.pin(this, this.#epoch!);
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
    this.#hold();
    this.#after = lastKey(page);
    return page;
  }
}

/** A copy: the page's buffer need not live as long as the scan. */
function lastKey({ bytes, u32, lastAt }: Page): Uint8Array {
  return bytes.slice(lastAt + 8, lastAt + 8 + u32[lastAt >>> 2]);
}
