// One SST, read piece by piece: the head of its .meta, then partitions and blocks as they are asked for.

import {
  CODEC_LZ4,
  TOP_COUNT,
  TOP_DATA_LENGTH,
  TOP_ENTRY_BYTES,
  TOP_HEADER_BYTES,
  TOP_LONGEST_BLOCK,
  TOP_LONGEST_KEY,
  TOP_META_LENGTH,
  TOP_META_OFFSET,
  TRAILER_BYTES,
  TRAILER_CODEC,
} from '@varve/wasm-kernels';
import { StorageError } from '../base/errors.ts';
import { metaName, parseSstName, SST_PREFIX, sstName, type ObjectId } from '../format/object-names.ts';
import { decodeHead } from '../sst/meta-format.ts';
import { metaChecksum, seedOf } from '../sst/seeds.ts';
import type { ObjectReader, ObjectStore } from '../store/object-store.ts';
import { readBlock } from './block.ts';
import type { InspectedEntry } from './entry.ts';
import { kernelRoom, type KernelRoom } from '../heap/kernel-room.ts';
import { naming } from './naming.ts';
import { filterLines, readBlockPlaces, type BlockPlace } from './partition.ts';

/** An SST that the store holds, whether a version names it or not. */
export interface StoredSst {
  readonly id: ObjectId;
  readonly dataBytes: number;
  readonly metaBytes: number;
}

/** A partition and its blocks. */
export interface InspectedPartition {
  /** In the .meta. */
  readonly offset: number;
  readonly length: number;
  readonly filterBytes: number;
  readonly blocks: readonly BlockPlace[];
}

/** A block and what it holds. */
export interface InspectedBlock {
  readonly offset: number;
  /** Stored bytes with the trailer, and bytes after decompression. */
  readonly storedBytes: number;
  readonly payloadBytes: number;
  readonly compression: 'lz4' | 'none';
  readonly entries: readonly InspectedEntry[];
}

const HEAD_LENGTH_AT = 8;
const HEAD_START_BYTES = 16;
const FILTER_LINE_BYTES = 64;

/** SSTs of which both objects are there, in the order of their ids. */
export async function listSsts(store: ObjectStore): Promise<StoredSst[]> {
  const sizes = new Map((await store.list(SST_PREFIX)).map(({ name, size }) => [name, size]));
  const found: StoredSst[] = [];
  for (const [name, dataBytes] of sizes) {
    const id = parseSstName(name);
    const metaBytes = id === undefined ? undefined : sizes.get(metaName(id));
    if (id !== undefined && metaBytes !== undefined && name === sstName(id)) found.push({ id, dataBytes, metaBytes });
  }
  return found;
}

/** Opens an SST of the database with this identity (of its manifest) to look at it. Close it. */
export async function inspectSst(store: ObjectStore, stored: StoredSst, database: string): Promise<InspectedSst> {
  const seed = seedOf(database, stored.id);
  const meta = await store.openObject(metaName(stored.id), stored.metaBytes);
  try {
    const data = await store.openObject(sstName(stored.id), stored.dataBytes);
    try {
      const head = await readHead(meta, stored, seed);
      return naming(metaName(stored.id), 0, () => new InspectedSst(stored, seed, head, { meta, data }));
    } catch (error) {
      await data.close();
      throw error;
    }
  } catch (error) {
    await meta.close();
    throw error;
  }
}

interface Head {
  readonly headBytes: number;
  readonly properties: unknown;
  readonly top: DataView;
}

async function readHead(meta: ObjectReader, { id, metaBytes }: StoredSst, seed: ObjectId): Promise<Head> {
  const object = metaName(id);
  const start = new Uint8Array(Math.min(HEAD_START_BYTES, metaBytes));
  await meta.readInto(start, 0);
  const headBytes = start.length < HEAD_START_BYTES ? 0 : new DataView(start.buffer).getUint32(HEAD_LENGTH_AT, true);
  if (headBytes < HEAD_START_BYTES || headBytes > metaBytes) {
    throw new StorageError('CORRUPTION', `SST head is damaged: it claims to have bytes=${headBytes}`, { object, offset: HEAD_LENGTH_AT });
  }
  const head = new Uint8Array(headBytes);
  await meta.readInto(head, 0);
  const { heap, kernels } = kernelRoom(headBytes * 2);
  const { properties, top } = decodeHead(head, metaBytes, object, metaChecksum(heap, kernels, seed));
  const at = heap.allocate(top.length, 'a top index');
  heap.bytes.set(top, at);
  if (kernels.topCheck(at, top.length) !== 1) throw new StorageError('CORRUPTION', 'top index of an SST is damaged', { object });
  return {
    headBytes,
    properties: naming(object, 0, () => JSON.parse(new TextDecoder().decode(properties)) as unknown),
    top: new DataView(top.buffer, top.byteOffset, top.length),
  };
}

