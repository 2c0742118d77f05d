// One segment of the log: its header, its records, and what stands behind them.

import { StorageError } from '../base/errors.ts';
import { segmentName } from '../format/object-names.ts';
import type { LogStore, SegmentInfo } from '../store/log-store.ts';
import { SegmentFormat, SEGMENT_HEADER_BYTES, type SegmentHeader } from '../wal/segment-format.ts';
import { SegmentReader } from '../wal/segment-reader.ts';
import { kernelRoom } from '../heap/kernel-room.ts';
import { readRecords, type InspectedRecord } from './records.ts';

/** What a segment holds. */
export interface InspectedSegment {
  readonly number: number;
  /** Bytes of its file. */
  readonly size: number;
  /** Undefined: nothing of it was written yet (it is short, or all zeros). Of another number: a recycled file. */
  readonly header: (SegmentHeader & { readonly version: number }) | undefined;
  readonly records: readonly InspectedRecord[];
  /** Where the last valid record ends. */
  readonly end: number;
  /** True: a later record proves that the bytes at `end` had been durable, so they are damaged, not torn. */
  readonly damaged: boolean;
}

/** Reads a segment. A header that is damaged is `CORRUPTION`; damage behind it ends the records. */
export async function inspectSegment(log: LogStore, { number, size }: SegmentInfo): Promise<InspectedSegment> {
  const room = kernelRoom(size);
  const { heap, kernels } = room;
  const at = heap.allocate(Math.max(size, SEGMENT_HEADER_BYTES), 'a log segment');
  const length = (await log.read(number, heap.bytes.subarray(at, at + size))) ?? 0;
  const format = new SegmentFormat(heap, kernels);
  const empty = { number, size, header: undefined, records: [], end: 0, damaged: false };
  if (length < SEGMENT_HEADER_BYTES || heap.bytes.subarray(at, at + SEGMENT_HEADER_BYTES).every((byte) => byte === 0)) return empty;
  const found = format.readHeader(at);
  if (found === undefined) {
    throw new StorageError('CORRUPTION', 'head of a log segment is damaged', { object: segmentName(number), offset: 0 });
  }
  const { seed, ...header } = found;
  const records = [...readRecords(room, format, at, length, seed)];
  const last = records.at(-1);
  const end = last === undefined ? SEGMENT_HEADER_BYTES : last.offset + last.bytes;
  const { proof } = new SegmentReader(heap, kernels, format).scan(at, length, seed, () => undefined);
  return { number, size, header, records, end, damaged: proof };
}
