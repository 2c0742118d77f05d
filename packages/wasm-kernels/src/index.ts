// Public names of @varve/wasm-kernels: the typed loader and the memory layout that core shares with the kernels.

export * from './layout.ts';
export type { Kernels } from './kernels.ts';
export { instantiate } from './load.ts';
