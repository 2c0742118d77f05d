// Flushes, merges, the objects that they leave, and sizes.

import { expectSame, expectStorageError } from '../check.ts';
import { expectEntries, expectSound, fill, filled, keyOf, type EnginePromise } from './engine-subject.ts';

const MIB = 2 ** 20;

/** Text that nothing can compress to less than half. */
function noise(length: number, seed: number): string {
  let state = seed + 1;
  const units = Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return 32 + ((state >>> 16) % 95);
  });
  let text = '';
  for (let at = 0; at < length; at += 10_000) text += String.fromCharCode(...units.slice(at, at + 10_000));
  return text;
}

export const upkeepPromises: readonly EnginePromise[] = [
  {
    title: 'a flush and a merge change no answer',
    async prove({ open }) {
      const db = await open();
      for (let version = 0; version < 4; version++) {
        await fill(db, version * 300, version * 300 + 2000, version);
        await db.flush();
      }
      const wanted = [...filled(0, 300), ...filled(300, 600, 1), ...filled(600, 900, 2), ...filled(900, 2900, 3)];
      expectEntries('after flushes', await db.scan().all(), wanted);
      await db.compact();
      expectEntries('after the merge', await db.scan().all(), wanted);
      for (const i of [0, 299, 300, 899, 900, 2899]) expectSame(keyOf(i), await db.get(keyOf(i)), wanted[i][1]);
      await expectSound(db);
    },
  },
  {
    title: 'a merge leaves no object that nothing needs',
    async prove({ store, open }) {
      const db = await open();
      for (let version = 0; version < 5; version++) {
        await fill(db, 0, 1500, version);
        await db.flush();
      }
      await db.compact();
      await db.idle();
      await db.close();
      // A pair of objects for each SST.
      const objects = (await store.list('')).filter(({ name }) => /\.(sst|meta)$/.test(name));
      const again = await open();
      const live = again.stats().levels.reduce((sum, { ssts }) => sum + ssts, 0);
      expectSame('objects of SSTs', objects.length, live * 2);
      expectEntries('entries', await again.scan().all(), filled(0, 1500, 4));
    },
  },
  {
    title: 'deleting everything leaves nothing to read',
    async prove({ open }) {
      const db = await open();
      await fill(db, 0, 2000);
      await db.flush();
      await db.clear();
      await db.compact();
      expectSame('entries', await db.scan().all(), []);
      expectSame(
        'entries of SSTs',
        db.stats().levels.reduce((sum, { entries }) => sum + entries, 0),
        0,
      );
    },
  },
  {
    title: 'values up to a thirty-second of the memory come back whole',
    async prove({ open }) {
      const db = await open({ memoryBudgetBytes: 16 * MIB });
      const wanted = [1, 65_536, 200_000, 400_000].map((length, i): [string, string] => [keyOf(i), noise(length, i)]);
      await db.putMany(wanted);
      expectEntries('from memory', await db.scan().all(), wanted);
      await db.flush();
      await db.compact();
      expectEntries('from storage', await db.scan().all(), wanted);
      await db.close();
      const again = await open({ memoryBudgetBytes: 16 * MIB });
      for (const [key, value] of wanted) expectSame(`${key} after opening again`, (await again.get(key)) === value, true);
      await expectSound(again);
    },
  },
  {
    title: 'keys of eight thousand bytes sort and are found',
    async prove({ open }) {
      const db = await open();
      const wanted = Array.from({ length: 30 }, (_, i): [string, string] => ['k'.repeat(8000 + i), String(i)]);
      for (const [key, value] of [...wanted].reverse()) await db.put(key, value);
      await db.flush();
      expectEntries('all', await db.scan().all(), wanted);
      expectSame('one', await db.get(wanted[7][0]), '7');
    },
  },
  {
    title: 'a database that is closed answers CLOSED, and may be closed again',
    async prove({ open }) {
      const db = await open();
      await db.put('a', '1');
      await db.close();
      await db.close();
      await expectStorageError('put', 'CLOSED', () => db.put('b', '2'));
      await expectStorageError('get', 'CLOSED', () => db.get('a'));
    },
  },
];
