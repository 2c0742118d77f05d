// Scans: fills a page with what a range of a view holds for a reader. The sources take turns in key order (scan-merge.ts); of the entries of a turn the
// visible versions go to the page (scan-visible.ts). A source that gave all it had decoded is refilled (scan-source.ts), which may find that
// something is not resident: then the page is interrupted, and goes on there with the next call.

import {
  SCAN_LIMIT,
  SCAN_REVERSE,
  SCAN_STARTED,
  SOURCE_RUN,
  STATUS_DONE,
  STATUS_FOUND,
  STATUS_FULL,
  STATUS_NEED_BLOCK,
  STATUS_NEED_PARTITION,
} from '../src/layout';
import { compareBytes } from './bytes';
import {
  SOURCE_KIND,
  STATE_ACTIVE,
  STATE_EMPTIED,
  STATE_LOWER,
  STATE_LOWER_LENGTH,
  STATE_OPENED,
  STATE_SOURCES,
  STATE_UPPER,
  STATE_UPPER_LENGTH,
  orderField,
  setSourceEntry,
  sourceAt,
  sourceEnd,
  sourceEntry,
  sourceFirst,
} from './scan-layout';
import { orderSource, reorderFirst, turnEnd, unorderFirst } from './scan-merge';
import { commitStaged } from './scan-page';
import { pinScan, unpinScan } from './scan-pins';
import { fillSource } from './scan-source';
import { scanStart } from './scan-start';
import { keepKey, takeBackward, takeForward } from './scan-visible';

/** See Kernels.scanPage. */
export function scanPage(scan: usize): i32 {
  if (load<u32>(scan, SCAN_STARTED)) unpinScan(scan);
  else scanStart(scan);
  const status = isRangeEmpty(scan) ? STATUS_DONE : fillPage(scan);
  if (status == STATUS_NEED_PARTITION || status == STATUS_NEED_BLOCK) pinScan(scan);
  else store<u32>(scan, 0, SCAN_STARTED);
  return status;
}

/** See Kernels.scanEnd. */
export function scanEnd(scan: usize): void {
  if (!load<u32>(scan, SCAN_STARTED)) return;
  unpinScan(scan);
  store<u32>(scan, 0, SCAN_STARTED);
}

function fillPage(scan: usize): i32 {
  if (!load<u32>(scan, SCAN_LIMIT)) return STATUS_FULL;
  const opened = openSources(scan);
  if (opened != STATUS_FOUND) return opened;
  while (true) {
    const refilled = refillEmptied(scan);
    if (refilled != STATUS_FOUND) return refilled;
    if (!load<u32>(scan, STATE_ACTIVE)) {
      const last = commitStaged(scan);
      return last == STATUS_FOUND ? STATUS_DONE : last;
    }
    const taken = takeTurn(scan);
    if (taken != STATUS_FOUND) return taken;
  }
}

/** Brings every source to its first entry. */
function openSources(scan: usize): i32 {
  const sources = load<u32>(scan, STATE_SOURCES);
  for (let opened = load<u32>(scan, STATE_OPENED); opened < sources;) {
    const source = sourceAt(scan, opened);
    const status = fillSource(scan, source);
    if (status == STATUS_FOUND) orderSource(scan, source);
    else if (status != STATUS_DONE) return status;
    store<u32>(scan, ++opened, STATE_OPENED);
  }
  return STATUS_FOUND;
}

function refillEmptied(scan: usize): i32 {
  const source = load<u32>(scan, STATE_EMPTIED);
  if (!source) return STATUS_FOUND;
  const status = fillSource(scan, source);
  if (status == STATUS_FOUND) orderSource(scan, source);
  else if (status != STATUS_DONE) return status;
  store<u32>(scan, 0, STATE_EMPTIED);
  return STATUS_FOUND;
}

/** The first source gives its entries up to where another has its turn. */
function takeTurn(scan: usize): i32 {
  const source = load<u32>(orderField(scan, 0));
  const end = turnEnd(scan);
  const isReverse = load<u32>(scan, SCAN_REVERSE) != 0;
  const status = isReverse ? takeBackward(scan, sourceEntry(source), end) : takeForward(scan, sourceEntry(source), end);
  if (status != STATUS_FOUND) return status;
  const isEmptied = isReverse ? end < sourceFirst(source) : end == sourceEnd(source);
  if (!isEmptied) {
    setSourceEntry(source, end);
    reorderFirst(scan);
    return STATUS_FOUND;
  }
  if (load<u32>(source, SOURCE_KIND) == SOURCE_RUN) keepKey(scan);
  unorderFirst(scan);
  store<u32>(scan, source, STATE_EMPTIED);
  return STATUS_FOUND;
}

function isRangeEmpty(scan: usize): bool {
  const lower = load<u32>(scan, STATE_LOWER);
  const upper = load<u32>(scan, STATE_UPPER);
  if (!lower || !upper) return false;
  return compareBytes(lower, load<u32>(scan, STATE_LOWER_LENGTH), upper, load<u32>(scan, STATE_UPPER_LENGTH)) >= 0;
}
