import { expect, it } from 'vitest';
import { open, memoryStore, utf8 } from '@varve/core';

it('opens a database in memory on the main thread', async () => {
  const db = await open(memoryStore(), { keys: utf8, values: utf8 });
  await db.put('a', 'b');
  expect(db.getSync('a')).toBe('b');
  await db.close();
});
