// The user-facing end of the iterators: pages of visible entries, filled by the kernel's k-way scan (memtable, block, SST, concat and merge iterators
// are one call there). Nothing lives from one page to the next but the last key: every page seeks anew in the view of its moment, so
// a scan that pauses for an hour holds no memory and no file, and sees the same epoch all along.

import {
  SCAN_ANSWER,
  SCAN_COUNT,
  SCAN_EPOCH,
  SCAN_KEYS_ONLY,
  SCAN_LAST,
  SCAN_LIMIT,
  SCAN_LONGEST_KEY,
  SCAN_LOWER,
  SCAN_LOWER_LENGTH,
  SCAN_LOWER_OPEN,
  SCAN_NOW,
  SCAN_PAGE,
  SCAN_PAGE_BYTES,
  SCAN_REVERSE,
  SCAN_STARTED,
  SCAN_UPPER,
  SCAN_UPPER_CLOSED,
  SCAN_UPPER_LENGTH,
  SCAN_USED,
  SCAN_VIEW,
  STATUS_CORRUPT,
  STATUS_DONE,
  STATUS_FULL,
  STATUS_NEED_BLOCK,
  STATUS_NEED_PARTITION,
  STATUS_TOO_LARGE,
  type Kernels,
} from '@varve/wasm-kernels';
import { AssertionError, StorageError } from '../base/errors.ts';
import { andFinally, andThen, isPromise, type MaybePromise } from '../base/maybe-promise.ts';
import type { Epoch } from '../format/epoch.ts';
import type { ScanBounds } from '../format/range-bounds.ts';
import type { Heap } from '../heap/heap.ts';
import type { SstCatalog } from '../sst/catalog.ts';
import { ColdRuns } from './cold-runs.ts';
import type { MergeRoom } from './merge-room.ts';
import { PageBuffers, type Page } from './page.ts';
import type { ReadView } from './read-view.ts';

const PAGE_BYTES = 64 * 1024;
/** Bounds that are no longer than this together need no memory of their own. */
const BOUND_BYTES = 1024;
/** Before all versions of a key. */
const NEWEST: Epoch = { high: 0xffffffff, low: 0xffffffff };
/** Rows of requests before every run has what a page begins with: heads, then partitions. */
const FIRST_ROWS = 2;

/** Which entries of which moment. */
export interface PageRequest {
  readonly bounds: ScanBounds;
  /** Key of the last entry of the page before, excluded; it takes the place of the bound on the side where the scan began. */
  readonly after: Uint8Array | undefined;
  readonly epoch: Epoch;
  readonly now: number;
  readonly limit: number;
}

/** Memory of one page fill. */
interface Workspace {
  readonly scan: number;
  readonly scanBytes: number;
  readonly bounds: number;
  readonly boundBytes: number;
  /** What scanBytes was asked with. */
  longestKey: number;
  page: number;
  pageBytes: number;
  /** How often the page was interrupted for a partition. */
  partitionsMissed: number;
}

export class PageScanner {
  readonly #heap: Heap;
  readonly #kernels: Kernels;
  readonly #catalog: SstCatalog;
  readonly #cold: ColdRuns;
  readonly #room: MergeRoom;
  readonly #buffers = new PageBuffers();
  /** A workspace that nobody uses right now. Fills that overlap (asynchronous stores) get more, which are given back. */
  #spare: Workspace | undefined;

  constructor(heap: Heap, kernels: Kernels, catalog: SstCatalog, room: MergeRoom) {
    this.#heap = heap;
    this.#kernels = kernels;
    this.#catalog = catalog;
    this.#cold = new ColdRuns(heap, kernels, catalog);
    this.#room = room;
  }

