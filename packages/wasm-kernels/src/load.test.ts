// The loader: every runtime gets the same kernels, each memory its own instance.

import { describe, expect, it } from 'vitest';
import { compile } from '#wasm';
import { instantiate } from './load.ts';

const newMemory = () => new WebAssembly.Memory({ initial: 1 });

describe('load', () => {
  it('gives kernels that work on the memory they were made for, and on no other', () => {
    const [one, other] = [newMemory(), newMemory()];
    const kernels = instantiate(one);
    instantiate(other);
    kernels.xxh64(0, 0, 0, 0, 64);
    expect(new DataView(one.buffer).getBigUint64(64, true)).toBe(0xef46db3751d8e999n);
    expect(new Uint8Array(other.buffer).every((byte) => byte === 0)).toBe(true);
  });

  it('leaves a fresh memory as it is: kernels have no data of their own', () => {
    const memory = newMemory();
    instantiate(memory);
    expect(new Uint8Array(memory.buffer).every((byte) => byte === 0)).toBe(true);
  });

  it('goes on working when the memory grows', () => {
    const memory = newMemory();
    const kernels = instantiate(memory);
    memory.grow(1);
    kernels.xxh64(0, 0, 0, 0, 65536);
    expect(new DataView(memory.buffer).getBigUint64(65536, true)).toBe(0xef46db3751d8e999n);
  });

  it('needs nothing from its host but the memory', () => {
    expect(WebAssembly.Module.imports(compile())).toMatchObject([{ module: 'env', name: 'memory', kind: 'memory' }]);
  });
});
