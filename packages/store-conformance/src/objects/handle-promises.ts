// The store itself: closing, the courtesy lock, what it says of itself.

import type { ObjectStore } from '@varve/core';
import { ConformanceError, expectBytes, expectSame } from '../check.ts';
import { sampleBytes } from '../sample-bytes.ts';
import type { ObjectPromise } from './object-subject.ts';

async function lock(store: ObjectStore, takeOver = false) {
  return store.lock?.({ takeOver });
}

async function mustLock(what: string, store: ObjectStore, takeOver = false) {
  const release = await lock(store, takeOver);
  if (release === undefined) throw new ConformanceError(`${what}: the lock was refused`);
  return release;
}

export const handlePromises: readonly ObjectPromise[] = [
  {
    title: 'capabilities are useful numbers',
    async prove({ store }) {
      const { kind, blockSizeBytes, largestObjectBytes } = store.capabilities;
      expectSame('kind is a word', /^[a-z0-9-]+$/.test(kind), true);
      expectSame('blockSizeBytes is an integer from 512', Number.isInteger(blockSizeBytes) && blockSizeBytes >= 512, true);
      expectSame('an object holds a block', largestObjectBytes >= blockSizeBytes, true);
    },
  },
  {
    title: 'a store may be closed twice, and used again',
    async prove({ store }) {
      await store.put('a', sampleBytes(10, 1));
      await store.close?.();
      await store.close?.();
      expectBytes('object', await store.get('a'), sampleBytes(10, 1));
      expectSame('created', await store.putIfAbsent('b', sampleBytes(10, 1)), true);
    },
  },
  {
    title: 'what was put in the place of another object is what everybody gets from then on',
    needs: ['reopen'],
    async prove({ store, reopen }) {
      if (store.replace === undefined) return;
      const other = await reopen();
      const name = 'wal/00000000000000000001.wal/begin';
      const get = (handle: ObjectStore) => async () => expectBytes('object', (await handle.get(name))!, sampleBytes(32, version));
      let version = 1;
      await store.replace(name, sampleBytes(32, version));
      for (const [writer, reader] of [
        [store, other],
        [other, store],
        [store, store],
      ] as const) {
        await get(reader)();
        await writer.replace!(name, sampleBytes(32, ++version));
        await get(reader)();
        expectSame('created beside it', await reader.putIfAbsent(name, sampleBytes(32, 99)), false);
        await get(writer)();
      }
    },
  },
  {
    title: 'the lock is refused while it is held, and free after its release',
    needs: ['lock'],
    async prove({ store }) {
      const release = await mustLock('first', store);
      expectSame('second holder', typeof (await lock(store)), 'undefined');
      await release();
      await release();
      const next = await mustLock('after the release', store);
      await release();
      expectSame('an old release frees nothing', typeof (await lock(store)), 'undefined');
      await next();
    },
  },
  {
    title: 'the lock is refused to another handle',
    needs: ['lock', 'reopen'],
    async prove({ store, reopen }) {
      const other = await reopen();
      const release = await mustLock('first', store);
      expectSame('other handle', typeof (await lock(other)), 'undefined');
      await release();
      await (
        await mustLock('other handle after the release', other)
      )();
    },
  },
  {
    title: 'one of many who ask for the lock at once gets it',
    needs: ['lock'],
    async prove({ store }) {
      const releases = await Promise.all(Array.from({ length: 10 }, () => lock(store)));
      expectSame('holders', releases.filter((release) => release !== undefined).length, 1);
      for (const release of releases) await release?.();
    },
  },
  {
    title: 'the lock can be taken over, after which its old holder releases nothing',
    needs: ['lock'],
    async prove({ store }) {
      const old = await mustLock('first', store);
      const taken = await mustLock('take-over', store, true);
      await old();
      expectSame('after the release of the old one', typeof (await lock(store)), 'undefined');
      await taken();
      await (
        await mustLock('after the release', store)
      )();
    },
  },
];
