// Two databases that did the same: their objects have the same names and sizes, and still none passes for the other's.

import { expect, it } from 'vitest';
import { open } from '../../src/db/open-database.ts';
import { utf8 } from '../../src/format/utf8-codec.ts';
import { memoryStore, type SyncMemoryStore } from '../../src/store/memory-store.ts';
import { imageOf, replaced, storeOf } from './image.ts';

const settings = { keys: utf8, values: utf8, compression: 'none', memoryBudgetBytes: 4 * 2 ** 20 } as const;

async function database(value: string): Promise<SyncMemoryStore> {
  const store = memoryStore();
  const db = await open(store, settings);
  for (let i = 0; i < 20; i++) await db.put(`k${i}`, value);
  await db.flush();
  await db.close();
  return store;
}

it('an SST of a twin database is damage, whichever of its objects was swapped', async () => {
  const mine = await imageOf(await database('mine'));
  const other = await imageOf(await database('your'));
  const names = [...mine.keys()].filter((name) => name.startsWith('sst/'));
  expect(names).toHaveLength(2);
  for (const name of names) {
    const store = await storeOf(replaced(mine, name, other.get(name)));
    const looking = (async () => {
      const db = await open(store, settings);
      try {
        return await db.get('k7');
      } finally {
        await db.close();
      }
    })();
    await expect(looking).rejects.toMatchObject({ code: 'CORRUPTION', object: name });
  }
});
