// What the journal says, as JSON: which objects and segments there are, and where their bytes stand.
//
//   {"objects": [[name, size, offset, length, ...], ...], "segments": [[number, offset, length, ...], ...]}   the sum, first of every file
//   {"object": [name, size, offset, length, ...]}      an object is there
//   {"delete": [name, ...]}                            objects are gone
//   {"segment": [number, offset, length, ...]}         a log segment has this room
//   {"truncate": number}                               segments below are gone

import { StorageError } from '@varve/core';
import type { Extent } from './extents.ts';

export type ObjectLine = [name: string, size: number, ...extents: number[]];
export type SegmentLine = [number: number, ...extents: number[]];

export type Change =
  | { readonly objects: ObjectLine[]; readonly segments: SegmentLine[] }
  | { readonly object: ObjectLine }
  | { readonly delete: readonly string[] }
  | { readonly segment: SegmentLine }
  | { readonly truncate: number };

export function flat(extents: readonly Extent[]): number[] {
  return extents.flatMap(({ offset, length }) => [offset, length]);
}

export function extentsOf(numbers: readonly number[]): Extent[] {
  const extents: Extent[] = [];
  for (let i = 0; i < numbers.length; i += 2) extents.push({ offset: whole(numbers[i]), length: whole(numbers[i + 1]) });
  return extents;
}

function whole(number: unknown): number {
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
  throw new StorageError('CORRUPTION', `the journal is not sound: ${JSON.stringify(number)}`);
}
