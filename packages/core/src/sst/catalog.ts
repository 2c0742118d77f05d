// The open SSTs of a database: opened without reading anything, found again by the address of their top index, and loaded piece by piece, the head first
// and the rest into the cache, when a kernel says what it misses. The catalog also ends them: an SST that no version names and nobody pins is closed here,
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
import type { ObjectId } from '../format/object-names.ts';
import type { Heap } from '../heap/heap.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { OpenReaders } from '../store/open-readers.ts';
import { ArrivedMetas } from './arrived-metas.ts';
import { soundTop, topRoom, writeStandIn } from './head.ts';
import { checksumBytes, seedOf } from './seeds.ts';
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
  /** Where SSTs lie, and which database each was made in. */
  readonly places: { storeOf(name: string): ObjectStore; databaseOf(id: ObjectId): string };
  /** Bytes of .meta objects that may be on their way whole or be kept, outside of linear memory. */
  readonly metaBytes: number;
  /** A larger one is read by piece. 0: each is, since the store answers at once. */
  readonly largestMetaBytes: number;
  /** Called once with each SST that is no longer needed by anybody. */
  readonly onGarbage: (sst: Sst) => void;
  /** What it means that an object cannot be read, where that is no damage: whoever goes on with the database deletes what they have replaced. */
  readonly explain: (object: string | undefined) => MaybePromise<StorageError | undefined>;
}

export class SstCatalog {
  readonly #parts: CatalogParts;
  readonly #readers: OpenReaders;
  readonly #byTop = new Map<number, Sst>();
  readonly #arrived: ArrivedMetas;
  /** Loads under way in asynchronous stores, by the residency word they will fill, heads by the address of the top index. */
  readonly #loading = new Map<number, Promise<void>>();
  readonly #readBuffer: number;
  /** Bytes of blocks that are on their way. */
  #reading = 0;
  /** Pieces loaded since open, and their stored bytes. */
  readonly stats = { partitionLoads: 0, blockLoads: 0, loadedBytes: 0 };

  constructor(parts: CatalogParts) {
    this.#parts = parts;
    this.#readers = new OpenReaders((name) => parts.places.storeOf(name), OPEN_OBJECTS);
    this.#arrived = new ArrivedMetas(parts.metaBytes, parts.largestMetaBytes);
    this.#readBuffer = parts.heap.allocate(READ_BUFFER_BYTES, 'the read buffer');
  }

  /** Opens an SST that a version names. Its head is read when somebody needs it. */
  open(info: SstInfo): Sst {
    const { heap } = this.#parts;
    const address = heap.allocate(topRoom(info), 'the top index of an SST');
    writeStandIn(heap, info, address);
    const sst = new Sst(info, this.seedOf(info.id), address);
    this.#byTop.set(address, sst);
    return sst;
  }

