// A range of keys on its way to the worker: each end as the codec writes it.

import type { KeyCodec, ScanRange } from '@varve/core';
import type { FrameWriter } from '../wire/frame-writer.ts';
import { RANGE_ENDS } from '../wire/protocol.ts';

const KNOWN: readonly string[] = [...RANGE_ENDS, 'reverse', 'limit', 'keysOnly', 'signal'];

export function writeRange<K, P, KI>(frame: FrameWriter, keys: KeyCodec<K, P, KI>, range: ScanRange<KI, P>): void {
  const unknown = Object.keys(range).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) throw new TypeError(`unknown option of a range: ${unknown}; there are ${KNOWN.join(', ')}`);
  for (const end of RANGE_ENDS) {
    const key = range[end];
    frame.u8(key === undefined ? 0 : 1);
    if (key === undefined) continue;
    if (end === 'prefix') frame.encodedPrefix(keys, key as P);
    else frame.encoded(keys, key as KI);
  }
}
