// The two halves of a synchronous store: the same objects seen through both, and a writer whose pending call is repeated synchronously.

import type { ObjectStore, ObjectWriter } from '@varve/core';
import { ConformanceError, expectBytes, expectSame } from '../check.ts';
import { sampleBytes } from '../sample-bytes.ts';
import { syncHalf, type ObjectPromise } from './object-subject.ts';

const LENGTH = 300_000;

async function createWithTwin(store: ObjectStore, name: string) {
  const writer = await store.createObject(name, LENGTH);
  return { writer, twin: twinOf(writer) };
}

function twinOf(writer: ObjectWriter): NonNullable<ObjectWriter['sync']> {
  if (writer.sync === undefined) throw new ConformanceError('a writer of a synchronous store has no synchronous half');
  return writer.sync;
}

export const halfPromises: readonly ObjectPromise[] = [
  {
    title: 'a synchronous store declares its half, another one has none',
    async prove({ store, options }) {
      expectSame('has a synchronous half', store.sync !== undefined, options.sync);
    },
  },
  {
    title: 'synchronous operations return values, never promises',
    needs: ['sync'],
    async prove({ store }) {
      const sync = syncHalf(store);
      const results: unknown[] = [
        sync.put('a', sampleBytes(10, 1)),
        sync.putIfAbsent('b', sampleBytes(10, 2)),
        sync.get('a'),
        sync.has('a'),
      ];
      const reader = sync.openObject('a', 10);
      const writer = sync.createObject('c', 10);
      const twin = twinOf(writer);
      results.push(reader, reader.readInto(new Uint8Array(5), 5), reader.close(), writer);
      results.push(twin.append(sampleBytes(10, 3), 0), twin.finish(), sync.list(''), sync.delete(['a']));
      expectSame('promises', results.filter((result) => result instanceof Promise).length, 0);
    },
  },
  {
    title: 'what one half has done the other sees',
    needs: ['sync'],
    async prove({ store }) {
      const sync = syncHalf(store);
      await store.put('a', sampleBytes(1000, 1));
      sync.put('b', sampleBytes(1000, 2));
      expectBytes('a', sync.get('a'), sampleBytes(1000, 1));
      expectBytes('b', await store.get('b'), sampleBytes(1000, 2));
      expectSame('list', sync.list(''), await store.list(''));
      sync.delete(['a']);
      expectSame('has a', await store.has('a'), false);
      await store.delete(['b']);
      expectSame('has b', sync.has('b'), false);
    },
  },
  {
    title: 'a pending append repeated synchronously is written once',
    needs: ['sync'],
    async prove({ store }) {
      const { writer, twin } = await createWithTwin(store, 'sst/1');
      const bytes = sampleBytes(LENGTH, 1);
      await writer.append(bytes.slice(0, 100_000), 0);
      const pending = writer.append(bytes.slice(100_000, 200_000), 100_000);
      twin.append(bytes.slice(100_000, 200_000), 100_000);
      twin.append(bytes.slice(200_000), 200_000);
      await pending;
      await writer.finish();
      expectBytes('object', await store.get('sst/1'), bytes);
    },
  },
  {
    title: 'an object finished synchronously while an append is pending is whole and stays so',
    needs: ['sync'],
    async prove({ store }) {
      const { writer, twin } = await createWithTwin(store, 'sst/1');
      const pending = writer.append(sampleBytes(LENGTH, 1), 0);
      twin.append(sampleBytes(LENGTH, 1), 0);
      twin.finish();
      expectBytes('object', syncHalf(store).get('sst/1'), sampleBytes(LENGTH, 1));
      await pending;
      expectBytes('object after the pending append', await store.get('sst/1'), sampleBytes(LENGTH, 1));
    },
  },
  {
    title: 'a pending finish repeated synchronously makes one object',
    needs: ['sync'],
    async prove({ store }) {
      const { writer, twin } = await createWithTwin(store, 'sst/1');
      await writer.append(sampleBytes(LENGTH, 1), 0);
      const pending = writer.finish();
      twin.finish();
      expectBytes('object', syncHalf(store).get('sst/1'), sampleBytes(LENGTH, 1));
      await pending;
      expectSame('list', await store.list(''), [{ name: 'sst/1', size: LENGTH }]);
    },
  },
  {
    title: 'a synchronous abort while an append is pending leaves nothing',
    needs: ['sync'],
    async prove({ store }) {
      const { writer, twin } = await createWithTwin(store, 'sst/1');
      const pending = writer.append(sampleBytes(LENGTH, 1), 0);
      twin.abort();
      await pending;
      await writer.abort();
      expectSame('list', await store.list(''), []);
    },
  },
];
