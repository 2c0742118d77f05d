// The records of a log segment that stands in linear memory, in order, up to the first that is not valid.

import { RECORD_HEADER_BYTES, RECORD_TYPE } from '@varve/wasm-kernels';
import { segmentName } from '../format/object-names.ts';
import { RECORD_BATCH, RECORD_CLOSE, RECORD_FENCE, recordBytes } from '../format/record.ts';
import { SEGMENT_HEADER_BYTES, type FenceEntry, type SegmentFormat, type SegmentSeed } from '../wal/segment-format.ts';
import { readBatch, type InspectedBatch } from './batch.ts';
import type { KernelRoom } from '../heap/kernel-room.ts';
import { naming } from './naming.ts';

/** One valid record. `offset` and `bytes` say where it stands in the segment. */
export type InspectedRecord = { readonly offset: number; readonly bytes: number } & (
  | ({ readonly type: 'batch' } & InspectedBatch)
  | { readonly type: 'fence'; readonly term: number; readonly segments: readonly FenceEntry[] }
  | { readonly type: 'close'; readonly synced: number }
  | { readonly type: 'unknown'; readonly number: number }
);

/** The records of the segment of `length` bytes at `at`. */
export function* readRecords(
  { heap, kernels }: KernelRoom,
  format: SegmentFormat,
  at: number,
  length: number,
  seed: SegmentSeed,
): Generator<InspectedRecord> {
  for (let offset = SEGMENT_HEADER_BYTES; offset + RECORD_HEADER_BYTES <= length;) {
    const payloadBytes = kernels.recordCheck(at + offset, at + length, (seed.low ^ offset) >>> 0, seed.high);
    if (payloadBytes < 0) return;
    const bytes = recordBytes(payloadBytes);
    const payload = at + offset + RECORD_HEADER_BYTES;
    const type = heap.bytes[at + offset + RECORD_TYPE]!;
    if (type === RECORD_BATCH) {
      const batch = naming(segmentName(seed.segment ?? 0), offset, () => readBatch(heap.bytes.slice(payload, payload + payloadBytes)));
      yield { offset, bytes, type: 'batch', ...batch };
    } else if (type === RECORD_FENCE) yield { offset, bytes, ...readFence(format, payload, payloadBytes) };
    else if (type === RECORD_CLOSE) yield { offset, bytes, type: 'close', synced: format.readClose(payload, payloadBytes) ?? 0 };
    else yield { offset, bytes, type: 'unknown', number: type };
    offset += bytes;
  }
}

function readFence(
  format: SegmentFormat,
  payload: number,
  payloadBytes: number,
): { type: 'fence'; term: number; segments: readonly FenceEntry[] } {
  const fence = format.readFence(payload, payloadBytes);
  return { type: 'fence', term: fence?.term ?? 0, segments: fence?.entries ?? [] };
}
