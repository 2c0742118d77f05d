// For tests: a memtable beside a model of it. Every insert is checked against the room that was asked for.

import { ByteWriter } from './byte-writer-test-kit.ts';
import { GuardedMemory } from './guarded-memory-test-kit.ts';
import {
  BATCH_CLIENT_BYTES,
  BATCH_FLAG_CLIENT,
  BATCH_HEADER_BYTES,
  FLAG_EXPIRY,
  FLAG_EXTENSION,
  KIND_PUT,
  MAX_STORED_KEY,
  MEMTABLE_FLOOR,
  MEMTABLE_HEADER_BYTES,
  MEMTABLE_TAIL,
  RECORD_HEADER_BYTES,
} from './layout.ts';
import { readTree } from './memtable-tree-test-kit.ts';
import type { TreeEntry } from './memtable-tree-test-kit.ts';
import type { ReferenceEntry } from './reference-entry-test-kit.ts';

/** An entry to be inserted. What is left out is empty; a put when no kind is named. */
export type BatchEntry = Pick<ReferenceEntry, 'key'> & Partial<Omit<ReferenceEntry, 'key' | 'epoch'>>;

/** An entry as the memtable should hold it. */
export interface ModelEntry extends TreeEntry {
  readonly valueLength: number;
}

const PAGE_BYTES = 65_536;

/** A memtable in a guarded memory, and the entries that it should hold. */
export class TestMemtable {
  readonly guarded: GuardedMemory;
  readonly address: number;
  readonly #model = new Map<string, ModelEntry>();

  /** A region of `bytes` bytes. Keys that are looked up lie where the memory ends. */
  constructor(bytes: number) {
    this.guarded = new GuardedMemory(Math.ceil((bytes + MAX_STORED_KEY) / PAGE_BYTES) + 3);
    this.guarded.takeAtEnd(MAX_STORED_KEY);
    this.address = this.guarded.take(bytes);
    this.guarded.memory.kernels.memtableInit(this.address, bytes);
  }

  /** Inserts one batch, at the place where the engine would put it. Throws when the tree takes more room than was promised. */
  insert(epoch: bigint, entries: readonly BatchEntry[], hasClient = false): void {
    const { kernels } = this.guarded.memory;
    const { bytes, offsets } = encodeBatch(epoch, entries, hasClient);
    const batch = Math.ceil(this.field(MEMTABLE_TAIL) / 8) * 8 + RECORD_HEADER_BYTES;
    const floor = this.field(MEMTABLE_FLOOR);
    const room = kernels.memtableRoom(this.address, entries.length);
    if (batch + bytes.length + room > floor) throw new Error("the test's region is too small");
    this.write(batch, bytes);
    const inserted = kernels.memtableInsert(this.address, batch, bytes.length);
    if (inserted !== entries.length) throw new Error(`the batch was refused result=${inserted}`);
    const taken = floor - this.field(MEMTABLE_FLOOR);
    if (taken > room) throw new Error(`the tree took more room than was promised taken=${taken} room=${room}`);
    for (const [index, { key, value }] of entries.entries()) {
      this.#model.set(`${epoch} ${key.join()}`, { address: batch + offsets[index], key, epoch, valueLength: value?.length ?? 0 });
    }
  }

  /** Puts a record's payload at the tail. */
  write(batch: number, bytes: Uint8Array): void {
    this.guarded.memory.put(batch, bytes);
    this.guarded.memory.view.setUint32(this.address + MEMTABLE_TAIL, batch + bytes.length, true);
  }

  /** Address of the newest entry of the key that the epoch sees, or 0. */
  get(key: Uint8Array, epoch: bigint): number {
    const { kernels } = this.guarded.memory;
    return kernels.memtableGet(this.address, this.placeKey(key), key.length, ...halves(epoch));
  }

  /** Address of a copy of the key behind which the memory ends. */
  placeKey(key: Uint8Array): number {
    return this.guarded.memory.putAtEnd(key);
  }

  /** Entries of the tree in order, after a check of its structure. */
  tree(): TreeEntry[] {
    return readTree(this.guarded.memory, this.address);
  }

  /** What the tree should hold, in no order. */
  get model(): ModelEntry[] {
    return [...this.#model.values()];
  }

  /** A u32 field of the region's header. */
  field(offset: number): number {
    return this.guarded.memory.view.getUint32(this.address + offset, true);
  }

  /** A u64 field of the region's header. */
  longField(offset: number): bigint {
    return this.guarded.memory.view.getBigUint64(this.address + offset, true);
  }
}

/** Bytes of a region that `entries` entries of so many bytes each fit into, in whatever batches. */
export function regionBytes(entries: number, entryBytes: number): number {
  return 65_536 + MEMTABLE_HEADER_BYTES + entries * (entryBytes + BATCH_HEADER_BYTES + BATCH_CLIENT_BYTES + RECORD_HEADER_BYTES + 8 + 30);
}

/** The payload of a batch record, and where its entries begin in it. */
export function encodeBatch(epoch: bigint, entries: readonly BatchEntry[], hasClient = false) {
  const batch = new ByteWriter();
  batch.u64(epoch);
  batch.u64(1_700_000_000_000n);
  batch.u32(1);
  batch.u32(0);
  batch.u32(entries.length);
  batch.u32(hasClient ? BATCH_FLAG_CLIENT : 0);
  if (hasClient) batch.bytes(new Uint8Array(BATCH_CLIENT_BYTES).fill(0xee));
  const offsets = entries.map((entry) => writeEntry(batch, entry));
  return { bytes: batch.finish(), offsets };
}

/** Writes an entry; returns its offset. */
function writeEntry(batch: ByteWriter, { key, value = new Uint8Array(0), kind = KIND_PUT, expiry, extension }: BatchEntry): number {
  const offset = batch.length;
  batch.u32(value.length);
  batch.u32(key.length + kind * 2 ** 20 + ((expiry ? FLAG_EXPIRY : 0) | (extension ? FLAG_EXTENSION : 0)) * 2 ** 24);
  batch.u32(offset);
  if (expiry) batch.u64(expiry);
  if (extension) {
    batch.u32(extension.length);
    batch.bytes(extension);
  }
  batch.bytes(key);
  batch.bytes(value);
  batch.align(4);
  return offset;
}

/** A u64 as the kernels take it. */
function halves(value: bigint): [low: number, high: number] {
  return [Number(value & 0xffffffffn), Number(value >> 32n)];
}
