// The open SSTs of a database: opened with one read, found again by the address of their top index, and loaded piece by piece into the
// cache when a kernel says what it misses. The catalog also ends them: an SST that no version names and nobody pins is closed here,
// and handed to `onGarbage` for deletion.

import {
  ANSWER_LENGTH,
  ANSWER_OFFSET,
  ANSWER_PARTITION,
  ANSWER_SLOT,
  ANSWER_SST,
  FRAME_PINS,
  STATUS_NEED_PARTITION,
  TRAILER_BYTES,
  type Kernels,
} from '@varve/wasm-kernels';
import { StorageError, assert } from '../base/errors.ts';
import { andFinally, andThen, isPromise, type MaybePromise } from '../base/maybe-promise.ts';
import type { BlockCache } from '../cache/block-cache.ts';
import { blockCount, blockOffset } from '../format/partition.ts';
import type { SstInfo } from '../format/sst-info.ts';
import { metaName, type ObjectId } from '../format/object-names.ts';
import type { Heap } from '../heap/heap.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { OpenReaders } from '../store/open-readers.ts';
import { decodeHead, describes } from './meta-format.ts';
import { metaChecksum, seedOf } from './seeds.ts';
import { Sst, type PartitionPlace, type Stretch } from './sst.ts';

/** Two an SST: enough for 4 GiB in SSTs of 8 MiB. */
const OPEN_OBJECTS = 1000;
const READ_BUFFER_BYTES = 128 * 1024;

export interface CatalogParts {
  readonly heap: Heap;
  readonly cache: BlockCache;
  readonly kernels: Kernels;
  readonly store: ObjectStore;
  /** Bytes of blocks that may be on their way at once, unless it is one. */
  readonly readingBytes: number;
  /** Identity of the database. */
  readonly database: string;
  /** Called once with each SST that is no longer needed by anybody. */
  readonly onGarbage: (sst: Sst) => void;
  /** What it means that an object cannot be read, where that is no damage: whoever goes on with the database deletes what they have replaced. */
  readonly explain: (object: string | undefined) => MaybePromise<StorageError | undefined>;
}

export class SstCatalog {
  readonly #parts: CatalogParts;
  readonly #readers: OpenReaders;
  readonly #byTop = new Map<number, Sst>();
  /** Loads under way in asynchronous stores, by the residency word they will fill. */
  readonly #loading = new Map<number, Promise<void>>();
  readonly #readBuffer: number;
  /** Bytes of blocks that are on their way. */
  #reading = 0;
  /** Pieces loaded since open, and their stored bytes. */
  readonly stats = { partitionLoads: 0, blockLoads: 0, loadedBytes: 0 };

  constructor(parts: CatalogParts) {
    this.#parts = parts;
    this.#readers = new OpenReaders(parts.store, OPEN_OBJECTS);
    this.#readBuffer = parts.heap.allocate(READ_BUFFER_BYTES, 'the read buffer');
  }

