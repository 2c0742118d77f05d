// For tests: kernels with a memory of their own, and bytes put into and taken out of it.

import { instantiate } from './load.ts';
import type { Kernels } from './kernels.ts';

/** Exports that only tests call, besides the public ones: primitives of assembly/bytes.ts and assembly/bloom.ts, cursors of memtable-seek.ts. */
interface TestKernels extends Kernels {
  bloomAdd(filter: number, lines: number, hash: bigint): void;
  /** 1: perhaps added. 0: certainly not. */
  bloomProbe(filter: number, lines: number, hash: bigint): number;
  compareBytes(a: number, aLength: number, b: number, bLength: number): number;
  commonPrefix(a: number, b: number, limit: number): number;
  copyBytes(target: number, source: number, length: number): void;
  loadWindow(address: number, length: number): bigint;
  varintBytes(value: bigint): number;
  writeVarint(at: number, value: bigint): number;
  /** Address behind the varint in the upper half, its value in the lower; 0 when there is none. */
  readVarint32(at: number, limit: number): bigint;
  readVarint64(at: number, limit: number): bigint;
  /** Address behind what readVarint64 read, 0 when there was none. */
  readonly varint64Next: WebAssembly.Global<'i32'>;
  memtableFirst(memtable: number, cursor: number): void;
  memtableLast(memtable: number, cursor: number): void;
  memtableNext(cursor: number): void;
  memtablePrevious(cursor: number): void;
  memtableSeekGe(memtable: number, key: number, keyLength: number, epoch: bigint, cursor: number): void;
  memtableSeekLt(memtable: number, key: number, keyLength: number, epoch: bigint, cursor: number): void;
}

/** A memory with kernels, and room to lay bytes out in it. */
export interface MemoryTestKit {
  readonly kernels: TestKernels;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView<ArrayBuffer>;
  /** Copies bytes to an address. */
  put(address: number, bytes: Uint8Array): void;
  /** Copies bytes to the very end of the memory, where a read too far traps; returns their address. */
  putAtEnd(bytes: Uint8Array): number;
  /** A copy of a range. */
  take(address: number, length: number): Uint8Array<ArrayBuffer>;
}

/** Kernels on a fresh memory of `pages` pages of 64 KiB. It does not grow, so the views stay valid. */
export function createTestMemory(pages = 64): MemoryTestKit {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const bytes = new Uint8Array(memory.buffer as ArrayBuffer);
  const put = (address: number, source: Uint8Array) => bytes.set(source, address);
  return {
    kernels: instantiate(memory) as TestKernels,
    bytes,
    view: new DataView(bytes.buffer),
    put,
    putAtEnd: (source) => {
      put(bytes.length - source.length, source);
      return bytes.length - source.length;
    },
    take: (address, length) => bytes.slice(address, address + length),
  };
}

/** Random numbers below `limit` from a seed (mulberry32): the same on every machine. */
export type RandomNumbers = (limit: number) => number;

export function randomNumbers(seed: number): RandomNumbers {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000) * limit);
  };
}

/** `length` random bytes below `limit`. */
export function randomBytes(random: RandomNumbers, length: number, limit = 256): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, () => random(limit));
}