/** An SST that is being looked at. */
export class InspectedSst {
  readonly id: ObjectId;
  readonly dataBytes: number;
  readonly metaBytes: number;
  readonly headBytes: number;
  /** The JSON that its writer left. */
  readonly properties: unknown;
  readonly longestKey: number;
  readonly longestBlock: number;
  readonly partitionCount: number;
  readonly #seed: ObjectId;
  readonly #top: DataView;
  readonly #readers: { readonly meta: ObjectReader; readonly data: ObjectReader };
  /** One for the whole life: a WebAssembly memory of its own for every block would use up the address space. */
  readonly #room: KernelRoom;

  /** @internal Made by `inspectSst`. */
  constructor(stored: StoredSst, seed: ObjectId, head: Head, readers: { readonly meta: ObjectReader; readonly data: ObjectReader }) {
    this.id = stored.id;
    this.#seed = seed;
    this.dataBytes = stored.dataBytes;
    this.metaBytes = stored.metaBytes;
    this.headBytes = head.headBytes;
    this.properties = head.properties;
    this.longestKey = head.top.getUint32(TOP_LONGEST_KEY, true);
    this.longestBlock = head.top.getUint32(TOP_LONGEST_BLOCK, true);
    this.partitionCount = head.top.getUint32(TOP_COUNT, true);
    this.#top = head.top;
    this.#readers = readers;
    const longestPartition = Math.max(...Array.from({ length: this.partitionCount }, (_, i) => this.#partitionPlace(i).length));
    this.#room = kernelRoom(Math.max(longestPartition, 2 * this.longestBlock));
    const claimed = head.top.getUint32(TOP_DATA_LENGTH, true);
    if (claimed !== stored.dataBytes) {
      throw new StorageError('CORRUPTION', `SST is not as long as its head says expected=${claimed} found=${stored.dataBytes}`, {
        object: sstName(this.id),
      });
    }
  }

  /** Reads and checks one partition. */
  async partition(index: number): Promise<InspectedPartition> {
    const { heap, kernels } = this.#room;
    const { offset, length } = this.#partitionPlace(index);
    const at = heap.allocate(length, 'a partition');
    try {
      await this.#readers.meta.readInto(heap.bytes.subarray(at, at + length), offset);
      const { term, counter } = this.#seed;
      if (kernels.partitionCheck(at, length, term, counter, offset - this.headBytes) === 0) {
        throw new StorageError('CORRUPTION', 'partition of an SST is damaged', { object: metaName(this.id), offset });
      }
      return { offset, length, filterBytes: filterLines(heap, at) * FILTER_LINE_BYTES, blocks: readBlockPlaces(heap, at) };
    } finally {
      heap.release(at);
    }
  }

  #partitionPlace(index: number): { offset: number; length: number } {
    const entry = TOP_HEADER_BYTES + index * TOP_ENTRY_BYTES;
    return { offset: this.#top.getUint32(entry + TOP_META_OFFSET, true), length: this.#top.getUint32(entry + TOP_META_LENGTH, true) };
  }

  /** Reads and checks one block. */
  async block({ offset, length }: BlockPlace): Promise<InspectedBlock> {
    const { heap } = this.#room;
    if (length > this.longestBlock + TRAILER_BYTES) throw this.#blockDamage(offset);
    const stored = heap.allocate(length, 'a stored block');
    try {
      await this.#readers.data.readInto(heap.bytes.subarray(stored, stored + length), offset);
      const payload = this.#unpack(stored, length, offset);
      const entries = naming(sstName(this.id), offset, () => readBlock(payload));
      const codec = heap.bytes[stored + length - TRAILER_BYTES + TRAILER_CODEC];
      const compression = codec === CODEC_LZ4 ? 'lz4' : 'none';
      return { offset, storedBytes: length, payloadBytes: payload.length, compression, entries };
    } finally {
      heap.release(stored);
    }
  }

  #unpack(stored: number, length: number, offset: number): Uint8Array {
    const { heap, kernels } = this.#room;
    const target = heap.allocate(this.longestBlock, 'a block');
    try {
      const { term, counter } = this.#seed;
      const bytes = kernels.blockLoad(stored, length, term, counter, offset, target, this.longestBlock);
      if (bytes <= 0) throw this.#blockDamage(offset);
      return heap.bytes.slice(target, target + bytes);
    } finally {
      heap.release(target);
    }
  }

  #blockDamage(offset: number): StorageError {
    return new StorageError('CORRUPTION', 'block of an SST is damaged', { object: sstName(this.id), offset });
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await this.#readers.meta.close();
    await this.#readers.data.close();
  }
}
