// What the types promise. The type checker is the test: an expected error that does not come is an error itself.

import { expectTypeOf, it } from 'vitest';
import type { AbstractLevel } from 'abstract-level';
import { Level } from './level.ts';
import { MemoryLevel } from './memory-level.ts';
import type { Data } from './formats.ts';

interface City {
  readonly population: number;
}

it('takes keys and values to be strings unless it is told', () => {
  expectTypeOf<Level['get']>().toBeCallableWith('key');
  expectTypeOf<MemoryLevel>().toExtend<AbstractLevel<Data, string, string>>();
});

it('knows the types of entries', async () => {
  const db = new MemoryLevel<string, City>({ valueEncoding: 'json' });
  expectTypeOf(await db.get('Oslo')).toEqualTypeOf<City | undefined>();
  expectTypeOf(db.getSync('Oslo')).toEqualTypeOf<City | undefined>();
  expectTypeOf(await db.getMany(['Oslo'])).toEqualTypeOf<(City | undefined)[]>();
  expectTypeOf(await db.iterator().all()).toEqualTypeOf<[string, City][]>();
  expectTypeOf(await db.keys().next()).toEqualTypeOf<string | undefined>();
  expectTypeOf(await db.values({ limit: 1 }).nextv(1)).toEqualTypeOf<City[]>();
  // @ts-expect-error a city has a population
  await db.put('Oslo', { people: 709_000 });
  // @ts-expect-error keys are strings
  await db.get(1);
  await db.close();
});

it('lets an operation have types of its own', async () => {
  const db = new MemoryLevel<string, City>({ valueEncoding: 'json' });
  await db.put<string, number>('count', 1, { valueEncoding: 'json' });
  expectTypeOf(await db.get<string, number>('count', {})).toEqualTypeOf<number | undefined>();
  const sizes = db.sublevel<number, Uint8Array>('sizes', { keyEncoding: 'json', valueEncoding: 'view' });
  expectTypeOf(await sizes.get(1)).toEqualTypeOf<Uint8Array | undefined>();
  await db.close();
});

it('knows the option sync of every write, and no other', async () => {
  const db = new MemoryLevel();
  await db.put('a', '1', { sync: true });
  await db.del('a', { sync: true });
  await db.batch([{ type: 'put', key: 'a', value: '1' }], { sync: true });
  await db.batch().put('a', '1').del('b').write({ sync: true });
  // @ts-expect-error there is no such option
  await db.put('a', '1', { synced: true });
  expectTypeOf(db.put<string, string>)
    .parameter(2)
    .toHaveProperty('sync');
  await db.close();
});

it('takes the options of the engine, but for codecs', () => {
  expectTypeOf(Level<string, string>).toBeConstructibleWith('./db', { memoryBudgetBytes: 2 ** 24, takeover: 'wait', compression: false });
  // @ts-expect-error Level encodes
  expectTypeOf(Level<string, string>).toBeConstructibleWith('./db', { keys: undefined });
});
