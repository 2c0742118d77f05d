// Linear memory with kernels, handed out front to back and never taken back: enough for one measurement.

import { instantiate, type Kernels } from '@varve/wasm-kernels';

const PAGE = 65536;
const GRAIN = 64;

export class Arena {
  readonly kernels: Kernels;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly u32: Uint32Array<ArrayBuffer>;
  readonly view: DataView<ArrayBuffer>;
  #next = GRAIN; // address 0 means none

  constructor(megabytes: number) {
    const memory = new WebAssembly.Memory({ initial: (megabytes * 2 ** 20) / PAGE, maximum: (megabytes * 2 ** 20) / PAGE });
    this.kernels = instantiate(memory);
    this.bytes = new Uint8Array(memory.buffer as ArrayBuffer);
    this.u32 = new Uint32Array(memory.buffer as ArrayBuffer);
    this.view = new DataView(memory.buffer as ArrayBuffer);
    this.bytes.fill(1).fill(0); // the first touch of a page is dear (7 us), and not what is measured
  }

  /** Address of `bytes` bytes, a multiple of 64. */
  take(bytes: number): number {
    const address = this.#next;
    this.#next = Math.ceil((address + bytes) / GRAIN) * GRAIN;
    if (this.#next > this.bytes.length) throw new RangeError('the arena is too small for this measurement');
    return address;
  }

  set(address: number, value: number): void {
    this.u32[address >>> 2] = value;
  }

  get(address: number): number {
    return this.u32[address >>> 2];
  }
}
