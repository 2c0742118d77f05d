// A page of a scan outside of linear memory. A large page has a buffer of its own; small ones (a seek and a handful of entries) are cut from a slab,
// because allocating a buffer costs more than filling it. So the entries of a scan share buffers with each other and with those of other scans.

const SLAB_BYTES = 64 * 1024;
const SMALL_BYTES = 4096;

/** Entries in a row: `u32 key length, u32 value length, stored key, value, zeros to a multiple of 4` each. They never change again. */
export interface Page {
  readonly bytes: Uint8Array;
  readonly u32: Uint32Array;
  /** Where the first entry begins, and the last. */
  readonly start: number;
  readonly lastAt: number;
  readonly count: number;
  /** Nothing follows in the range. */
  readonly last: boolean;
}

/** The end of a scan. */
export const NO_PAGE: Page = { bytes: new Uint8Array(0), u32: new Uint32Array(0), start: 0, lastAt: 0, count: 0, last: true };

export class PageBuffers {
  #slab = new Uint8Array(0);
  #u32 = new Uint32Array(0);
  #used = 0;

  /** Copies `length` bytes (a multiple of 4) out of `source`. `lastAt` counts from `from`. */
  copy(source: Uint8Array, from: number, length: number, lastAt: number, count: number, last: boolean): Page {
    if (length > SMALL_BYTES) {
      const bytes = source.slice(from, from + length);
      return { bytes, u32: new Uint32Array(bytes.buffer, bytes.byteOffset, length >>> 2), start: 0, lastAt, count, last };
    }
    if (this.#used + length > this.#slab.length) this.#renew();
    const start = this.#used;
    this.#slab.set(source.subarray(from, from + length), start);
    this.#used += length;
    return { bytes: this.#slab, u32: this.#u32, start, lastAt: start + lastAt, count, last };
  }

  #renew(): void {
    this.#slab = new Uint8Array(SLAB_BYTES);
    this.#u32 = new Uint32Array(this.#slab.buffer);
    this.#used = 0;
  }
}
