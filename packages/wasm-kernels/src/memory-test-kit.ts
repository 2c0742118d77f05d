// For tests: kernels with a memory of their own, and bytes put into and taken out of it.

import { instantiate } from './load.ts';
import type { Kernels } from './kernels.ts';

/** Exports that only tests call, besides the public ones. */
interface TestKernels extends Kernels {
  bloomAdd(filter: number, lines: number, hash: bigint): void;
  /** 1: perhaps added. 0: certainly not. */
  bloomProbe(filter: number, lines: number, hash: bigint): number;
}

/** A memory with kernels, and room to lay bytes out in it. */
export interface MemoryTestKit {
  readonly kernels: TestKernels;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView<ArrayBuffer>;
  /** Copies bytes to an address. */
  put(address: number, bytes: Uint8Array): void;
  /** A copy of a range. */
  take(address: number, length: number): Uint8Array<ArrayBuffer>;
}

/** Kernels on a fresh memory of `pages` pages of 64 KiB. It does not grow, so the views stay valid. */
export function createTestMemory(pages = 64): MemoryTestKit {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const bytes = new Uint8Array(memory.buffer as ArrayBuffer);
  return {
    kernels: instantiate(memory) as TestKernels,
    bytes,
    view: new DataView(bytes.buffer),
    put: (address, source) => bytes.set(source, address),
    take: (address, length) => bytes.slice(address, address + length),
  };
}

/** Random numbers below `limit` from a seed (mulberry32): the same on every machine. */
export function randomNumbers(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000) * limit);
  };
}
