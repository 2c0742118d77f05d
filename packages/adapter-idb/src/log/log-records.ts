// How appended bytes become records. A record holds the bytes of its segment from its position on. Small appends share one: the last record is written
// again with what is added, until it has MERGED_BYTES, so that a segment of many small appends has few records to read and to delete, and no append
// writes much more than its own bytes. Large ones are cut.
//
//   [segment, 0]     header and first appends, up to MERGED_BYTES
//   [segment, 4060]  the next ones
//   [segment, 8104]  PIECE_BYTES of a large append
//   [segment, 72616] its rest ...
//
// The same append at the same position makes the same records, so it may be repeated.

import { PIECE_BYTES } from '../connection/schema.ts';
import { ownCopy } from '../own-copy.ts';

/** A page of most databases and file systems: a smaller record costs about the same to write. */
export const MERGED_BYTES = 4096;

export interface LogRecord {
  readonly position: number;
  readonly bytes: ArrayBuffer;
}

/** The records to write for an append after the record `last`, in order; the last of them is then the segment's last. */
export function recordsOf(last: LogRecord | undefined, bytes: Uint8Array, position: number): LogRecord[] {
  const merged = merge(last, bytes, position);
  if (merged !== undefined) return [merged];
  const records: LogRecord[] = [];
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
    records.push({ position: position + from, bytes: ownCopy(bytes.subarray(from, from + PIECE_BYTES)) });
  }
  return records;
}

/** The last record with these bytes behind its own (or, when they are repeated, over them), or undefined when they need records of their own. */
function merge(last: LogRecord | undefined, bytes: Uint8Array, position: number): LogRecord | undefined {
  if (last === undefined || position <= last.position) return undefined;
  const kept = position - last.position;
  if (kept > last.bytes.byteLength || kept + bytes.length > MERGED_BYTES) return undefined;
  const whole = new Uint8Array(kept + bytes.length);
  whole.set(new Uint8Array(last.bytes, 0, kept));
  whole.set(bytes, kept);
  return { position: last.position, bytes: whole.buffer };
}
