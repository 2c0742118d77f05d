// For tests: a cache of few frames that holds partitions and blocks, and evicts them at random as far as pins allow. What lies in the first frame
// ends where the memory ends: reading behind it traps.

import type { GuardedMemory } from './guarded-memory-test-kit.ts';
import { FRAME_HEADER_BYTES, FRAME_LENGTH, FRAME_PINS, FRAME_SLOT, FRAME_TOUCHED } from './layout.ts';
import type { RandomNumbers } from './memory-test-kit.ts';

interface Frame {
  address: number;
  /** Address of the residency word that leads here, 0 when the frame is free. */
  slot: number;
}

const GARBAGE = 0xee;

/** Frames of one size. */
export class Frames {
  readonly #guarded: GuardedMemory;
  /** Bytes that a frame holds. */
  readonly capacity: number;
  readonly #frames: Frame[];
  readonly #random: RandomNumbers;

  constructor(guarded: GuardedMemory, count: number, capacity: number, random: RandomNumbers) {
    this.#guarded = guarded;
    this.capacity = capacity;
    this.#random = random;
    const bytes = FRAME_HEADER_BYTES + capacity;
    const starts = Array.from({ length: count }, (_, index) => (index ? guarded.take(bytes) : guarded.takeAtEnd(bytes)));
    this.#frames = starts.map((start) => ({ address: start + FRAME_HEADER_BYTES, slot: 0 }));
  }

  /**
   * Fills a frame: `fill` puts `length` bytes at an address. The residency word at `slot` leads there from then on; if it lies in a frame itself,
   * that frame stays.
   */
  load(slot: number, length: number, fill: (address: number) => void): void {
    const free = this.#frames.filter((candidate) => candidate.slot === 0);
    const frame = free.length ? free[this.#random(free.length)] : this.#evictOne(slot);
    const { view, bytes } = this.#guarded.memory;
    if (frame === this.#frames[0]) frame.address = bytes.length - length;
    fill(frame.address);
    frame.slot = slot;
    view.setUint32(frame.address + FRAME_PINS, 0, true);
    view.setUint32(frame.address + FRAME_SLOT, slot, true);
    view.setUint32(frame.address + FRAME_LENGTH, length, true);
    view.setUint32(frame.address + FRAME_TOUCHED, 0, true);
    view.setUint32(slot, frame.address, true);
  }

  /** Evicts every frame that is neither pinned nor holds the residency word at `slot`, with this chance in a hundred. */
  evictSome(percent: number, slot = 0): void {
    for (const frame of this.#frames) {
      if (frame.slot && this.#random(100) < percent && this.#isEvictable(frame, slot)) this.#evict(frame);
    }
  }

  /** All pins of all frames. */
  pins(): number {
    const { view } = this.#guarded.memory;
    return this.#frames.reduce((sum, frame) => sum + (frame.slot ? view.getInt32(frame.address + FRAME_PINS, true) : 0), 0);
  }

  /** True when the partition that leads to a pinned block is pinned as well, for every one. */
  partitionsArePinned(): boolean {
    const isPinned = (frame: Frame) => this.#guarded.memory.view.getInt32(frame.address + FRAME_PINS, true) > 0;
    const blocks = this.#frames.filter((block) => block.slot && isPinned(block));
    return blocks.every((block) => this.#frames.every((frame) => frame === block || !this.#holds(frame, block.slot) || isPinned(frame)));
  }

  /** Frames in use that a kernel has not marked since they were loaded. */
  untouched(): number {
    const { view } = this.#guarded.memory;
    return this.#frames.filter((frame) => frame.slot && view.getUint32(frame.address + FRAME_TOUCHED, true) !== 1).length;
  }

  #evictOne(protectedSlot: number): Frame {
    const start = this.#random(this.#frames.length);
    for (let step = 0; step < this.#frames.length; step++) {
      const frame = this.#frames[(start + step) % this.#frames.length];
      if (!this.#isEvictable(frame, protectedSlot)) continue;
      this.#evict(frame);
      return frame;
    }
    throw new Error('every frame is pinned');
  }

  /** Not pinned, nor is any block whose residency word lies in the frame, nor does the protected word. */
  #isEvictable(frame: Frame, protectedSlot: number): boolean {
    if (this.#guarded.memory.view.getInt32(frame.address + FRAME_PINS, true) !== 0 || this.#holds(frame, protectedSlot)) return false;
    return this.#blocksIn(frame).every((block) => this.#isEvictable(block, protectedSlot));
  }

  #evict(frame: Frame): void {
    for (const block of this.#blocksIn(frame)) this.#evict(block);
    const { view, bytes } = this.#guarded.memory;
    view.setUint32(frame.slot, 0, true);
    bytes.fill(GARBAGE, frame.address, Math.min(frame.address + this.capacity, bytes.length));
    frame.slot = 0;
  }

  #blocksIn(frame: Frame): Frame[] {
    return this.#frames.filter((block) => block !== frame && block.slot && this.#holds(frame, block.slot));
  }

  #holds(frame: Frame, address: number): boolean {
    return address >= frame.address && address < frame.address + this.capacity;
  }
}
