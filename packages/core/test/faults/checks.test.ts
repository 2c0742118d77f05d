// Writes that depend on what they found: nothing comes between the check and the write, however the line moves.

import { describe, expect, it } from 'vitest';
import { open } from '../../src/db/open-database.ts';
import { utf8 } from '../../src/format/utf8-codec.ts';
import { memoryStore } from '../../src/store/memory-store.ts';

const settings = { keys: utf8, values: utf8, memoryBudgetBytes: 4 * 2 ** 20 } as const;
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('update', () => {
  it.each(['sync', 'async', 'late'])('loses none of many at once, beside writes that wait for room (store %s)', async (manner) => {
    const data = memoryStore();
    let calls = 0;
    const delay = (): Promise<void> | undefined => (calls++ % 3 === 0 ? turn() : undefined);
    const store = manner === 'sync' ? data : data.share({ sync: false, ...(manner === 'late' && { delay }) });
    await using db = await open(store, settings);
    const others: Promise<unknown>[] = [];
    const counts: Promise<unknown>[] = [];
    for (let i = 0; i < 60; i++) {
      for (let j = 0; j < 4; j++) others.push(db.put(`filler ${i} ${j}`, 'x'.repeat(8000)));
      counts.push(db.update('counter', (old) => `${Number(old ?? '0') + 1}`));
      if (i % 7 === 0) others.push(db.flush());
    }
    await Promise.all([...counts, ...others]);
    expect(await db.get('counter')).toBe('60');
  });
});

describe('a batch with checks', () => {
  it('is refused when a write that stood before it in line changed the key', async () => {
    const data = memoryStore();
    await using db = await open(data.share({ sync: false }), settings);
    const epoch = await db.put('key', 'first');
    // So many that the last of them waits for room.
    const before = Array.from({ length: 200 }, (_, i) => db.put(`filler ${i}`, 'x'.repeat(8000)));
    const second = db.put('key', 'second');
    const checked = db.write(db.batch().put('key', 'third').check('key', epoch));
    await Promise.all([...before, second]);
    expect(await checked).toMatchObject({ ok: false });
    expect(await db.get('key')).toBe('second');
  });

  it('ends also when more keys are checked than the cache holds blocks', async () => {
    const data = memoryStore();
    const first = await open(data.share(), settings);
    const keys = Array.from({ length: 3000 }, (_, i) => `key ${String(i).padStart(5, '0')}`);
    await first.putMany(keys.map((key) => [key, 'x'.repeat(1500)] as const));
    await first.compact();
    await first.close();
    await using db = await open(data.share({ sync: false }), settings);
    const batch = db.batch().put('all there', 'yes');
    for (const key of keys) {
      const entry = await db.getEntry(key);
      batch.check(key, entry?.epoch);
    }
    expect(await db.write(batch)).toMatchObject({ ok: true });
  });
});
