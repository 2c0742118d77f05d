// Opening again: after a close, and after the program that had the database open was gone without one.

import { json, StorageError, utf8, type KeyCodec } from '@varve/core';
import { ConformanceError, expectSame, expectStorageError } from '../check.ts';
import { expectEntries, expectSound, fill, filled, keyOf, type EnginePromise } from './engine-subject.ts';

export const reopenPromises: readonly EnginePromise[] = [
  {
    title: 'everything is there after closing and opening, again and again',
    async prove({ open }) {
      for (let round = 0; round < 4; round++) {
        const db = await open();
        expectEntries(`round ${round}`, await db.scan().all(), filled(0, round * 800));
        await fill(db, round * 800, (round + 1) * 800);
        if (round % 2 === 0) await db.flush();
        await db.close();
      }
      const db = await open();
      expectEntries('in the end', await db.scan().all(), filled(0, 3200));
      await expectSound(db);
    },
  },
  {
    title: 'key spaces are there after opening again, and dropped ones are not',
    async prove({ open }) {
      const codecs = { keys: utf8, values: json<number>() };
      const db = await open();
      await db.keyspace('kept', codecs).put('a', 1);
      await db.keyspace('dropped', codecs).put('a', 2);
      expectSame('dropKeyspace', await db.dropKeyspace('dropped'), true);
      await db.close();
      const again = await open();
      expectSame(
        'names',
        again
          .keyspaces()
          .map(({ name }) => name)
          .filter((name) => name !== ''),
        ['kept'],
      );
      expectSame('kept', await again.keyspace('kept', codecs).scan().all(), [['a', 1]]);
      expectSame('dropped', await again.keyspace('dropped', codecs).scan().all(), []);
    },
  },
  {
    title: 'a key space is opened with the codecs that it was made with, or refused',
    async prove({ open }) {
      const db = await open();
      await db.keyspace('space', { keys: utf8, values: json<number>() }).put('a', 1);
      await db.close();
      const again = await open();
      const other: KeyCodec<string> = { ...utf8, name: 'another' };
      await expectStorageError('other codecs', 'UNSUPPORTED', () =>
        again.keyspace('space', { keys: other, values: json<number>() }).get('a'),
      );
    },
  },
  {
    title: 'a program that was gone without closing loses nothing that it acknowledged',
    needs: 'reopen',
    async prove({ open, takeOver }) {
      const db = await open();
      await fill(db, 0, 1500);
      await db.flush();
      await fill(db, 1500, 2500);
      await db.put('last', 'acknowledged');
      const next = await takeOver();
      expectEntries('recovered', await next.scan().all(), [...filled(0, 2500), ['last', 'acknowledged']]);
      await next.put('later', 'written');
      await next.close();
      const again = await open();
      expectSame('both', await again.getMany(['last', 'later']), ['acknowledged', 'written']);
      await expectSound(again);
    },
  },
  {
    title: 'a program that is taken over amid writes leaves a prefix of them, with all that were acknowledged, and writes no more',
    needs: 'reopen',
    async prove({ open, takeOver }) {
      const db = await open();
      let acknowledged = 0;
      const outcomes = Array.from({ length: 400 }, (_, i) =>
        db.put(keyOf(i), 'x'.repeat(5000)).then(
          () => void acknowledged++,
          (error: unknown) => {
            if (error instanceof StorageError && (error.code === 'FENCED' || error.code === 'UNKNOWN')) return;
            throw new ConformanceError('a write of the first program', { cause: error });
          },
        ),
      );
      const next = await takeOver();
      await Promise.all(outcomes);
      await expectStorageError('a later write', 'FENCED', async () => {
        for (let i = 0; i < 2; i++) await db.put('late', 'refused').catch(rethrowUnlessUnknown);
      });
      const found = (await next.scan().all()).map(([key]) => key);
      expectSame(
        'a prefix',
        found,
        found.map((_, i) => keyOf(i)),
      );
      expectSame('holds what was acknowledged', found.length >= acknowledged, true);
      await expectSound(next);
    },
  },
  {
    title: 'a second program is refused while the first is there',
    needs: 'reopen',
    async prove({ store, open, takeOver }) {
      const db = await open();
      await db.put('a', '1');
      if (store.lock !== undefined) await expectStorageError('a second program', 'LOCKED', () => open());
      const next = await takeOver();
      expectSame('what it finds', await next.get('a'), '1');
    },
  },
];

/** The first write after a takeover may be told that nobody knows what became of it; the next one is told why. */
function rethrowUnlessUnknown(error: unknown): void {
  if (!(error instanceof StorageError) || error.code !== 'UNKNOWN') throw error;
}
