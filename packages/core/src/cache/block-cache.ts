// Resident blocks and partitions in linear memory: fixed frames, CLOCK eviction, and larger blocks in heap stretches of their own.
// There is no hash map: the residency word of a block (in its partition) or of a partition (in its top index) holds the payload's
// address, so a hit is one load in the kernel. A frame knows that word and clears it when it is evicted.
//
//   frame: 64-byte header (FRAME_* of the kernels' layout), then the payload at a multiple of 64
//
// Evicting a partition first evicts its blocks, because their residency words live in it. Frames with pins are never evicted.
// Freed frames are reused last-in first-out: their pages are warm.

import {
  FRAME_HEADER_BYTES,
  FRAME_LENGTH,
  FRAME_PINS,
  FRAME_SLOT,
  FRAME_TOUCHED,
  PARTITION_COUNT,
  PARTITION_HEADER_BYTES,
  SLOT_BYTES,
  SLOT_RESIDENCY,
} from '@varve/wasm-kernels';
import { StorageError } from '../base/errors.ts';
import type { Heap } from '../heap/heap.ts';

/** What a frame holds. */
export type FrameKind = 'block' | 'partition';

const FREE = 0;
const BLOCK = 1;
const PARTITION = 2;
/** Taken for a block that is being built or read: not bound to a residency word yet. */
const TAKEN = 3;
/** The hand looks at partitions once in so many turns. */
const PARTITION_TURNS = 16;

export class BlockCache {
  readonly #heap: Heap;
  readonly #base: number;
  readonly #stride: number;
  readonly #capacity: number;
  readonly #kinds: Uint8Array;
  readonly #freed: number[] = [];
  /** Payload addresses of blocks too large for a frame, oldest first, with their kinds. */
  readonly #large = new Map<number, number>();
  readonly #largeLimitBytes: number;
  #largeBytes = 0;
  #touchedFrames = 0;
  #hand = 0;
  #turn = 0;
  /** Frames that are taken and not bound yet. */
  #taken = 0;
  /** Evictions since the cache was made. */
  evictions = 0;

  constructor(heap: Heap, framePayloadBytes: number, capacityBytes: number, largeLimitBytes: number) {
    this.#heap = heap;
    this.#stride = FRAME_HEADER_BYTES + Math.ceil(framePayloadBytes / 64) * 64;
    this.#capacity = Math.max(16, Math.floor(capacityBytes / this.#stride));
    this.#base = heap.allocate(this.#capacity * this.#stride, 'the block cache');
    this.#kinds = new Uint8Array(this.#capacity);
    this.#largeLimitBytes = largeLimitBytes;
  }

  get framePayloadBytes(): number {
    return this.#stride - FRAME_HEADER_BYTES;
  }

  get capacityFrames(): number {
    return this.#capacity;
  }

  /** Frames in use. */
  get usedFrames(): number {
    return this.#touchedFrames - this.#freed.length;
  }

  /** Address of a payload of `length` bytes that belongs to the caller until `bind` or `free`. */
  take(length: number): number {
    const payload = length <= this.framePayloadBytes ? this.#takeFrame() : this.#takeLarge(length);
    const { u32 } = this.#heap;
    u32[(payload + FRAME_PINS) >>> 2] = 0;
    u32[(payload + FRAME_SLOT) >>> 2] = 0;
    u32[(payload + FRAME_LENGTH) >>> 2] = length;
    u32[(payload + FRAME_TOUCHED) >>> 2] = 1;
    return payload;
  }

  /** Makes a taken payload resident: `slot` is the address of the residency word. */
  bind(payload: number, slot: number, kind: FrameKind): void {
    const { u32 } = this.#heap;
    u32[(payload + FRAME_SLOT) >>> 2] = slot;
    u32[slot >>> 2] = payload;
    this.#setKind(payload, kind === 'block' ? BLOCK : PARTITION);
  }

