// Garbage that is collected by somebody who does not write: beside a writer, or where none has been for long.

import { memoryStore, open, openReader, seededRandom } from '@varve/core';
import { checkpointStore, collectGarbage, createCheckpoint } from '@varve/core/checkpoint';
import { describe, expect, it } from 'vitest';
import { flushed, many, replaceAll, SMALL } from '../reader/reader-test-kit.ts';

const SEED = 20261121;

describe('collectGarbage', () => {
  it('deletes what a writer that died has left, and nothing else', async () => {
    const store = memoryStore();
    const db = await flushed(store, many('first', 3000));
    await db.close();
    const before = store.sync.list('');
    store.sync.put('sst/0000000001-0000000999.sst', new Uint8Array(9));
    store.sync.put('sst/0000000001-0000000999.meta', new Uint8Array(9));
    store.sync.put('sst/0000000009-0000000001.sst', new Uint8Array(9));
    // Its counter is not decided in term 1, and term 9 has not begun: somebody may be making them.
    expect(await collectGarbage(store)).toBe(0);
    // Somebody who opens and closes at once collects nothing, but ends term 1.
    await (await open(store, { ...SMALL })).close();
    expect(await collectGarbage(store)).toBe(2);
    expect(store.sync.list('sst/').map(({ name }) => name)).toEqual(
      [...before.filter(({ name }) => name.startsWith('sst/')).map(({ name }) => name), 'sst/0000000009-0000000001.sst'].sort(),
    );
  });

  it('deletes what only a checkpoint has kept, once that is over', async () => {
    const store = memoryStore();
    const db = await flushed(store, many('first', 3000));
    await createCheckpoint(db, 'it', { expiresInMs: 3_600_000 });
    await replaceAll(db, 'second');
    await db.close();
    expect(await collectGarbage(store)).toBe(0);
    await using then = await openReader(await checkpointStore(store, 'it'), SMALL);
    expect(await then.scan().all()).toEqual(many('first'));
    expect(await collectGarbage(store, { now: () => Date.now() + 4_000_000 })).toBeGreaterThan(0);
    expect(store.sync.list('pin/')).toEqual([]);
    await using db2 = await open(store, { ...SMALL });
    expect(await db2.verify()).toMatchObject({ ok: true });
  });

  it(`harms no writer beside it (seed=${SEED})`, async () => {
    const random = seededRandom(SEED);
    const store = memoryStore({ sync: false });
    await using db = await open(store, { ...SMALL, sstSizeBytes: 65536 });
    let working = true;
    const collecting = (async () => {
      while (working) {
        await collectGarbage(store.share());
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
    })();
    for (let round = 0; round < 20; round++) {
      await db.putMany(many(`round ${round}`, 200 + (random.uint32() % 1000)));
      await db.flush();
      if (round % 5 === 4) await db.compact();
    }
    working = false;
    await collecting;
    expect(await db.verify()).toMatchObject({ ok: true });
    expect(await db.get('key000000')).toBe(many('round 19', 1)[0]![1]);
  });

  it('says so where there is no database', async () => {
    await expect(collectGarbage(memoryStore())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