  /** Fills one page from the view, which stays pinned meanwhile. */
  fill(view: ReadView, request: PageRequest): MaybePromise<Page> {
    view.pin();
    return andFinally(
      () => andThen(this.#take(view, request), (workspace) => this.#fillIn(workspace, view, request)),
      () => view.unpin(),
    );
  }

  #fillIn(workspace: Workspace, view: ReadView, request: PageRequest): MaybePromise<Page> {
    return andFinally(
      () => {
        this.#prepare(workspace, view, request);
        return this.#run(workspace);
      },
      () => {
        this.#kernels.scanEnd(workspace.scan);
        this.#give(workspace);
      },
    );
  }

  #run(workspace: Workspace): MaybePromise<Page> {
    for (;;) {
      const status = this.#kernels.scanPage(workspace.scan);
      if (status === STATUS_DONE || status === STATUS_FULL) return this.#copyOut(workspace, status === STATUS_DONE);
      const help = this.#help(status, workspace);
      if (isPromise(help)) return help.then(() => this.#run(workspace));
    }
  }

  /** Gives the kernel what it asks for. */
  #help(status: number, workspace: Workspace): MaybePromise<void> {
    if (status === STATUS_TOO_LARGE) return this.#enlarge(workspace);
    if (status !== STATUS_NEED_BLOCK && status !== STATUS_NEED_PARTITION) throw this.#failure(status, workspace);
    return this.#withRoom(
      () => this.#load(status, workspace),
      () => undefined,
    );
  }

  /** While the page begins, all runs are asked at once for what it begins with. */
  #load(status: number, workspace: Workspace): MaybePromise<void> {
    const { scan } = workspace;
    const loading = this.#catalog.load(status, scan + SCAN_ANSWER);
    if (!isPromise(loading) || status !== STATUS_NEED_PARTITION || workspace.partitionsMissed++ >= FIRST_ROWS) return loading;
    const field = (offset: number): number => this.#heap.u32[(scan + offset) >>> 2]!;
    const isReverse = field(SCAN_REVERSE) !== 0;
    const [key, keyBytes] = isReverse ? [SCAN_UPPER, SCAN_UPPER_LENGTH] : [SCAN_LOWER, SCAN_LOWER_LENGTH];
    return this.#cold.beside(status, loading, {
      view: field(SCAN_VIEW),
      key: field(key),
      keyBytes: field(keyBytes),
      epoch: NEWEST,
      isReverse,
    });
  }

  #failure(status: number, { scan }: Workspace): Error {
    if (status !== STATUS_CORRUPT) return new AssertionError(`scan kernel answered status=${status}`);
    return this.#catalog.damage(scan + SCAN_ANSWER);
  }

  #copyOut({ scan, page }: Workspace, last: boolean): Page {
    const { u32, bytes } = this.#heap;
    const at = scan >>> 2;
    return this.#buffers.copy(bytes, page, u32[at + SCAN_USED / 4], u32[at + SCAN_LAST / 4], u32[at + SCAN_COUNT / 4], last);
  }

  #prepare(workspace: Workspace, view: ReadView, { bounds: range, after, epoch, now, limit }: PageRequest): void {
    const { scan, bounds, longestKey, page, pageBytes } = workspace;
    const { u32, bytes } = this.#heap;
    const { lower, upper } = startOf(range, after);
    workspace.partitionsMissed = 0;
    bytes.set(lower, bounds);
    bytes.set(upper, bounds + lower.length);
    const at = scan >>> 2;
    u32[at + SCAN_VIEW / 4] = view.address;
    u32[at + SCAN_REVERSE / 4] = range.reverse ? 1 : 0;
    u32[at + SCAN_KEYS_ONLY / 4] = range.keysOnly ? 1 : 0;
    u32[at + SCAN_LOWER / 4] = bounds;
    u32[at + SCAN_LOWER_LENGTH / 4] = lower.length;
    u32[at + SCAN_LOWER_OPEN / 4] = range.lowerOpen || lower === after ? 1 : 0;
    u32[at + SCAN_UPPER / 4] = bounds + lower.length;
    u32[at + SCAN_UPPER_LENGTH / 4] = upper.length;
    u32[at + SCAN_UPPER_CLOSED / 4] = range.upperClosed && upper !== after ? 1 : 0;
    u32[at + SCAN_LONGEST_KEY / 4] = longestKey;
    u32[at + SCAN_LIMIT / 4] = Math.min(limit, 0xffffffff);
    u32[at + SCAN_EPOCH / 4] = epoch.low;
    u32[at + SCAN_EPOCH / 4 + 1] = epoch.high;
    u32[at + SCAN_NOW / 4] = now >>> 0;
    u32[at + SCAN_NOW / 4 + 1] = now / 0x100000000;
    u32[at + SCAN_PAGE / 4] = page;
    u32[at + SCAN_PAGE_BYTES / 4] = pageBytes;
    u32[at + SCAN_STARTED / 4] = 0;
  }

  #take(view: ReadView, request: PageRequest): MaybePromise<Workspace> {
    return this.#withRoom(() => this.#takeNow(view, request));
  }

  /** Tries again, or does as it is told, after large blocks have gone; waits while merges hold the memory. */
  #withRoom<T>(allocate: () => MaybePromise<T>, again = (): MaybePromise<T> => this.#withRoom(allocate)): MaybePromise<T> {
    const makeRoom = (error: unknown): MaybePromise<T> => {
      const freed = error instanceof StorageError && error.code === 'UNAVAILABLE' && this.#room.free();
      if (freed === false) throw error;
      return andThen(freed, again);
    };
    try {
      const allocated = allocate();
      return isPromise(allocated) ? allocated.catch(makeRoom) : allocated;
    } catch (error) {
      return makeRoom(error);
    }
  }

  #takeNow(view: ReadView, { bounds: range, after }: PageRequest): Workspace {
    const { longestKey } = view;
    const { lower, upper } = startOf(range, after);
    const needed = this.#kernels.scanBytes(view.sources, longestKey);
    const boundBytes = Math.max(BOUND_BYTES, lower.length + upper.length);
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare !== undefined && spare.scanBytes >= needed && spare.boundBytes >= boundBytes) {
      spare.longestKey = longestKey;
      return spare;
    }
    if (spare !== undefined) this.#release(spare);
    const scanBytes = Math.ceil(needed / 64) * 64;
    const base = this.#heap.allocate(scanBytes + boundBytes, 'a scan');
    try {
      const page = this.#heap.allocate(PAGE_BYTES, 'a page of a scan');
      return {
        scan: base,
        scanBytes: needed,
        bounds: base + scanBytes,
        boundBytes,
        longestKey,
        page,
        pageBytes: PAGE_BYTES,
        partitionsMissed: 0,
      };
    } catch (error) {
      this.#heap.release(base);
      throw error;
    }
  }

  #give(workspace: Workspace): void {
    if (this.#spare === undefined && workspace.pageBytes === PAGE_BYTES) this.#spare = workspace;
    else this.#release(workspace);
  }

  #release({ scan, page }: Workspace): void {
    this.#heap.release(scan);
    this.#heap.release(page);
  }

  /** One entry is larger than the page: this page becomes as large as it needs, once. */
  #enlarge(workspace: Workspace): MaybePromise<void> {
    const { u32 } = this.#heap;
    const needed = u32[(workspace.scan + SCAN_USED) >>> 2];
    const allocated = this.#withRoom(() => this.#heap.allocate(needed, 'a large entry of a scan'));
    return andThen(allocated, (page) => {
      this.#heap.release(workspace.page);
      workspace.page = page;
      workspace.pageBytes = needed;
      u32[(workspace.scan + SCAN_PAGE) >>> 2] = workspace.page;
      u32[(workspace.scan + SCAN_PAGE_BYTES) >>> 2] = needed;
      u32[(workspace.scan + SCAN_STARTED) >>> 2] = 0;
    });
  }
}

/** Where the page begins and ends: behind the last entry of the page before. */
function startOf({ lower, upper, reverse }: ScanBounds, after: Uint8Array | undefined): { lower: Uint8Array; upper: Uint8Array } {
  if (after === undefined) return { lower, upper };
  return reverse ? { lower, upper: after } : { lower: after, upper };
}