  /** Gives back a payload that was taken and never bound. */
  free(payload: number): void {
    this.#setKind(payload, FREE);
    if (this.#isFrame(payload)) this.#freed.push(payload);
    else this.#releaseLarge(payload);
  }

  /** Forgets a resident payload, and with a partition its blocks. The SST is gone: nobody pins them any more. */
  drop(payload: number): void {
    if (this.#kindOf(payload) === PARTITION) this.#forEachBlock(payload, (block) => this.#evict(block));
    this.#evict(payload);
  }

  /**
   * Frames that may be filled ahead without evicting anything. Half stays free for what readers miss: the first touch of a frame costs the system more
   * than the copy saves, unless it is read soon. No more than a quarter is ever on its way: a long merge must not take all frames out of CLOCK's reach.
   */
  takeFree(limit: number, out: number[]): void {
    const free = (this.#capacity >>> 1) - this.usedFrames;
    const allowed = (this.#capacity >>> 2) - this.#taken;
    for (let i = Math.min(limit, free, allowed); i > 0; i--) out.push(this.take(this.framePayloadBytes));
  }

  /** There are frames for what may turn out not to be needed: most are not on their way to somebody. */
  get takesAhead(): boolean {
    return this.#taken < this.#capacity >>> 2;
  }

  #takeFrame(): number {
    const freed = this.#freed.pop();
    if (freed !== undefined) {
      this.#setKind(freed, TAKEN);
      return freed;
    }
    if (this.#touchedFrames < this.#capacity) {
      const payload = this.#payloadOf(this.#touchedFrames++);
      this.#setKind(payload, TAKEN);
      return payload;
    }
    return this.#takeByClock();
  }

  /**
   * Two turns of the hand: the first clears the touched marks, the second finds what was not touched since. Partitions are passed over in most turns: one
   * leads to a hundred blocks, so where few of these are read twice, a frame of it saves more reads than a frame of theirs.
   */
  #takeByClock(): number {
    const { u32 } = this.#heap;
    for (let steps = this.#capacity * 3 * PARTITION_TURNS; steps > 0; steps--) {
      const frame = this.#hand;
      this.#hand = frame + 1 === this.#capacity ? 0 : frame + 1;
      if (this.#hand === 0) this.#turn = (this.#turn + 1) % PARTITION_TURNS;
      const kind = this.#kinds[frame];
      if (kind === TAKEN || kind === FREE || (kind === PARTITION && this.#turn !== 0)) continue;
      const payload = this.#payloadOf(frame);
      if (u32[(payload + FRAME_PINS) >>> 2] !== 0) continue;
      if (u32[(payload + FRAME_TOUCHED) >>> 2] !== 0) {
        u32[(payload + FRAME_TOUCHED) >>> 2] = 0;
        continue;
      }
      if (kind === PARTITION && !this.#evictBlocksOf(payload)) continue;
      this.#evict(payload);
      this.#freed.pop();
      this.#setKind(payload, TAKEN);
      return payload;
    }
    throw new StorageError('UNAVAILABLE', 'every frame of the block cache is in use: open the database with a larger memoryBudgetBytes');
  }

  /** False when a block of the partition is in use. */
  #evictBlocksOf(partition: number): boolean {
    const { u32 } = this.#heap;
    let pinned = false;
    this.#forEachBlock(partition, (block) => {
      pinned ||= u32[(block + FRAME_PINS) >>> 2] !== 0;
    });
    if (!pinned) this.#forEachBlock(partition, (block) => this.#evict(block));
    return !pinned;
  }

  #forEachBlock(partition: number, visit: (block: number) => void): void {
    const { u32 } = this.#heap;
    const count = u32[(partition + PARTITION_COUNT) >>> 2]!;
    let slot = partition + PARTITION_HEADER_BYTES + count * 8 + SLOT_RESIDENCY;
    for (let i = 0; i < count; i++, slot += SLOT_BYTES) {
      const block = u32[slot >>> 2]!;
      if (block !== 0) visit(block);
    }
  }

  #evict(payload: number): void {
    const { u32 } = this.#heap;
    u32[u32[(payload + FRAME_SLOT) >>> 2]! >>> 2] = 0;
    this.evictions++;
    this.free(payload);
  }

  /** Gives the memory of blocks that are larger than a frame back to the heap. False: there was nothing to give. */
  evictLarge(): boolean {
    const before = this.#largeBytes;
    while (this.#evictOldestLarge());
    return this.#largeBytes < before;
  }

  #takeLarge(length: number): number {
    while (this.#largeBytes + length > this.#largeLimitBytes && this.#evictOldestLarge());
    for (;;) {
      const address = this.#heap.tryAllocate(length + FRAME_HEADER_BYTES);
      if (address !== 0) {
        const payload = address + FRAME_HEADER_BYTES;
        this.#large.set(payload, TAKEN);
        this.#largeBytes += length;
        return payload;
      }
      if (!this.#evictOldestLarge()) this.#heap.allocate(length + FRAME_HEADER_BYTES, 'a block of a large value');
    }
  }

  #evictOldestLarge(): boolean {
    for (const [payload, kind] of this.#large) {
      if (kind === TAKEN || this.#heap.u32[(payload + FRAME_PINS) >>> 2] !== 0) continue;
      if (kind === PARTITION && !this.#evictBlocksOf(payload)) continue;
      this.#evict(payload);
      return true;
    }
    return false;
  }

  #releaseLarge(payload: number): void {
    this.#largeBytes -= this.#heap.u32[(payload + FRAME_LENGTH) >>> 2]!;
    this.#large.delete(payload);
    this.#heap.release(payload - FRAME_HEADER_BYTES);
  }

  #payloadOf(frame: number): number {
    return this.#base + frame * this.#stride + FRAME_HEADER_BYTES;
  }

  #isFrame(payload: number): boolean {
    return payload >= this.#base && payload < this.#base + this.#capacity * this.#stride;
  }

  #kindOf(payload: number): number {
    return this.#isFrame(payload) ? this.#kinds[(payload - this.#base - FRAME_HEADER_BYTES) / this.#stride]! : this.#large.get(payload)!;
  }

  #setKind(payload: number, kind: number): void {
    if (!this.#isFrame(payload)) {
      this.#large.set(payload, kind);
      return;
    }
    const frame = (payload - this.#base - FRAME_HEADER_BYTES) / this.#stride;
    this.#taken += Number(kind === TAKEN) - Number(this.#kinds[frame] === TAKEN);
    this.#kinds[frame] = kind;
  }
}
