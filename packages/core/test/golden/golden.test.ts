// Databases that were written once and are never written again: every later version opens them, answers as it should, and goes on with them.

import { afterAll, describe, expect, it } from 'vitest';
import { change, copyOf, differences, openGolden, type Opened } from './differences.ts';
import { databasesOf, generations, readGolden } from './generations.ts';
import type { Contents } from './contents.ts';

const all = generations().flatMap((generation) => databasesOf(generation).map((name) => [generation, name] as const));
const open: Opened[] = [];

async function opened(store: Parameters<typeof openGolden>[0], contents: Contents): Promise<Opened> {
  const one = await openGolden(store, contents);
  open.push(one);
  return one;
}

afterAll(async () => {
  for (const { db } of open) await db.close();
});

describe.each(all)('the golden database %s/%s', (generation, name) => {
  const golden = readGolden(generation, name);
  const { contents } = golden;

  it('opens and holds what stands beside it', async () => {
    const one = await opened(await copyOf(golden), contents);
    expect(await differences(one, contents)).toEqual([]);
    await one.db.close();
  });

  it('goes on with writes, flushes, compactions and reopenings', async () => {
    const store = await copyOf(golden);
    const one = await opened(store, contents);
    const changed = await change(one, contents);
    expect(changed.spaces).not.toEqual(contents.spaces);
    expect(await differences(one, changed), 'in the memtable').toEqual([]);
    await one.db.flush();
    expect(await differences(one, changed), 'after a flush').toEqual([]);
    await one.db.compact();
    expect(await differences(one, changed), 'after a compaction').toEqual([]);
    await one.db.close();
    const again = await opened(store.share(), changed);
    expect(await differences(again, changed), 'opened again').toEqual([]);
    await again.db.close();
  });

  it('opens again and again without being written to, and holds the same', async () => {
    const store = await copyOf(golden);
    for (let round = 0; round < 3; round++) {
      const one = await opened(store.share(), contents);
      expect(await differences(one, contents), `round=${round}`).toEqual([]);
      await one.db.close();
    }
  });
});

it('there are golden databases of every generation, and each has an everyday one', () => {
  expect(generations()[0]).toBe('1');
  for (const generation of generations()) expect(databasesOf(generation), generation).toContain('everyday');
});
