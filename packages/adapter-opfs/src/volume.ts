// A file in which many things stand, each in a few extents. What was let go is used again only when the journal that says so is durable: after a
// power cut the earlier journal counts, and what it names has to be there still.

import type { BlockFile } from './block-file.ts';
import { readAt, writeAt } from './block-file.ts';
import { Extents, type Extent } from './extents.ts';

/** A file that ends so much before its end is cut short. */
const SLACK_BYTES = 16 * 2 ** 20;

export class Volume {
  readonly file: BlockFile;
  readonly #extents: Extents;
  /** Let go, but for what the journal says. */
  #freed: Extent[] = [];

  constructor(file: BlockFile, taken: readonly Extent[]) {
    this.file = file;
    this.#extents = new Extents(taken);
  }

  take(bytes: number): Extent {
    return this.#extents.take(bytes);
  }

  /** Lets go of what no journal has named. */
  giveBack(extents: readonly Extent[]): void {
    for (const extent of extents) this.#extents.give(extent);
  }

  /** Lets go of what the journal named until now. */
  free(extents: readonly Extent[]): void {
    this.#freed.push(...extents);
  }

  /** The journal is durable. */
  settle(): void {
    if (this.#freed.length === 0) return;
    this.giveBack(this.#freed.splice(0));
    if (this.file.getSize() > this.#extents.end + SLACK_BYTES) this.file.truncate(this.#extents.end);
  }

  /** Makes the file reach so far. */
  reach(end: number): void {
    if (this.file.getSize() < end) this.file.truncate(end);
  }

  /** Reads what stands at `offset` of the thing in these extents. Returns how many bytes there were. */
  read(extents: readonly Extent[], into: Uint8Array<ArrayBuffer>, offset: number): number {
    let done = 0;
    for (const { at, length } of stretches(extents, offset, into.length)) {
      const found = readAt(this.file, into.subarray(done, done + length), at);
      done += found;
      if (found < length) break;
    }
    return done;
  }

  /** Writes into extents that have room for it. */
  write(extents: readonly Extent[], bytes: Uint8Array<ArrayBuffer>, offset: number): void {
    let done = 0;
    for (const { at, length } of stretches(extents, offset, bytes.length)) {
      writeAt(this.file, bytes.subarray(done, done + length), at);
      done += length;
    }
  }
}

/** How many bytes these extents hold. */
export function roomOf(extents: readonly Extent[]): number {
  return extents.reduce((sum, { length }) => sum + length, 0);
}

/** Where in the file the bytes from `offset` on stand. */
function* stretches(extents: readonly Extent[], offset: number, length: number): Generator<{ at: number; length: number }> {
  let before = 0;
  for (const extent of extents) {
    const from = Math.max(offset, before);
    const to = Math.min(offset + length, before + extent.length);
    if (from < to) yield { at: extent.offset + from - before, length: to - from };
    before += extent.length;
  }
}
