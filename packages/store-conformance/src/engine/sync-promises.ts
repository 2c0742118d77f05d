// The synchronous calls, where the store answers at once: they and the others are of one database.

import { expectSame } from '../check.ts';
import {
  expectEntries,
  fill,
  filled,
  keyOf,
  valueOf,
  type EnginePromise,
  type SyncTextDatabase,
  type TextDatabase,
} from './engine-subject.ts';

const synchronous = (db: TextDatabase): SyncTextDatabase => db as unknown as SyncTextDatabase;

export const syncPromises: readonly EnginePromise[] = [
  {
    title: 'synchronous and other writes are of one order',
    needs: 'sync',
    async prove({ open }) {
      const db = synchronous(await open());
      const before = db.put('a', 'one');
      const epoch = db.putSync('a', 'two');
      expectSame('the one begun before', (await before) < epoch, true);
      expectSame('getSync', db.getSync('a'), 'two');
      expectSame('get', await db.get('a'), 'two');
      db.deleteSync('a');
      expectSame('deleted', [db.hasSync('a'), await db.has('a')], [false, false]);
    },
  },
  {
    title: 'more is written synchronously than memory holds, and read so from storage',
    needs: 'sync',
    async prove({ open }) {
      const db = synchronous(await open());
      for (let i = 0; i < 5000; i++) db.putSync(keyOf(i), valueOf(i));
      expectEntries('scanSync', [...db.scanSync()], filled(0, 5000));
      expectEntries('scanSync in reverse', [...db.scanSync({ reverse: true, limit: 100 })], filled(4900, 5000).reverse());
      await db.compact();
      for (let i = 0; i < 5000; i += 97) expectSame(keyOf(i), db.getSync(keyOf(i)), valueOf(i));
      expectSame('getManySync', db.getManySync([keyOf(1), 'missing']), [valueOf(1), undefined]);
    },
  },
  {
    title: 'synchronous writes are there after opening again',
    needs: 'sync',
    async prove({ open }) {
      const opened = await open();
      await fill(opened, 0, 100);
      const db = synchronous(opened);
      for (let i = 100; i < 300; i++) db.putSync(keyOf(i), valueOf(i), { durability: i === 200 ? 'synced' : 'buffered' });
      await db.close();
      expectEntries('after opening again', await (await open()).scan().all(), filled(0, 300));
    },
  },
];