  /** Opens an SST that a version names: one read. */
  open(info: SstInfo): MaybePromise<Sst> {
    const head = new Uint8Array(info.headBytes);
    return andThen(this.#read(metaName(info.id), info.metaBytes, head, 0), () => this.adopt(info, head));
  }

  /** What the checksums of an SST are bound to. */
  seedOf(id: ObjectId): ObjectId {
    return seedOf(this.#parts.database, id);
  }

  /** Opens an SST that was just written, from the head that is still at hand. */
  adopt(info: SstInfo, head: Uint8Array): Sst {
    const { heap, kernels } = this.#parts;
    const object = metaName(info.id);
    const seed = this.seedOf(info.id);
    const { properties, top } = decodeHead(head, info.metaBytes, object, metaChecksum(heap, kernels, seed));
    const address = heap.allocate(top.length, 'the top index of an SST');
    heap.bytes.set(top, address);
    const sst = new Sst(info, seed, address);
    if (kernels.topCheck(address, top.length) === 0 || !isIndexOf(sst, heap.u32) || !describes(properties, info)) {
      heap.release(address);
      throw new StorageError('CORRUPTION', 'head of an SST contradicts format or manifest', { object, offset: 0 });
    }
    this.#byTop.set(address, sst);
    return sst;
  }

  /** Ids of all SSTs that a version names or somebody reads. */
  get openIds(): ObjectId[] {
    return [...this.#byTop.values()].map(({ info }) => info.id);
  }

  /** The error for a block that a kernel found damaged, as its answer says. */
  damage(answer: number): StorageError {
    const { u32 } = this.#parts.heap;
    const top = u32[(answer + ANSWER_SST) >>> 2]!;
    const object = this.#byTop.get(top)?.dataName ?? `unknown(${top})`;
    return new StorageError('CORRUPTION', 'block of an SST contradicts the format', {
      object,
      offset: u32[(answer + ANSWER_OFFSET) >>> 2],
    });
  }

  pin(sst: Sst): void {
    sst.pins++;
  }

  unpin(sst: Sst): void {
    assert(sst.pins > 0, 'unpin of an SST that is not pinned');
    if (--sst.pins === 0 && sst.obsolete) this.#end(sst);
  }

  /** No version names it any more. */
  retire(sst: Sst): void {
    sst.obsolete = true;
    if (sst.pins === 0) this.#end(sst);
  }

  #end(sst: Sst): void {
    const { heap, cache } = this.#parts;
    for (let i = 0; i < sst.partitionCount(heap.u32); i++) {
      const payload = heap.u32[sst.partitionPlace(heap.u32, i).slot >>> 2]!;
      if (payload !== 0) cache.drop(payload);
    }
    this.#byTop.delete(sst.top);
    heap.release(sst.top);
    this.#parts.onGarbage(sst);
  }

  /** Closes an object before it is deleted. */
  closeObject(name: string): MaybePromise<void> {
    return this.#readers.close(name);
  }

  /** Brings in what a kernel misses, as its answer says. */
  load(status: number, answer: number): MaybePromise<void> {
    const { u32 } = this.#parts.heap;
    const sst = this.#byTop.get(u32[(answer + ANSWER_SST) >>> 2]!);
    assert(sst !== undefined, 'a kernel asked for an SST that is not open');
    const place = {
      offset: u32[(answer + ANSWER_OFFSET) >>> 2]!,
      length: u32[(answer + ANSWER_LENGTH) >>> 2]!,
      slot: u32[(answer + ANSWER_SLOT) >>> 2]!,
    };
    if (status === STATUS_NEED_PARTITION) return this.#once(place, () => this.#loadPartition(sst, place));
    const partition = u32[sst.partitionPlace(u32, u32[(answer + ANSWER_PARTITION) >>> 2]!).slot >>> 2]!;
    return this.#once(place, () => this.#loadBlock(sst, partition, place));
  }

  /** Partition i of the SST, resident and pinned: its address. The caller takes one from FRAME_PINS when it is done. */
  pinPartition(sst: Sst, index: number): MaybePromise<number> {
    const { u32 } = this.#parts.heap;
    const place = sst.partitionPlace(u32, index);
    const loaded = u32[place.slot >>> 2] === 0 ? this.#once(place, () => this.#loadPartition(sst, place)) : undefined;
    return andThen(loaded, () => {
      const payload = u32[place.slot >>> 2]!;
      if (payload === 0) return this.pinPartition(sst, index);
      u32[(payload + FRAME_PINS) >>> 2]! += 1;
      return payload;
    });
  }

  /** Stored bytes of an SST, straight to an address. */
  readData(sst: Sst, offset: number, length: number, address: number): MaybePromise<void> {
    return this.#read(sst.dataName, sst.info.dataBytes, this.#parts.heap.bytes.subarray(address, address + length), offset);
  }

  /** Bytes of an SST's .meta object, straight to an address. */
  readMeta(sst: Sst, offset: number, length: number, address: number): MaybePromise<void> {
    return this.#read(sst.metaName, sst.info.metaBytes, this.#parts.heap.bytes.subarray(address, address + length), offset);
  }

  #read(name: string, size: number, target: Uint8Array, offset: number): MaybePromise<void> {
    try {
      const reading = this.#readers.readInto(name, size, target, offset);
      return isPromise(reading) ? reading.catch((error: unknown) => this.unread(error)) : undefined;
    } catch (error) {
      return this.unread(error);
    }
  }

  /** Throws what a failed read means: an object or segment that is gone is lost, unless whoever has the database now needs it no longer. */
  unread(error: unknown): MaybePromise<never> {
    if (!(error instanceof StorageError) || error.code !== 'CORRUPTION') throw error;
    return andThen(this.#parts.explain(error.object), (meaning) => {
      throw meaning ?? error;
    });
  }

  async close(): Promise<void> {
    await this.#readers.closeAll();
  }

  #once(place: PartitionPlace, load: () => MaybePromise<void>): MaybePromise<void> {
    const other = this.#loading.get(place.slot);
    if (other !== undefined) return other;
    const loading = load();
    if (!isPromise(loading)) return undefined;
    this.#loading.set(place.slot, loading);
    return loading.finally(() => this.#loading.delete(place.slot));
  }

