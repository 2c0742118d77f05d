// Which bytes of a file are free. Bytes are taken in stretches of whole units, as near to the beginning as they fit.

import { StorageError } from '@varve/core';

/** A stretch of a file. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

const UNIT_BYTES = 4096;

export class Extents {
  /** Free stretches, ascending, never adjacent; behind the last one that is taken everything is free, and not listed. */
  readonly #free: Extent[] = [];
  #end = 0;

  /** What is left between these. */
  constructor(taken: readonly Extent[]) {
    for (const { offset, length } of [...taken].sort((a, b) => a.offset - b.offset)) {
      if (offset < this.#end) throw new StorageError('CORRUPTION', `two things stand in one place offset=${offset}`);
      if (offset > this.#end) this.#free.push({ offset: this.#end, length: offset - this.#end });
      this.#end = offset + length;
    }
  }

  /** Behind it the file holds nothing. */
  get end(): number {
    return this.#end;
  }

  take(bytes: number): Extent {
    const length = Math.max(1, Math.ceil(bytes / UNIT_BYTES)) * UNIT_BYTES;
    const at = this.#free.findIndex((stretch) => stretch.length >= length);
    if (at < 0) {
      const offset = this.#end;
      this.#end += length;
      return { offset, length };
    }
    const { offset, length: found } = this.#free[at];
    if (found === length) this.#free.splice(at, 1);
    else this.#free[at] = { offset: offset + length, length: found - length };
    return { offset, length };
  }

  give({ offset, length }: Extent): void {
    const free = this.#free;
    let at = free.findIndex((stretch) => stretch.offset > offset);
    if (at < 0) at = free.length;
    const before = free[at - 1];
    const after = free[at];
    const joinsBefore = before !== undefined && before.offset + before.length === offset;
    const joinsAfter = after !== undefined && offset + length === after.offset;
    const from = joinsBefore ? before.offset : offset;
    const to = joinsAfter ? after.offset + after.length : offset + length;
    free.splice(at - (joinsBefore ? 1 : 0), (joinsBefore ? 1 : 0) + (joinsAfter ? 1 : 0), { offset: from, length: to - from });
    const last = free[free.length - 1];
    if (last.offset + last.length === this.#end) this.#end = free.pop()!.offset;
  }
}

/** Shortens these to what `bytes` need. Returns what is left over. */
export function trim(extents: Extent[], bytes: number): Extent[] {
  const left: Extent[] = [];
  let before = 0;
  for (const extent of extents.splice(0)) {
    const needed = Math.min(extent.length, Math.ceil(Math.max(0, bytes - before) / UNIT_BYTES) * UNIT_BYTES);
    if (needed > 0) extents.push({ offset: extent.offset, length: needed });
    if (needed < extent.length) left.push({ offset: extent.offset + needed, length: extent.length - needed });
    before += extent.length;
  }
  return left;
}
