// Reading a segment back, in order and a bounded part at a time: keys first, which tell how many records make a part.

import { keysOf, type Reading } from '../connection/schema.ts';

/** Read at once, about: enough that a request costs little beside its bytes. */
const PART_BYTES = 1024 * 1024;

/** Fills `into` from the segment's start and returns how many bytes were there. What is missing between records reads as zeros. */
export async function readRecords(segment: number, into: Uint8Array, transaction: Reading<'segments' | 'records'>): Promise<number> {
  // There is no key range without room for a key.
  if (into.length === 0) return 0;
  const records = transaction.objectStore('records');
  const positions = (await records.getAllKeys(keysOf(segment, 0, into.length))).map(([, position]) => position);
  let end = 0;
  for (let first = 0; first < positions.length;) {
    const next = partEnd(positions, first);
    const found = await records.getAll(keysOf(segment, positions[first], positions[next] ?? into.length));
    for (const [i, bytes] of found.entries()) {
      const position = positions[first + i];
      into.fill(0, end, position);
      end = Math.min(into.length, position + bytes.byteLength);
      into.set(new Uint8Array(bytes, 0, end - position), position);
    }
    first = next;
  }
  return end;
}

/** Index behind the last record of the part that begins with record `first`. */
function partEnd(positions: readonly number[], first: number): number {
  let next = first + 1;
  while (next < positions.length && positions[next] - positions[first] < PART_BYTES) next++;
  return next;
}
