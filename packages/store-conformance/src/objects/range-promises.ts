// Reading by piece: exact ranges, into any buffer, and a clear error where bytes are missing.

import type { AsyncOperations } from '@varve/core';
import { expectBytes, expectSame, expectStorageError } from '../check.ts';
import { inLinearMemory, sampleBytes } from '../sample-bytes.ts';
import { throughHalves } from './object-subject.ts';

const LENGTH = 20_000;
const RANGES: readonly (readonly [offset: number, length: number])[] = [
  [0, LENGTH],
  [0, 1],
  [1, 4096],
  [4096, 4096],
  [12_345, 678],
  [LENGTH - 1, 1],
  [LENGTH, 0],
  [0, 0],
];

async function openSample(operations: AsyncOperations, name = 'sst/1') {
  await operations.put(name, sampleBytes(LENGTH, 1));
  return operations.openObject(name, LENGTH);
}

export const rangePromises = throughHalves([
  {
    title: 'readInto fills the target with the bytes at the offset',
    async prove(operations) {
      const reader = await openSample(operations);
      for (const [offset, length] of RANGES) {
        const target = new Uint8Array(length);
        await reader.readInto(target, offset);
        expectBytes(`${length} bytes at ${offset}`, target, sampleBytes(LENGTH, 1).subarray(offset, offset + length));
      }
      await reader.close();
    },
  },
  {
    title: 'readInto writes nothing around the target',
    async prove(operations) {
      const reader = await openSample(operations);
      const buffer = new Uint8Array(300).fill(0xee);
      await reader.readInto(buffer.subarray(100, 200), 5000);
      const expected = new Uint8Array(300).fill(0xee);
      expected.set(sampleBytes(LENGTH, 1).subarray(5000, 5100), 100);
      expectBytes('buffer', buffer, expected);
      await reader.close();
    },
  },
  {
    title: 'readInto reads into WebAssembly memory',
    async prove(operations) {
      const reader = await openSample(operations);
      const { memory, view } = inLinearMemory(new Uint8Array(4096));
      await reader.readInto(view, 7000);
      expectBytes('target', view, sampleBytes(LENGTH, 1).subarray(7000, 11_096));
      expectSame(
        'bytes around it',
        [...new Uint8Array(memory.buffer)].filter((_, i) => i < 100 || i >= 4196).every((byte) => byte === 0xee),
        true,
      );
      await reader.close();
    },
  },
  {
    title: 'several reads of one reader may be under way',
    async prove(operations) {
      const reader = await openSample(operations);
      const targets = Array.from({ length: 20 }, () => new Uint8Array(500));
      await Promise.all(targets.map(async (target, i) => reader.readInto(target, i * 900)));
      const bytes = sampleBytes(LENGTH, 1);
      for (const [i, target] of targets.entries()) expectBytes(`read ${i}`, target, bytes.subarray(i * 900, i * 900 + 500));
      await reader.close();
    },
  },
  {
    title: 'a read beyond the end is CORRUPTION that names object and offset',
    async prove(operations) {
      const reader = await openSample(operations, 'sst/short');
      for (const [offset, length] of [
        [LENGTH - 10, 11],
        [LENGTH, 1],
        [LENGTH + 5000, 10],
      ]) {
        const error = await expectStorageError(`${length} bytes at ${offset}`, 'CORRUPTION', () =>
          reader.readInto(new Uint8Array(length), offset),
        );
        expectSame('place of the error', { object: error.object, offset: error.offset }, { object: 'sst/short', offset });
      }
      await reader.close();
    },
  },
  {
    title: 'an object that is missing is CORRUPTION that names it, when it is opened or read',
    async prove(operations) {
      await operations.put('sst/1', sampleBytes(10, 1));
      const error = await expectStorageError('missing object', 'CORRUPTION', async () => {
        const reader = await operations.openObject('sst/2', 100);
        await reader.readInto(new Uint8Array(10), 0);
      });
      expectSame('object of the error', error.object, 'sst/2');
    },
  },
  {
    title: 'a reader may be closed twice',
    async prove(operations) {
      const reader = await openSample(operations);
      await reader.readInto(new Uint8Array(10), 0);
      await reader.close();
      await reader.close();
      expectBytes('object', await operations.get('sst/1'), sampleBytes(LENGTH, 1));
    },
  },
  {
    title: 'many readers are open at once',
    async prove(operations) {
      await operations.put('sst/1', sampleBytes(LENGTH, 1));
      await operations.put('sst/2', sampleBytes(LENGTH, 2));
      const names = Array.from({ length: 40 }, (_, i) => `sst/${1 + (i % 2)}`);
      const readers = await Promise.all(names.map(async (name) => operations.openObject(name, LENGTH)));
      for (const [i, reader] of readers.entries()) {
        const target = new Uint8Array(100);
        await reader.readInto(target, i * 100);
        expectBytes(`reader ${i}`, target, sampleBytes(LENGTH, 1 + (i % 2)).subarray(i * 100, i * 100 + 100));
        await reader.close();
      }
    },
  },
]);
