// Linear memory of one open database: one WebAssembly.Memory of a fixed size, and who owns which bytes of it.
// The whole budget is reserved at once: pages that nobody touched cost nothing, and views never detach (asynchronous writes go out
// straight from here). Addresses are multiples of 64; address 0 means "none" and is never handed out.

import { assert, StorageError } from '../base/errors.ts';

const GRAIN = 64;
const PAGE = 65536;

/** Where linear memory of so many pages of 64 KiB comes from. What it holds does not matter. */
export type NewMemory = (pages: number) => WebAssembly.Memory;

const freshMemory: NewMemory = (pages) => new WebAssembly.Memory({ initial: pages, maximum: pages });

export class Heap {
  readonly memory: WebAssembly.Memory;
  readonly bytes: Uint8Array;
  readonly u32: Uint32Array;
  readonly view: DataView;
  /** Free stretches, ascending and never adjacent: start and end alternate. */
  readonly #free: number[];
  readonly #sizes = new Map<number, number>();
  #allocated = 0;

  constructor(budgetBytes: number, newMemory: NewMemory = freshMemory) {
    const pages = Math.ceil(budgetBytes / PAGE);
    this.memory = newMemory(pages);
    this.bytes = new Uint8Array(this.memory.buffer);
    this.u32 = new Uint32Array(this.memory.buffer);
    this.view = new DataView(this.memory.buffer);
    this.#free = [GRAIN, pages * PAGE];
  }

  /** Bytes handed out. */
  get allocatedBytes(): number {
    return this.#allocated;
  }

  /** Size of the largest stretch that `allocate` can still give. */
  get largestFreeBytes(): number {
    let largest = 0;
    for (let i = 0; i < this.#free.length; i += 2) largest = Math.max(largest, this.#free[i + 1]! - this.#free[i]!);
    return largest;
  }

  /** Address of `byteLength` bytes (first fit, contents undefined), or 0 when no stretch is large enough. */
  tryAllocate(byteLength: number): number {
    const size = Math.max(GRAIN, Math.ceil(byteLength / GRAIN) * GRAIN);
    for (let i = 0; i < this.#free.length; i += 2) {
      const start = this.#free[i]!;
      if (this.#free[i + 1]! - start < size) continue;
      if (this.#free[i + 1]! - start === size) this.#free.splice(i, 2);
      else this.#free[i] = start + size;
      this.#sizes.set(start, size);
      this.#allocated += size;
      return start;
    }
    return 0;
  }

  /** The same, but throws when there is no room: what for is named in the message. */
  allocate(byteLength: number, purpose: string): number {
    const address = this.tryAllocate(byteLength);
    if (address !== 0) return address;
    throw new StorageError(
      'UNAVAILABLE',
      `no room in linear memory for ${purpose}: open the database with a larger memoryBudgetBytes bytes=${byteLength} largestFree=${this.largestFreeBytes}`,
    );
  }

  /** Takes back what `allocate` gave. */
  release(address: number): void {
    const size = this.#sizes.get(address);
    assert(size !== undefined, `release of an address that was not allocated address=${address}`);
    this.#sizes.delete(address);
    this.#allocated -= size;
    this.#insertFree(address, address + size);
  }

  /** Takes the end of what `allocate` gave back: `byteLength` bytes stay. */
  trim(address: number, byteLength: number): void {
    const size = this.#sizes.get(address);
    const kept = Math.ceil(byteLength / GRAIN) * GRAIN;
    assert(size !== undefined && kept > 0 && kept <= size, `trim of what was not allocated address=${address} bytes=${byteLength}`);
    if (kept === size) return;
    this.#sizes.set(address, kept);
    this.#allocated -= size - kept;
    this.#insertFree(address + kept, address + size);
  }

  #insertFree(start: number, end: number): void {
    const free = this.#free;
    let i = 0;
    while (i < free.length && free[i]! < start) i += 2;
    const joinsLeft = i > 0 && free[i - 1] === start;
    const joinsRight = i < free.length && free[i] === end;
    if (joinsLeft && joinsRight) free.splice(i - 1, 2);
    else if (joinsLeft) free[i - 1] = end;
    else if (joinsRight) free[i] = start;
    else free.splice(i, 0, start, end);
  }
}
