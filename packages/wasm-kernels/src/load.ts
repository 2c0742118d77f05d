// Makes kernels for a memory. The module is compiled once, at the first call, and shared by all instances.

import { compile } from '#wasm';
import type { Kernels } from './kernels.ts';

let shared: WebAssembly.Module | undefined;

/** Kernels that work on `memory`. They hold no state of their own: dropping the result and the memory frees everything. */
export function instantiate(memory: WebAssembly.Memory): Kernels {
  shared ??= compile();
  return new WebAssembly.Instance(shared, { env: { memory } }).exports as unknown as Kernels;
}
