// Writing by piece: an object appears with `finish`, whole, or not at all.

import type { AsyncOperations } from '@varve/core';
import { expectBytes, expectSame } from '../check.ts';
import { inLinearMemory, sampleBytes } from '../sample-bytes.ts';
import { throughHalves } from './object-subject.ts';

const LENGTH = 100_000;
const CUTS = [0, 1, 4096, 4097, 30_000, 65_536, LENGTH];

async function expectNothing(operations: AsyncOperations, name: string): Promise<void> {
  expectSame(`has ${name}`, await operations.has(name), false);
  expectSame(`get ${name}`, await operations.get(name), undefined);
  expectSame(
    'list',
    (await operations.list('')).filter((object) => object.name === name),
    [],
  );
}

export const writerPromises = throughHalves([
  {
    title: 'an object that is being written is not there before finish, and whole afterwards',
    async prove(operations) {
      const writer = await operations.createObject('sst/1', LENGTH);
      await expectNothing(operations, 'sst/1');
      for (let i = 1; i < CUTS.length; i++) {
        await writer.append(sampleBytes(LENGTH, 1).slice(CUTS[i - 1], CUTS[i]), CUTS[i - 1]);
        await expectNothing(operations, 'sst/1');
      }
      await writer.finish();
      expectBytes('object', await operations.get('sst/1'), sampleBytes(LENGTH, 1));
      expectSame('list', await operations.list(''), [{ name: 'sst/1', size: LENGTH }]);
    },
  },
  {
    title: 'the size hint may be wrong',
    async prove(operations) {
      for (const [name, hint] of [
        ['sst/less', LENGTH * 3],
        ['sst/more', 10],
        ['sst/none', 0],
      ] as const) {
        const writer = await operations.createObject(name, hint);
        await writer.append(sampleBytes(LENGTH, 1), 0);
        await writer.finish();
        expectBytes(name, await operations.get(name), sampleBytes(LENGTH, 1));
      }
    },
  },
  {
    title: 'an object may be finished without a byte',
    async prove(operations) {
      const writer = await operations.createObject('sst/1', 0);
      await writer.finish();
      expectBytes('object', await operations.get('sst/1'), new Uint8Array(0));
    },
  },
  {
    title: 'abort leaves nothing, whatever was appended, and may be repeated',
    async prove(operations) {
      for (const pieces of [0, 1, 3]) {
        const writer = await operations.createObject(`sst/${pieces}`, LENGTH);
        for (let i = 0; i < pieces; i++) await writer.append(sampleBytes(5000, i), i * 5000);
        await writer.abort();
        await writer.abort();
        await expectNothing(operations, `sst/${pieces}`);
      }
      expectSame('list', await operations.list(''), []);
      expectSame('the name is free', await operations.putIfAbsent('sst/3', sampleBytes(10, 1)), true);
    },
  },
  {
    title: 'several objects are written at once',
    async prove(operations) {
      const names = ['sst/1', 'sst/2', 'sst/3'];
      const writers = await Promise.all(names.map(async (name) => operations.createObject(name, 30_000)));
      for (let offset = 0; offset < 30_000; offset += 10_000) {
        await Promise.all(writers.map(async (writer, i) => writer.append(sampleBytes(30_000, i).slice(offset, offset + 10_000), offset)));
      }
      await Promise.all(writers.map(async (writer) => writer.finish()));
      for (const [i, name] of names.entries()) expectBytes(name, await operations.get(name), sampleBytes(30_000, i));
    },
  },
  {
    title: 'bytes that were appended may change afterwards',
    async prove(operations) {
      const writer = await operations.createObject('sst/1', 2000);
      const buffer = new Uint8Array(1000);
      for (const offset of [0, 1000]) {
        buffer.set(sampleBytes(2000, 1).subarray(offset, offset + 1000));
        await writer.append(buffer, offset);
        buffer.fill(0xff);
      }
      await writer.finish();
      expectBytes('object', await operations.get('sst/1'), sampleBytes(2000, 1));
    },
  },
  {
    title: 'appended bytes may lie in WebAssembly memory, which may grow meanwhile',
    async prove(operations) {
      const writer = await operations.createObject('sst/1', LENGTH);
      const { memory, view } = inLinearMemory(sampleBytes(LENGTH, 1));
      const pending = writer.append(view, 0);
      memory.grow(64);
      await pending;
      await writer.finish();
      expectBytes('object', await operations.get('sst/1'), sampleBytes(LENGTH, 1));
    },
  },
  {
    title: 'a large object is written by piece',
    async prove(operations, { options }) {
      const length = options.largeObjectBytes ?? 5 * 2 ** 20;
      const bytes = sampleBytes(length, 1);
      const writer = await operations.createObject('sst/1', length);
      for (let offset = 0; offset < length; offset += 2 ** 20) await writer.append(bytes.subarray(offset, offset + 2 ** 20), offset);
      await writer.finish();
      expectBytes('object', await operations.get('sst/1'), bytes);
    },
  },
]);