  /** What the checksums of an SST are bound to. */
  seedOf(id: ObjectId): ObjectId {
    return seedOf(this.#parts.places.databaseOf(id), id);
  }

  /** Opens an SST that was just written, from the head that is still at hand. */
  adopt(info: SstInfo, head: Uint8Array): Sst {
    const sst = this.open(info);
    this.#takeHead(sst, head);
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
    this.#arrived.drop(sst);
    this.#byTop.delete(sst.top);
    heap.release(sst.top);
    this.#parts.onGarbage(sst);
  }

  /** The store that has an SST's object. */
  storeOf(name: string): ObjectStore {
    return this.#parts.places.storeOf(name);
  }

  /** Closes an object before it is deleted. */
  closeObject(name: string): MaybePromise<void> {
    return this.#readers.close(name);
  }

  /**
   * Brings in what a kernel misses, as its answer says. Whoever asks has pinned the SST until it has come. `isAhead`: it may turn out not to be needed, so
   * frames have to be left for what is.
   */
  load(status: number, answer: number, isAhead = false): MaybePromise<void> {
    const { u32 } = this.#parts.heap;
    const sst = this.#byTop.get(u32[(answer + ANSWER_SST) >>> 2]!);
    assert(sst !== undefined, 'a kernel asked for an SST that is not open');
    if (!sst.hasHead) return this.#loadHead(sst);
    if (isAhead && !this.#parts.cache.takesAhead) return undefined;
    const place = {
      offset: u32[(answer + ANSWER_OFFSET) >>> 2]!,
      length: u32[(answer + ANSWER_LENGTH) >>> 2]!,
      slot: u32[(answer + ANSWER_SLOT) >>> 2]!,
    };
    if (status === STATUS_NEED_PARTITION) return this.#once(place.slot, () => this.#loadPartition(sst, place));
    const partition = u32[sst.partitionPlace(u32, u32[(answer + ANSWER_PARTITION) >>> 2]!).slot >>> 2]!;
    return this.#once(place.slot, () => this.#loadBlock(sst, partition, place));
  }

  /** Reads the head of the SST whose top index lies there. */
  loadHeadAt(top: number): MaybePromise<void> {
    return this.#loadHead(this.#byTop.get(top)!);
  }

  /** Reads the head. From a store that takes its time the partitions come with it where they are not too many: another request costs more than their bytes. */
  #loadHead(sst: Sst): MaybePromise<void> {
    if (sst.hasHead) return undefined;
    return this.#once(sst.top, () => {
      const { headBytes, metaBytes } = sst.info;
      if (!this.#arrived.expect(metaBytes)) return this.checkHead(sst);
      const meta = new Uint8Array(metaBytes);
      let isKept = false;
      const keep = (): void => {
        this.#takeHead(sst, meta.subarray(0, headBytes));
        this.#arrived.keep(sst, meta);
        isKept = true;
      };
      return andFinally(
        () => andThen(this.#read(sst.metaName, metaBytes, meta, 0), keep),
        () => {
          if (!isKept) this.#arrived.cancel(metaBytes);
        },
      );
    });
  }

  /** Reads the head anew, and throws unless it is sound. */
  checkHead(sst: Sst): MaybePromise<void> {
    const head = new Uint8Array(sst.info.headBytes);
    return andThen(this.#read(sst.metaName, sst.info.metaBytes, head, 0), () => this.#takeHead(sst, head));
  }

  /** Nothing of what stands in for the top index is changed unless the head is sound. */
  #takeHead(sst: Sst, head: Uint8Array): void {
    const { heap, kernels } = this.#parts;
    const scratchBytes = checksumBytes(head.length);
    const isLarge = scratchBytes > READ_BUFFER_BYTES;
    const scratch = isLarge ? heap.allocate(scratchBytes, 'a head to check') : this.#readBuffer;
    try {
      const top = soundTop(heap, kernels, sst, head, scratch);
      if (sst.hasHead) return;
      heap.bytes.set(top, sst.top);
      sst.hasHead = true;
    } finally {
      if (isLarge) heap.release(scratch);
    }
  }

  /** Partition i of the SST, resident and pinned: its address. The caller takes one from FRAME_PINS when it is done. */
  pinPartition(sst: Sst, index: number): MaybePromise<number> {
    if (!sst.hasHead) return andThen(this.#loadHead(sst), () => this.pinPartition(sst, index));
    const { u32 } = this.#parts.heap;
    const place = sst.partitionPlace(u32, index);
    const loaded = u32[place.slot >>> 2] === 0 ? this.#once(place.slot, () => this.#loadPartition(sst, place)) : undefined;
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

  #once(slot: number, load: () => MaybePromise<void>): MaybePromise<void> {
    const other = this.#loading.get(slot);
    if (other !== undefined) return other;
    const loading = load();
    if (!isPromise(loading)) return undefined;
    this.#loading.set(slot, loading);
    return loading.finally(() => this.#loading.delete(slot));
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
      () => andThen(this.#readPartition(sst, place, payload), install),
      () => {
        if (bound) return;
        cache.free(payload);
        this.#arrived.drop(sst);
      },
    );
  }

  #readPartition(sst: Sst, place: PartitionPlace, address: number): MaybePromise<void> {
    const arrived = this.#arrived.take(sst, place);
    if (arrived === undefined) return this.readMeta(sst, place.offset, place.length, address);
    this.#parts.heap.bytes.set(arrived, address);
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

function damagedBlock(sst: Sst, offset: number): StorageError {
  return new StorageError('CORRUPTION', 'block of an SST is damaged', { object: sst.dataName, offset });
}
