// Writes: what was acknowledged is read, a batch takes place whole or not at all, conditions are looked at.

import { json, tuple, utf8 } from '@varve/core';
import { expectSame } from '../check.ts';
import { expectEntries, filled, fill, keyOf, type EnginePromise } from './engine-subject.ts';

export const writePromises: readonly EnginePromise[] = [
  {
    title: 'what was written is read, overwritten and deleted',
    async prove({ open }) {
      const db = await open();
      const first = await db.put('a', 'one');
      const second = await db.put('a', 'two');
      expectSame('epochs ascend', second > first, true);
      await db.put('b', '');
      await db.delete('missing');
      expectSame('getMany', await db.getMany(['b', 'missing', 'a']), ['', undefined, 'two']);
      expectSame('epoch of the entry', (await db.getEntry('a'))?.epoch === second, true);
      await db.delete('a');
      expectSame('what was deleted', [await db.get('a'), await db.has('a'), await db.has('b')], [undefined, false, true]);
    },
  },
  {
    title: 'writes that nobody awaits one by one take place in their order',
    async prove({ open }) {
      const db = await open();
      const epochs = await Promise.all(Array.from({ length: 500 }, (_, i) => db.put(`key-${i % 7}`, String(i))));
      expectSame(
        'epochs ascend',
        epochs.every((epoch, i) => i === 0 || epoch > epochs[i - 1]),
        true,
      );
      expectSame(
        'values',
        await db.scan().all(),
        Array.from({ length: 7 }, (_, k) => [`key-${k}`, String(499 - ((499 - k) % 7))]),
      );
    },
  },
  {
    title: 'every durability is acknowledged, and read after it',
    async prove({ open }) {
      const db = await open();
      for (const durability of ['memory', 'buffered', 'synced'] as const) {
        await db.put(durability, 'value', { durability });
        expectSame(durability, await db.get(durability), 'value');
      }
      await db.sync();
    },
  },
  {
    title: 'a batch over several key spaces takes place as one',
    async prove({ open }) {
      const db = await open();
      const users = db.keyspace('users', { keys: tuple('string', 'number'), values: json<{ name: string }>() });
      const names = db.keyspace('names', { keys: utf8, values: utf8 });
      const batch = db.batch().put('count', '1').put(users, ['a', 1], { name: 'Ann' }).put(names, 'Ann', 'a');
      const result = await db.write(batch);
      const epochs = [(await db.getEntry('count'))?.epoch, (await users.getEntry(['a', 1]))?.epoch, (await names.getEntry('Ann'))?.epoch];
      expectSame('one epoch', result.ok && epochs.every((epoch) => epoch === result.epoch), true);
      expectSame('a key space', await users.scan({ prefix: ['a'] }).all(), [[['a', 1], { name: 'Ann' }]]);
    },
  },
  {
    title: 'a batch whose condition does not hold leaves nothing',
    async prove({ open }) {
      const db = await open();
      const epoch = await db.put('a', '1');
      const refused = await db.write(
        db
          .batch()
          .put('a', '2')
          .put('b', '2')
          .check('a', epoch - 1n),
      );
      expectSame('refused', refused.ok, false);
      expectSame('left as it was', await db.scan().all(), [['a', '1']]);
      const taken = await db.write(db.batch().put('a', '2').put('b', '2').check('a', epoch).check('b', undefined));
      expectSame('taken', taken.ok, true);
      expectSame('written', await db.scan().all(), [
        ['a', '2'],
        ['b', '2'],
      ]);
    },
  },
  {
    title: 'no other write comes between the halves of an update',
    async prove({ open }) {
      const db = await open();
      await Promise.all(Array.from({ length: 200 }, () => db.update('count', (old = '0') => String(Number(old) + 1))));
      expectSame('count', await db.get('count'), '200');
    },
  },
  {
    title: 'many entries are written, and a range of them deleted',
    async prove({ open }) {
      const db = await open();
      expectSame('putMany', await db.putMany(filled(0, 1000)), 1000);
      expectSame('clear', await db.clear({ gte: keyOf(100), lt: keyOf(900) }), 800);
      expectEntries('what is left', await db.scan().all(), [...filled(0, 100), ...filled(900, 1000)]);
    },
  },
  {
    title: 'more is written than memory holds',
    async prove({ open }) {
      const db = await open();
      for (let version = 0; version < 3; version++) await fill(db, 0, 3000, version);
      expectEntries('entries', await db.scan().all(), filled(0, 3000, 2));
      expectSame('flushed', db.stats().work.flushes > 0, true);
    },
  },
];
