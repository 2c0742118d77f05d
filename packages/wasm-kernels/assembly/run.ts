// A run in memory: SSTs in key order whose ranges do not overlap, each by the address of its top index and an 8-byte window of its last separator's
// key, behind the bytes that all those keys share. Top indexes are read on a tie only.

import { RUN_COUNT, RUN_ENTRY_BYTES, RUN_HEADER_BYTES, RUN_PREFIX, RUN_SST, RUN_WINDOW } from '../src/layout';
import { commonPrefix, compareBytes, loadWindow } from './bytes';
import { windowsBefore, windowsUpTo } from './separators';
import { compareTopSeparator, topCount, topLastKey, topLastKeyLength } from './top-index';

/** See Kernels.runBuild. The keys ascend, so what the first and the last share all do; should they not, no byte outside of a key is read. */
export function runBuild(run: usize): void {
  const count = runCount(run);
  store<u32>(run, 0, RUN_PREFIX);
  if (!count) return;
  const first = runSst(run, 0);
  const last = runSst(run, count - 1);
  const prefixLength = commonPrefix(topLastKey(first), topLastKey(last), min(topLastKeyLength(first), topLastKeyLength(last)));
  store<u32>(run, prefixLength, RUN_PREFIX);
  for (let index: u32 = 0; index < count; index++) {
    const top = runSst(run, index);
    const rest = max(topLastKeyLength(top), prefixLength) - prefixLength;
    store<u64>(runEntry(run, index), loadWindow(topLastKey(top) + prefixLength, rest), RUN_WINDOW);
  }
}

/** Index of the first SST whose last separator is at or after (key, epoch): the only one that may hold it. The count when there is none. */
export function runSearch(run: usize, key: usize, keyLength: u32, epoch: u64): u32 {
  const count = runCount(run);
  if (!count) return 0;
  const prefixLength = load<u32>(run, RUN_PREFIX);
  const order = prefixLength ? compareBytes(topLastKey(runSst(run, 0)), prefixLength, key, min(keyLength, prefixLength)) : 0;
  if (order) return order > 0 ? 0 : count;
  const window = loadWindow(key + prefixLength, keyLength - prefixLength);
  const windows = runEntry(run, 0);
  let low = windowsBefore(windows, RUN_ENTRY_BYTES, count, window);
  if (low == count || load<u64>(runEntry(run, low)) != window) return low;
  let high = windowsUpTo(windows, RUN_ENTRY_BYTES, count, window);
  while (low < high) {
    const middle = (low + high) >> 1;
    const top = runSst(run, middle);
    if (compareTopSeparator(top, topCount(top) - 1, key, keyLength, epoch) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

@inline
export function runCount(run: usize): u32 {
  return load<u32>(run, RUN_COUNT);
}

/** Address of the top index of an SST. */
@inline
export function runSst(run: usize, index: u32): usize {
  return load<u32>(runEntry(run, index), RUN_SST);
}

@inline
function runEntry(run: usize, index: u32): usize {
  return run + RUN_HEADER_BYTES + index * RUN_ENTRY_BYTES;
}
