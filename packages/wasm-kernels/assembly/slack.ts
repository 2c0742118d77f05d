// Primitives for ranges with slack behind them: SLACK bytes that may be read, and scribbled over in a target, whatever stands there. Without the
// cases for short lengths they have no branch that data of varying length would mispredict.

import { copyBytes } from './bytes';

/** Bytes of slack. */
export const SLACK: u32 = 16;

/** Copies bytes between ranges with slack that do not overlap. */
@inline
export function copySlack(target: usize, source: usize, length: u32): void {
  if (length <= SLACK) v128.store(target, v128.load(source));
  else copyBytes(target, source, length);
}

/** loadWindow of bytes with slack. */
@inline
export function windowSlack(address: usize, length: u32): u64 {
  const window = bswap<u64>(load<u64>(address));
  return length >= 8 ? window : window & ~(u64.MAX_VALUE >> u64(length << 3));
}

/** writeVarint of at most 56 bits to a target with slack. */
@inline
export function writeVarintSlack(at: usize, value: u64): usize {
  const bytes = (u64(64 - clz(value | 1)) * 9 + 64) >> 6;
  const halves = (value & 0x0fffffff) | ((value << 4) & 0x0fffffff00000000);
  const quarters = (halves & 0x00003fff00003fff) | ((halves << 2) & 0x3fff00003fff0000);
  const eighths = (quarters & 0x007f007f007f007f) | ((quarters << 1) & 0x7f007f007f007f00);
  store<u64>(at, eighths | (0x8080808080808080 & ((1 << ((bytes - 1) << 3)) - 1)));
  return at + usize(bytes);
}
