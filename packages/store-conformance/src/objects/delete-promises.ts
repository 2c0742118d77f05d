// Deleting: exactly the named objects, gone everywhere; missing ones are no error.

import { expectBytes, expectSame } from '../check.ts';
import { sampleBytes } from '../sample-bytes.ts';
import { throughHalves } from './object-subject.ts';

export const deletePromises = throughHalves([
  {
    title: 'deleted objects are gone, others are not',
    async prove(operations) {
      for (const name of ['sst/1', 'sst/10', 'sst/2', 'manifest/1']) await operations.put(name, sampleBytes(10, 1));
      await operations.delete(['sst/1', 'manifest/1']);
      for (const name of ['sst/1', 'manifest/1']) {
        expectSame(`has ${name}`, await operations.has(name), false);
        expectSame(`get ${name}`, await operations.get(name), undefined);
      }
      expectBytes('sst/10', await operations.get('sst/10'), sampleBytes(10, 1));
      expectSame(
        'list',
        (await operations.list('')).map(({ name }) => name),
        ['sst/10', 'sst/2'],
      );
    },
  },
  {
    title: 'deleting what is missing is no error and does not stop the rest',
    async prove(operations) {
      await operations.put('sst/1', sampleBytes(10, 1));
      await operations.put('sst/3', sampleBytes(10, 1));
      await operations.delete(['nowhere/0', 'sst/0', 'sst/1', 'sst/2', 'sst/3']);
      await operations.delete(['sst/1']);
      expectSame('list', await operations.list(''), []);
    },
  },
  {
    title: 'deleting nothing is fine',
    async prove(operations) {
      await operations.delete([]);
      expectSame('list', await operations.list(''), []);
    },
  },
  {
    title: 'many objects are deleted in one call',
    async prove(operations) {
      const names = Array.from({ length: 60 }, (_, i) => `sst/${i}`);
      await Promise.all(names.map(async (name) => operations.put(name, sampleBytes(3, 1))));
      await operations.delete(names.slice(1));
      expectSame('list', await operations.list(''), [{ name: 'sst/0', size: 3 }]);
    },
  },
]);
