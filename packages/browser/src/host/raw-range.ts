// Ranges of keys that are bytes.

import type { FrameReader } from '../wire/frame-reader.ts';
import { RANGE_ENDS } from '../wire/protocol.ts';

export type RawRange = { [End in (typeof RANGE_ENDS)[number]]?: Uint8Array };

export function readRange(frame: FrameReader): RawRange {
  const range: RawRange = {};
  for (const end of RANGE_ENDS) if (frame.u8() === 1) range[end] = frame.take().slice();
  return range;
}

export function isInside(key: Uint8Array, { gt, gte, lt, lte, prefix }: RawRange): boolean {
  return (
    (gt === undefined || compare(key, gt) > 0) &&
    (gte === undefined || compare(key, gte) >= 0) &&
    (lt === undefined || compare(key, lt) < 0) &&
    (lte === undefined || compare(key, lte) <= 0) &&
    (prefix === undefined || (key.length >= prefix.length && compare(key.subarray(0, prefix.length), prefix) === 0))
  );
}

function compare(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}
