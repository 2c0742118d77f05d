// .meta objects that came whole with the head that was asked for. A partition is taken from here as long as its object is kept: until each was asked
// for once, or newer ones push it out. They lie outside of linear memory: what of them is of use comes into frames.

import type { Sst, Stretch } from './sst.ts';

/** Larger ones are read by piece: they take longer than one more request. */
const LARGEST_META_BYTES = 1024 * 1024;

export class ArrivedMetas {
  readonly #limitBytes: number;
  /** The one that came first is pushed out first. */
  readonly #metas = new Map<Sst, { readonly bytes: Uint8Array; unasked: number }>();
  /** Of those that are kept, and those on their way. */
  #bytes = 0;

  /** All of them together have at most so many bytes. */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Makes room for one that is to be read: `keep` or `cancel` follows. False: it is too large, or too many are on their way. */
  expect(bytes: number): boolean {
    if (bytes > Math.min(LARGEST_META_BYTES, this.#limitBytes)) return false;
    for (const sst of this.#metas.keys()) {
      if (this.#bytes + bytes <= this.#limitBytes) break;
      this.drop(sst);
    }
    if (this.#bytes + bytes > this.#limitBytes) return false;
    this.#bytes += bytes;
    return true;
  }

  /** It did not come. */
  cancel(bytes: number): void {
    this.#bytes -= bytes;
  }

  /** It came. */
  keep(sst: Sst, bytes: Uint8Array): void {
    this.drop(sst);
    this.#metas.set(sst, { bytes, unasked: sst.info.partitions });
  }

  /** Bytes of a partition, if they are here. */
  take(sst: Sst, { offset, length }: Stretch): Uint8Array | undefined {
    const meta = this.#metas.get(sst);
    if (meta === undefined) return undefined;
    if (--meta.unasked === 0) this.drop(sst);
    return meta.bytes.subarray(offset, offset + length);
  }

  drop(sst: Sst): void {
    const meta = this.#metas.get(sst);
    if (meta === undefined) return;
    this.#metas.delete(sst);
    this.#bytes -= meta.bytes.length;
  }
}
