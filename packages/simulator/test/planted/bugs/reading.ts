// Mistakes in reads: bounds and pages of scans, moments, the cache.

import type { PlantedBug } from '../bug.ts';

const BOUNDS = 'packages/core/src/format/range-bounds.ts';
const SCANNER = 'packages/core/src/iterators/page-scanner.ts';
const CURSOR = 'packages/core/src/db/page-cursor.ts';
const CACHE = 'packages/core/src/cache/block-cache.ts';
const CATALOG = 'packages/core/src/sst/catalog.ts';

export const readingBugs: readonly PlantedBug[] = [
  {
    name: 'gte-as-gt',
    mistake: 'a scan leaves out the key that its range begins with',
    file: BOUNDS,
    find: 'raiseLower(bounds, storedKey(space, lowest), gt !== undefined);',
    replace: 'raiseLower(bounds, storedKey(space, lowest), true);',
    caughtBy: { from: 1 },
  },
  {
    name: 'lt-as-lte',
    mistake: 'a scan takes in the key that its range ends before',
    file: BOUNDS,
    find: 'lowerUpper(bounds, storedKey(space, highest), lte !== undefined);',
    replace: 'lowerUpper(bounds, storedKey(space, highest), true);',
    caughtBy: { from: 1 },
  },
  {
    name: 'limit-of-each-page',
    mistake: 'the limit of a scan holds for each of its pages',
    file: CURSOR,
    find: '    this.#left -= page.count;\n',
    replace: '    this.#left -= 0 * page.count;\n',
    caughtBy: { from: 1 },
  },
  {
    name: 'page-begins-with-the-last-key',
    mistake: 'a page begins with the key that ended the one before',
    file: SCANNER,
    find: 'range.lowerOpen || lower === after ? 1 : 0;',
    replace: 'range.lowerOpen ? 1 : 0;',
    caughtBy: { from: 1 },
  },
  {
    name: 'reverse-goes-on-forward',
    mistake: 'the second page of a reverse scan begins where one of a forward scan does',
    file: SCANNER,
    find: 'return reverse ? { lower, upper: after } : { lower: after, upper };',
    replace: 'return reverse ? { lower: after, upper } : { lower: after, upper };',
    caughtBy: { from: 1 },
  },
  {
    name: 'moment-of-each-page',
    mistake: 'each page of a scan sees a moment of its own',
    file: CURSOR,
    find: 'if (this.#epoch === undefined) {',
    replace: 'if (this.#epoch === undefined || this.#pin !== undefined) {',
    caughtBy: { from: 12 },
  },
  {
    name: 'moment-not-held-between-pages',
    mistake: 'a scan does not hold its moment between pages',
    file: CURSOR,
    find: '    this.#hold();\n    this.#after = lastKey(page);\n',
    replace: '    this.#after = lastKey(page);\n',
    caughtBy: { from: 68 },
  },
  {
    name: 'scan-without-a-pin',
    mistake: 'a scan does not hold the view that it reads',
    file: SCANNER,
    find: '    view.pin();\n    return andFinally(\n      () => andThen(this.#take(view, request), (workspace) => this.#fillIn(workspace, view, request)),\n      () => view.unpin(),\n    );',
    replace: '    return andThen(this.#take(view, request), (workspace) => this.#fillIn(workspace, view, request));',
    caughtBy: { from: 6 },
  },
  {
    name: 'get-without-a-pin',
    mistake: 'a get that waits for its block holds the view only afterwards',
    file: 'packages/core/src/read/point-reader.ts',
    find: '    view.pin();\n    let answer = 0;\n',
    replace: '    const pin = () => view.pin();\n    void loading.then(pin, pin);\n    let answer = 0;\n',
    caughtBy: { from: 10 },
  },
  {
    name: 'key-of-another-get',
    mistake: 'a get that waits for its block goes on with the key that all share',
    file: 'packages/core/src/read/point-reader.ts',
    find: '      const key = answer + ANSWER_BYTES;\n      heap.bytes.copyWithin(',
    replace: '      const key = sharedKey;\n      heap.bytes.copyWithin(',
    caughtBy: { from: 4 },
  },
  {
    name: 'residency-not-cleared',
    mistake: 'a block that is evicted is still found in its frame',
    file: CACHE,
    find: '    u32[u32[(payload + FRAME_SLOT) >>> 2]! >>> 2] = 0;\n    this.evictions++;',
    replace: '    void u32;\n    this.evictions++;',
    caughtBy: { rare: 'small cache' },
  },
  {
    name: 'frame-in-use-evicted',
    mistake: 'a frame is used again although a reader has pinned it',
    file: CACHE,
    find: '      if (u32[(payload + FRAME_PINS) >>> 2] !== 0) continue;\n      if (u32[(payload + FRAME_TOUCHED)',
    replace: '      if (u32[(payload + FRAME_TOUCHED)',
    caughtBy: { rare: 'small cache' },
  },
  {
    name: 'blocks-outlive-their-partition',
    mistake: 'the cache evicts a partition, and leaves its blocks',
    file: CACHE,
    find: '      if (kind === PARTITION && !this.#evictBlocksOf(payload)) continue;\n      this.#evict(payload);\n      this.#freed.pop();',
    replace: '      this.#evict(payload);\n      this.#freed.pop();',
    caughtBy: { test: 'packages/core/src/cache/block-cache.test.ts' },
  },
  {
    name: 'read-buffer-shared',
    mistake: 'reads that overlap use one buffer',
    file: CATALOG,
    find: 'const shared = store.sync !== undefined && place.length <= READ_BUFFER_BYTES;',
    replace: 'const shared = store !== undefined && place.length <= READ_BUFFER_BYTES;',
    caughtBy: { from: 10 },
  },
  {
    name: 'partition-checksum-ignored',
    mistake: 'a partition is believed without its checksum',
    file: 'packages/wasm-kernels/assembly/partition.ts',
    find: '  return sum == stored;\n',
    replace: '  return sum == stored || stored != 0;\n',
    caughtBy: { test: 'packages/wasm-kernels/src/partition.test.ts' },
  },
  {
    name: 'partition-evicted-while-loading',
    mistake: 'a partition may lose its frame while one of its blocks is on its way',
    file: CATALOG,
    find: '    heap.u32[pins] += 1;\n    this.#reading += place.length;\n    return andFinally(\n      () => andThen(this.readData(sst, place.offset, place.length, buffer), () => this.#installBlock(sst, place, buffer)),\n      () => {\n        heap.u32[pins] -= 1;\n',
    replace:
      '    void pins;\n    this.#reading += place.length;\n    return andFinally(\n      () => andThen(this.readData(sst, place.offset, place.length, buffer), () => this.#installBlock(sst, place, buffer)),\n      () => {\n',
    caughtBy: { test: 'packages/core/test/faults/pins.test.ts' },
  },
  {
    name: 'partitions-left-pinned',
    mistake: 'a partition stays pinned when its block has come',
    file: CATALOG,
    find: '        heap.u32[pins] -= 1;\n',
    replace: '',
    caughtBy: { test: 'packages/core/test/faults/pins.test.ts' },
  },
];
