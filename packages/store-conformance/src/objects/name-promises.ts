// Names: all allowed characters, lengths, names that are easily mistaken for each other.

import { expectBytes, expectSame } from '../check.ts';
import { sampleBytes } from '../sample-bytes.ts';
import { throughHalves } from './object-subject.ts';

const NAMES = [
  'abcdefghijklmnopqrstuvwxyz0123456789.-',
  '-starts-with-a-dash',
  '.starts-with-a-dot',
  'n/a',
  'n/a-b',
  'n/a.b',
  'n/a0b',
  'n/ab',
  'n/b/deep/er/still',
  'wal/00000000000000000001.wal',
  'manifest/18446744073709551615.manifest',
  'sst/0000000001-0000000002.sst',
  'sst/0000000001-0000000002.meta',
  `long/${'x'.repeat(200)}`,
];

export const namePromises = throughHalves([
  {
    title: 'names that differ in one allowed character are different objects',
    async prove(operations) {
      for (const [i, name] of NAMES.entries()) await operations.put(name, sampleBytes(10 + i, i));
      for (const [i, name] of NAMES.entries()) expectBytes(name, await operations.get(name), sampleBytes(10 + i, i));
      const listed = await operations.list('');
      expectSame(
        'all names',
        listed.map(({ name }) => name),
        [...NAMES].sort(),
      );
    },
  },
  {
    title: 'a folder of objects is not an object',
    async prove(operations) {
      await operations.put('folder/object', sampleBytes(10, 1));
      expectSame('has', await operations.has('folder'), false);
      expectSame('get', await operations.get('folder'), undefined);
      await operations.delete(['folder']);
      expectBytes('object inside', await operations.get('folder/object'), sampleBytes(10, 1));
    },
  },
]);
