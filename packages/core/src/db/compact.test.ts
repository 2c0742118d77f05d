// `compact` as users call it.

import { describe, expect, it } from 'vitest';
import { utf8 } from '../format/utf8-codec.ts';
import { memoryStore } from '../store/memory-store.ts';
import { open } from './open-database.ts';

/** Two SSTs of one key space: values, then deletes of half of them. */
async function halfDeleted() {
  const db = await open(memoryStore(), { keys: utf8, values: utf8 });
  const words = db.keyspace('words', { keys: utf8, values: utf8 });
  await words.putMany(Array.from({ length: 100 }, (_, i) => [`w${i}`, 'x'] as const));
  await db.flush();
  for (let i = 0; i < 50; i++) await words.delete(`w${i}`);
  await db.flush();
  return db;
}

const entriesOf = (db: Awaited<ReturnType<typeof halfDeleted>>): number => db.stats().levels.reduce((sum, { entries }) => sum + entries, 0);

describe('compact', () => {
  it('without a range merges every key space, so that deleted data is gone', async () => {
    await using db = await halfDeleted();
    expect(entriesOf(db)).toBe(150);
    await db.compact();
    expect(entriesOf(db)).toBe(50);
    expect(await db.keyspace('words', { keys: utf8, values: utf8 }).scan().all()).toHaveLength(50);
  });

  it('with a range touches nothing of other key spaces', async () => {
    await using db = await halfDeleted();
    await db.compact({});
    expect(entriesOf(db)).toBe(150);
  });
});
