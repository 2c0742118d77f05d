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
  type Kernels,
} from '@varve/wasm-kernels';
import { StorageError, assert } from '../base/errors.ts';
import { andThen, isPromise, type MaybePromise } from '../base/maybe-promise.ts';
import type { BlockCache } from '../cache/block-cache.ts';
import type { SstInfo } from '../format/sst-info.ts';
import { metaName } from '../format/object-names.ts';
import type { Heap } from '../heap/heap.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { OpenReaders } from '../store/open-readers.ts';
import { decodeHead } from './meta-format.ts';
import { metaChecksum } from './seeds.ts';
import { Sst, type PartitionPlace } from './sst.ts';

const OPEN_OBJECTS = 256;
const READ_BUFFER_BYTES = 128 * 1024;

export interface CatalogParts {
  readonly heap: Heap;
  readonly cache: BlockCache;
  readonly kernels: Kernels;
  readonly store: ObjectStore;
  /** Called once with each SST that is no longer needed by anybody. */
  readonly onGarbage: (sst: Sst) => void;
}

export class SstCatalog {
  readonly #parts: CatalogParts;
  readonly #readers: OpenReaders;
  readonly #byTop = new Map<number, Sst>();
  /** Loads under way in asynchronous stores, by the residency word they will fill. */
  readonly #loading = new Map<number, Promise<void>>();
  readonly #readBuffer: number;
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
    const name = metaName(info.id);
    return andThen(this.#readers.readInto(name, info.metaBytes, head, 0), () => {
      const { top } = decodeHead(head, info.metaBytes, name, metaChecksum(this.#parts.heap, this.#parts.kernels, info.id));
      return this.#add(info, top);
    });
  }

  /** Opens an SST that was just written, from the head that is still at hand. */
  adopt(info: SstInfo, head: Uint8Array): Sst {
    const { top } = decodeHead(head, info.metaBytes, metaName(info.id), metaChecksum(this.#parts.heap, this.#parts.kernels, info.id));
    return this.#add(info, top);
  }

  #add(info: SstInfo, top: Uint8Array): Sst {
    const { heap, kernels } = this.#parts;
    const address = heap.allocate(top.length, 'the top index of an SST');
    heap.bytes.set(top, address);
    if (kernels.topCheck(address, top.length) === 0) {
      heap.release(address);
      throw new StorageError('CORRUPTION', 'top index contradicts the format', { object: metaName(info.id), offset: 0 });
    }
    const sst = new Sst(info, address);
    this.#byTop.set(address, sst);
    return sst;
  }

  get openCount(): number {
    return this.#byTop.size;
  }

  /** Object name of the SST whose top index is at `top`. */
  nameOf(top: number): string {
    return this.#byTop.get(top)?.dataName ?? `unknown(${top})`;
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
    return this.#readers.readInto(sst.dataName, sst.info.dataBytes, this.#parts.heap.bytes.subarray(address, address + length), offset);
  }

  /** Bytes of an SST's .meta object, straight to an address. */
  readMeta(sst: Sst, offset: number, length: number, address: number): MaybePromise<void> {
    return this.#readers.readInto(sst.metaName, sst.info.metaBytes, this.#parts.heap.bytes.subarray(address, address + length), offset);
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
    const { heap, cache, kernels } = this.#parts;
    const payload = cache.take(place.length);
    const bytes = heap.bytes.subarray(payload, payload + place.length);
    const read = (): MaybePromise<void> => this.#readers.readInto(sst.metaName, sst.info.metaBytes, bytes, place.offset);
    return this.#guard(payload, read, () => {
      const { term, counter } = sst.info.id;
      if (kernels.partitionCheck(payload, place.length, term, counter, place.offset - sst.info.headBytes) === 0) {
        throw new StorageError('CORRUPTION', 'partition of an SST is damaged', { object: sst.metaName, offset: place.offset });
      }
      cache.bind(payload, place.slot, 'partition');
      cache.keep(payload);
      this.stats.partitionLoads++;
      this.stats.loadedBytes += place.length;
    });
  }

  /** The partition that owns the slot is pinned meanwhile, or it might be evicted to make room for its own block. */
  #loadBlock(sst: Sst, partition: number, place: PartitionPlace): MaybePromise<void> {
    const { heap } = this.#parts;
    const { u32 } = heap;
    u32[(partition + FRAME_PINS) >>> 2]! += 1;
    const shared = this.#parts.store.sync !== undefined && place.length <= READ_BUFFER_BYTES;
    let buffer = 0;
    const done = (): void => {
      u32[(partition + FRAME_PINS) >>> 2]! -= 1;
      if (!shared && buffer !== 0) heap.release(buffer);
    };
    try {
      buffer = shared ? this.#readBuffer : heap.allocate(place.length, 'a block that is read');
      const reading = this.readData(sst, place.offset, place.length, buffer);
      if (isPromise(reading)) return reading.then(() => this.#installBlock(sst, place, buffer)).finally(done);
      this.#installBlock(sst, place, buffer);
    } catch (error) {
      done();
      throw error;
    }
    done();
    return undefined;
  }

  #installBlock(sst: Sst, place: PartitionPlace, buffer: number): void {
    const { cache, kernels } = this.#parts;
    const { term, counter } = sst.info.id;
    const payloadBytes = kernels.blockPayloadLength(buffer, place.length);
    const damaged = (): StorageError =>
      new StorageError('CORRUPTION', 'block of an SST is damaged', { object: sst.dataName, offset: place.offset });
    if (payloadBytes <= 0 || payloadBytes > sst.info.longestBlock) throw damaged();
    const payload = cache.take(payloadBytes);
    if (kernels.blockLoad(buffer, place.length, term, counter, place.offset, payload, payloadBytes) !== payloadBytes) {
      cache.free(payload);
      throw damaged();
    }
    cache.bind(payload, place.slot, 'block');
    this.stats.blockLoads++;
    this.stats.loadedBytes += place.length;
  }

  /** Gives a taken payload back when reading or checking it fails. */
  #guard(payload: number, read: () => MaybePromise<void>, next: () => void): MaybePromise<void> {
    const giveBack = (error: unknown): never => {
      this.#parts.cache.free(payload);
      throw error;
    };
    try {
      const reading = read();
      if (isPromise(reading)) return reading.then(next).catch(giveBack);
      return next();
    } catch (error) {
      return giveBack(error);
    }
  }
}
