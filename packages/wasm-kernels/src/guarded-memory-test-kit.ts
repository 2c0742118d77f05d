// For tests: a memory whose buffers have known bytes around them, so that a write outside of one is noticed.

import { createTestMemory } from './memory-test-kit.ts';
import type { MemoryTestKit } from './memory-test-kit.ts';

const GUARD = 0xc3;
const GUARD_BYTES = 64;
const PAGE_BYTES = 65_536;

/** Hands out buffers of a memory one behind the other, at multiples of 64. */
export class GuardedMemory {
  readonly memory: MemoryTestKit;
  #free = PAGE_BYTES;
  readonly #guards: number[] = [];
  #end: number;

  /** `pages` of 64 KiB. */
  constructor(pages: number) {
    this.memory = createTestMemory(pages);
    this.#end = this.memory.bytes.length;
    this.#guard();
  }

  /** Address of a buffer of zeros. */
  take(bytes: number): number {
    const address = this.#free;
    if (address + bytes + 2 * GUARD_BYTES > this.#end) throw new Error(`the test's memory is too small bytes=${bytes}`);
    this.#free += bytes;
    this.#guard();
    return address;
  }

  /** Address of a buffer that ends where the memory ends: reading behind it traps. There is one. */
  takeAtEnd(bytes: number): number {
    this.#end -= bytes;
    return this.#end;
  }

  /** Address of a buffer with these bytes. */
  put(bytes: Uint8Array): number {
    const address = this.take(bytes.length);
    this.memory.put(address, bytes);
    return address;
  }

  /** Where somebody wrote outside of the buffers, or undefined. */
  damage(): number | undefined {
    for (const [start, end] of this.#ranges()) {
      for (let at = start; at < end; at++) {
        if (this.memory.bytes[at] !== GUARD) return at;
      }
    }
    return undefined;
  }

  /** From the end of a buffer up to the start of the next. */
  #guard(): void {
    const end = Math.ceil((this.#free + GUARD_BYTES) / 64) * 64;
    this.memory.bytes.fill(GUARD, this.#free, end);
    this.#guards.push(this.#free, end);
    this.#free = end;
  }

  *#ranges(): Generator<[number, number]> {
    for (let i = 0; i < this.#guards.length; i += 2) yield [this.#guards[i], this.#guards[i + 1]];
  }
}
