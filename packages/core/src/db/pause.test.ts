// What a database does when nobody asks anything of it.

import { describe, expect, it } from 'vitest';
import { utf8 } from '../format/utf8-codec.ts';
import { memoryStore } from '../store/memory-store.ts';
import { open } from './open-database.ts';

const MIB = 2 ** 20;
const openSmall = () => open(memoryStore(), { keys: utf8, values: utf8, memoryBudgetBytes: 8 * MIB });

/** About so many bytes of log. */
function entries(name: string, bytes: number): [string, string][] {
  return Array.from({ length: bytes / 1000 }, (_, i) => [`${name} ${i}`, 'x'.repeat(960)]);
}

describe('in a pause', () => {
  it('a memtable that is a quarter full is flushed, and runs of L0 become one of L1', async () => {
    await using db = await openSmall();
    for (const round of [1, 2]) {
      await db.putMany(entries('key', MIB / 2));
      await db.idle();
      expect(db.stats().work.flushes).toBe(round);
    }
    expect(
      db
        .stats()
        .levels.map(({ ssts }) => ssts)
        .slice(0, 3),
    ).toEqual([0, 1, 0]);
    expect(await db.scan().all()).toHaveLength(Math.floor(MIB / 2000));
    expect(db.stats().work.compactions).toBe(1);
  });

  it('a memtable that holds little stays', async () => {
    await using db = await openSmall();
    await db.putMany(entries('a', MIB / 10));
    await db.idle();
    expect(db.stats().work.flushes).toBe(0);
  });

  it('nothing is begun while writes go on', async () => {
    await using db = await openSmall();
    let flushed = 0;
    for (let i = 0; i < 400; i++) {
      await db.put(`key ${i}`, 'x'.repeat(960));
      flushed = db.stats().work.flushes;
    }
    expect(flushed).toBe(0);
    await db.idle();
    expect(db.stats().work.flushes).toBe(1);
  });
});
