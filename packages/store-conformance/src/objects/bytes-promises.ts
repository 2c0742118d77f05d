// Bytes: what was put is what is got, whose buffers are whose, and where bytes may lie.

import { expectBytes, expectSame } from '../check.ts';
import { inLinearMemory, sampleBytes } from '../sample-bytes.ts';
import { throughHalves } from './object-subject.ts';

export const bytesPromises = throughHalves([
  {
    title: 'an object is there after put, with exactly its bytes',
    async prove(operations) {
      await operations.put('sst/1', sampleBytes(5000, 1));
      expectSame('has', await operations.has('sst/1'), true);
      expectBytes('get', await operations.get('sst/1'), sampleBytes(5000, 1));
    },
  },
  {
    title: 'an object that was never put is not there',
    async prove(operations) {
      await operations.put('sst/1', sampleBytes(10, 1));
      expectSame('has', await operations.has('sst/2'), false);
      expectSame('get', await operations.get('sst/2'), undefined);
      expectSame('has in an empty folder', await operations.has('manifest/1'), false);
    },
  },
  {
    title: 'an object may be empty',
    async prove(operations) {
      await operations.put('empty/1', new Uint8Array(0));
      expectSame('created', await operations.putIfAbsent('empty/2', new Uint8Array(0)), true);
      expectSame('created again', await operations.putIfAbsent('empty/1', sampleBytes(5, 1)), false);
      expectSame('has', await operations.has('empty/1'), true);
      expectBytes('get', await operations.get('empty/1'), new Uint8Array(0));
      expectSame('list', await operations.list('empty/'), [
        { name: 'empty/1', size: 0 },
        { name: 'empty/2', size: 0 },
      ]);
    },
  },
  {
    title: 'a large object comes back whole',
    async prove(operations, { options }) {
      const bytes = sampleBytes(options.largeObjectBytes ?? 5 * 2 ** 20, 1);
      await operations.put('sst/large', bytes);
      expectBytes('put', await operations.get('sst/large'), bytes);
      expectSame('created', await operations.putIfAbsent('sst/large-too', bytes), true);
      expectBytes('putIfAbsent', await operations.get('sst/large-too'), bytes);
    },
  },
  {
    title: 'bytes that were passed in may change afterwards',
    async prove(operations) {
      const bytes = sampleBytes(1000, 1);
      await operations.put('sst/1', bytes);
      await operations.putIfAbsent('sst/2', bytes);
      bytes.fill(0xff);
      expectBytes('put', await operations.get('sst/1'), sampleBytes(1000, 1));
      expectBytes('putIfAbsent', await operations.get('sst/2'), sampleBytes(1000, 1));
    },
  },
  {
    title: 'bytes that were handed out belong to the caller',
    async prove(operations) {
      await operations.put('sst/1', sampleBytes(1000, 1));
      await operations.put('sst/2', sampleBytes(1000, 2));
      const first = await operations.get('sst/1');
      const again = await operations.get('sst/1');
      const other = await operations.get('sst/2');
      first?.fill(0xff);
      expectBytes('an earlier result', again, sampleBytes(1000, 1));
      expectBytes('a later result', await operations.get('sst/1'), sampleBytes(1000, 1));
      expectBytes('a result of another object', other, sampleBytes(1000, 2));
    },
  },
  {
    title: 'bytes handed out have a buffer of their own',
    async prove(operations) {
      await operations.put('sst/1', sampleBytes(100, 1));
      expectSame('bytes in the buffer', (await operations.get('sst/1'))?.buffer.byteLength, 100);
    },
  },
  {
    title: 'bytes may lie in WebAssembly memory, which may grow meanwhile',
    async prove(operations) {
      const { memory, view } = inLinearMemory(sampleBytes(70_000, 1));
      const pending = operations.put('sst/1', view);
      memory.grow(64);
      await pending;
      expectBytes('object', await operations.get('sst/1'), sampleBytes(70_000, 1));
    },
  },
]);
