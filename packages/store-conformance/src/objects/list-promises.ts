// Lists: complete, in the order of bytes, cut by prefix and by the name after which they start.

import type { AsyncOperations } from '@varve/core';
import { expectSame } from '../check.ts';
import { sampleBytes } from '../sample-bytes.ts';
import { throughHalves } from './object-subject.ts';

// In the order of bytes: '-' < '.' < '/' < digits < letters. A walk through folders meets them in another order.
const ORDERED = ['a-x', 'a.x', 'a/b', 'a/c-1', 'a/c.1', 'a/c/1', 'a/c0', 'a0', 'ab', 'b/1'];
const PARALLEL_PUTS = 50;

async function putOrdered(operations: AsyncOperations): Promise<void> {
  for (const name of [...ORDERED].reverse()) await operations.put(name, sampleBytes(ORDERED.indexOf(name), 1));
}

async function names(operations: AsyncOperations, prefix: string, startAfter?: string): Promise<string[]> {
  return (await operations.list(prefix, startAfter)).map(({ name }) => name);
}

export const listPromises = throughHalves([
  {
    title: 'a list of nothing is empty',
    async prove(operations) {
      expectSame('empty store', await operations.list(''), []);
      expectSame('empty store, prefix', await operations.list('manifest/', 'manifest/5'), []);
      await operations.put('sst/1', sampleBytes(10, 1));
      expectSame('another prefix', await operations.list('manifest/'), []);
    },
  },
  {
    title: 'a list is in the order of bytes, with sizes',
    async prove(operations) {
      await putOrdered(operations);
      expectSame(
        'list',
        await operations.list(''),
        ORDERED.map((name, size) => ({ name, size })),
      );
    },
  },
  {
    title: 'a prefix may end anywhere in a name',
    async prove(operations) {
      await putOrdered(operations);
      for (const prefix of ['a', 'a/', 'a/c', 'a/c/', 'a/c/1', 'a.', 'b', 'b/1', 'a/c/12', 'c', 'a/d/e/']) {
        expectSame(
          `prefix ${prefix}`,
          await names(operations, prefix),
          ORDERED.filter((name) => name.startsWith(prefix)),
        );
      }
    },
  },
  {
    title: 'a list starts after a name, which need not be there',
    async prove(operations) {
      await putOrdered(operations);
      for (const startAfter of ['', ...ORDERED, 'a', 'a/c', 'a/c/0', 'a/c/2', 'a/z', 'b/1', 'b/2', 'zzz']) {
        const after = ORDERED.filter((name) => name > startAfter);
        expectSame(`after ${startAfter}`, await names(operations, '', startAfter), after);
        expectSame(
          `a/ after ${startAfter}`,
          await names(operations, 'a/', startAfter),
          after.filter((name) => name.startsWith('a/')),
        );
      }
    },
  },
  {
    title: 'a long list is complete',
    async prove(operations, { options }) {
      const all = Array.from({ length: options.manyObjects ?? 1100 }, (_, i) => `sst/${String(i).padStart(10, '0')}`);
      for (let i = 0; i < all.length; i += PARALLEL_PUTS) {
        await Promise.all(all.slice(i, i + PARALLEL_PUTS).map(async (name) => operations.put(name, sampleBytes(3, 1))));
      }
      expectSame('names', await names(operations, 'sst/'), all);
      const half = all.length >> 1;
      expectSame('names of the second half', await names(operations, 'sst/', all[half]), all.slice(half + 1));
    },
  },
  {
    title: 'a list sees what another handle has created and deleted',
    needs: ['reopen'],
    async prove(operations, subject, half) {
      const other = half(await subject.reopen());
      expectSame('before', await names(other, 'manifest/'), []);
      await operations.putIfAbsent('manifest/1', sampleBytes(10, 1));
      await operations.put('manifest/2', sampleBytes(10, 1));
      expectSame('after two creations', await names(other, 'manifest/'), ['manifest/1', 'manifest/2']);
      await operations.delete(['manifest/1']);
      expectSame('after a deletion', await names(other, 'manifest/'), ['manifest/2']);
    },
  },
]);
