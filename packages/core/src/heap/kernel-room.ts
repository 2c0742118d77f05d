// Linear memory with kernels on it, as large as the object that is looked at needs, and dropped with it.

import { instantiate, type Kernels } from '@varve/wasm-kernels';
import { Heap } from './heap.ts';

/** What allocations lose to rounding, and small buffers. */
const SPARE_BYTES = 64 * 1024;

/** A heap and kernels that work on it. */
export interface KernelRoom {
  readonly heap: Heap;
  readonly kernels: Kernels;
}

/** Room for about `bytes` bytes. Pages that nobody touches cost nothing. */
export function kernelRoom(bytes: number): KernelRoom {
  const heap = new Heap(bytes + SPARE_BYTES);
  return { heap, kernels: instantiate(heap.memory) };
}