  #loadPartition(sst: Sst, place: PartitionPlace): MaybePromise<void> {
    const { cache } = this.#parts;
    const payload = cache.take(place.length);
    let bound = false;
    const install = (): void => {
      this.checkPartition(sst, place, payload);
      cache.bind(payload, place.slot, 'partition');
      bound = true;
      this.stats.partitionLoads++;
      this.stats.loadedBytes += place.length;
    };
    return andFinally(
      () => andThen(this.readMeta(sst, place.offset, place.length, payload), install),
      () => {
        if (!bound) cache.free(payload);
      },
    );
  }

  /** The partition that owns the slot is pinned meanwhile, or it might be evicted to make room for its own block. */
  #loadBlock(sst: Sst, partition: number, place: PartitionPlace): MaybePromise<void> {
    const { heap, store } = this.#parts;
    const pins = (partition + FRAME_PINS) >>> 2;
    const shared = store.sync !== undefined && place.length <= READ_BUFFER_BYTES;
    const isTooMuch = this.#reading > 0 && this.#reading + place.length > this.#parts.readingBytes;
    const buffer = shared ? this.#readBuffer : isTooMuch ? 0 : heap.tryAllocate(place.length);
    if (buffer === 0) return this.#makeRoom(place.length);
    heap.u32[pins] += 1;
    this.#reading += place.length;
    return andFinally(
      () => andThen(this.readData(sst, place.offset, place.length, buffer), () => this.#installBlock(sst, place, buffer)),
      () => {
        heap.u32[pins] -= 1;
        this.#reading -= place.length;
        if (!shared) heap.release(buffer);
      },
    );
  }

  /** For a block that is read: the caller asks for it again when others were read, or have gone. */
  #makeRoom(bytes: number): MaybePromise<void> {
    for (const other of this.#loading.values()) return other.catch(() => undefined);
    if (this.#parts.cache.evictLarge()) return;
    this.#parts.heap.release(this.#parts.heap.allocate(bytes, 'a block that is read'));
  }

  #installBlock(sst: Sst, place: PartitionPlace, buffer: number): void {
    const { cache, kernels } = this.#parts;
    const payloadBytes = kernels.blockPayloadLength(buffer, place.length);
    if (payloadBytes <= 0 || payloadBytes > sst.info.longestBlock) throw damagedBlock(sst, place.offset);
    const payload = cache.take(payloadBytes);
    try {
      this.unpackBlock(sst, place, buffer, payload, payloadBytes);
    } catch (error) {
      cache.free(payload);
      throw error;
    }
    cache.bind(payload, place.slot, 'block');
    this.stats.blockLoads++;
    this.stats.loadedBytes += place.length;
  }

  /** Throws unless the partition that was read to `address` is sound. */
  checkPartition(sst: Sst, { offset, length }: Stretch, address: number): void {
    const { kernels, heap } = this.#parts;
    const { headBytes, longestBlock } = sst.info;
    let isSound = kernels.partitionCheck(address, length, sst.seed.term, sst.seed.counter, offset - headBytes) !== 0;
    // What reads a block makes room for it first.
    for (let i = 0; isSound && i < blockCount(heap.u32, address); i++) {
      isSound = blockOffset(heap.u32, address, i + 1) - blockOffset(heap.u32, address, i) <= longestBlock + TRAILER_BYTES;
    }
    if (!isSound) throw new StorageError('CORRUPTION', 'partition of an SST is damaged', { object: sst.metaName, offset });
  }

  /** Checks the stored block that was read to `stored` and unpacks it to `payload`, where it has to fit. */
  unpackBlock(sst: Sst, { offset, length }: Stretch, stored: number, payload: number, capacity: number): void {
    const { term, counter } = sst.seed;
    if (this.#parts.kernels.blockLoad(stored, length, term, counter, offset, payload, capacity) <= 0) throw damagedBlock(sst, offset);
  }
}

/** Are the partitions as many as the manifest says, and inside the .meta? They are in order: the last one tells. */
function isIndexOf(sst: Sst, u32: Uint32Array): boolean {
  const { partitions, metaBytes } = sst.info;
  const { offset, length } = sst.partitionPlace(u32, sst.partitionCount(u32) - 1);
  return sst.partitionCount(u32) === partitions && offset + length <= metaBytes;
}

function damagedBlock(sst: Sst, offset: number): StorageError {
  return new StorageError('CORRUPTION', 'block of an SST is damaged', { object: sst.dataName, offset });
}
