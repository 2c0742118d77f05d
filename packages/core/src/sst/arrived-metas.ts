// .meta objects that came whole with the head that was asked for. A partition is taken from here as long as its object is kept: until each was asked
// for once, or newer ones push it out. They lie outside of linear memory: what of them is of use comes into frames.

import type { ObjectStore } from '../store/object-store.ts';
import type { Sst, Stretch } from './sst.ts';

/** Larger ones take longer than one more request. */
const LARGEST_BYTES = 1024 * 1024;
/** Where requests are cut off each that misses one gets it for itself, and all have the memory of one isolate. */
const LARGEST_BYTES_EACH = 256 * 1024;

/** How large a .meta may be that is read whole from a store. */
export function largestMetaBytes(store: Pick<ObjectStore, 'sync'>, isCutOff = false): number {
  if (store.sync !== undefined) return 0;
  return isCutOff ? LARGEST_BYTES_EACH : LARGEST_BYTES;
}

export class ArrivedMetas {
  readonly #limitBytes: number;
  readonly #largestBytes: number;
  /** The one that came first is pushed out first. */
  readonly #metas = new Map<Sst, { readonly bytes: Uint8Array; unasked: number }>();
  /** Of those that are kept, and those on their way. */
  #bytes = 0;

  /** All of them together have at most so many bytes, and each. */
  constructor(limitBytes: number, largestBytes: number) {
    this.#limitBytes = limitBytes;
    this.#largestBytes = largestBytes;
  }

  /** Makes room for one that is to be read: `keep` or `cancel` follows. False: it is too large, or too many are on their way. */
  expect(bytes: number): boolean {
    if (bytes > Math.min(this.#largestBytes, this.#limitBytes)) return false;
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
