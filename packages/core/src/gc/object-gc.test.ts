// What is proven garbage, and what only looks like it.

import { describe, expect, it } from 'vitest';
import { idText, metaName, sstName, type ObjectId } from '../format/object-names.ts';
import { runJob, type Job } from '../scheduler/job.ts';
import { memoryStore } from '../store/memory-store.ts';
import { manifestState, sstInfo, versionOf } from '../version/version-test-kit.ts';
import { collectGarbage } from './object-gc.ts';
import type { Pinned } from './pinned.ts';
import { pinnedOf } from './pinned-test-kit.ts';

const id = (term: number, counter: number) => ({ term, counter });

/** Both objects of these SSTs. */
const objectsOf = (...ids: { term: number; counter: number }[]): string[] => ids.flatMap((each) => [metaName(each), sstName(each)]);

function storeWith(names: readonly string[], options = {}) {
  const store = memoryStore(options);
  for (const name of names) store.sync.put(name, new Uint8Array(8));
  return { store, left: (): string[] => store.sync.list('').map(({ name }) => name) };
}

/** Term 5 is at work: its objects 1 to 9 are decided, from 10 on one may be under way. */
const state = manifestState({
  term: 5,
  pendingFrom: 10,
  nextObject: 12,
  version: versionOf([[sstInfo(3, 0, 9, { id: id(5, 3) })], [sstInfo(7, 0, 9, { id: id(2, 7) })]]),
});

describe('garbage', () => {
  it('is an SST that no version needs, of a term that is over or with a counter that is decided', async () => {
    const garbage = objectsOf(id(2, 6), id(4, 999), id(5, 1), id(5, 9));
    const { store, left } = storeWith(garbage);
    expect(await runJob(collectGarbage(store, pinnedOf(store), () => state))).toBe(garbage.length);
    expect(left()).toEqual([]);
  });

  it('is never an SST of the version', async () => {
    const needed = objectsOf(id(5, 3), id(2, 7));
    const { store, left } = storeWith(needed);
    expect(await runJob(collectGarbage(store, pinnedOf(store), () => state))).toBe(0);
    expect(left().sort()).toEqual([...needed].sort());
  });

  it('is not what may be under way, in this term or a later one', async () => {
    const pending = objectsOf(id(5, 10), id(5, 4000), id(6, 1));
    const { store, left } = storeWith(pending);
    await runJob(collectGarbage(store, pinnedOf(store), () => state));
    expect(left().sort()).toEqual([...pending].sort());
  });

  it('is not what a job is making whose term ended meanwhile', async () => {
    const made = objectsOf(id(4, 7));
    const { store, left } = storeWith([...made, ...objectsOf(id(4, 8))]);
    await runJob(
      collectGarbage(
        store,
        pinnedOf(store),
        () => state,
        () => [id(4, 7)],
      ),
    );
    expect(left().sort()).toEqual([...made].sort());
  });

  it('is half of an SST as well: a writer that died between its two objects leaves one', async () => {
    const { store, left } = storeWith([sstName(id(4, 1)), metaName(id(4, 2))]);
    await runJob(collectGarbage(store, pinnedOf(store), () => state));
    expect(left()).toEqual([]);
  });

  it('is nothing that has not the name of an SST, wherever it lies', async () => {
    const others = [
      'manifest/00000000000000000001.manifest',
      'sst/notes.txt',
      `sst/${idText(id(1, 1))}.sst.tmp`,
      `sst/old/${idText(id(1, 1))}.sst`,
      `${idText(id(1, 1))}.sst`,
      'sst/1-1.sst',
    ];
    const { store, left } = storeWith(others);
    expect(await runJob(collectGarbage(store, pinnedOf(store), () => state))).toBe(0);
    expect(left().sort()).toEqual([...others].sort());
  });

  it('is judged by the state after the listing: what was named meanwhile is needed', async () => {
    const { store, left } = storeWith(objectsOf(id(5, 3)));
    let listed = false;
    const list = (prefix: string) => {
      listed = true;
      return store.sync.list(prefix);
    };
    const before = { ...state, version: versionOf([]) };
    await runJob(collectGarbage({ ...store, sync: undefined, list }, pinnedOf(store), () => (listed ? state : before)));
    expect(left()).toHaveLength(2);
  });
});

it('is not what went out of use while pins were looked for: whoever pinned it then could not know', async () => {
  const { store, left } = storeWith(objectsOf(id(5, 3)));
  let now = state;
  const pins = pinnedOf(store);
  const pinned = {
    *look(): Job<(id: ObjectId) => boolean> {
      now = { ...state, version: versionOf([]) };
      return yield* pins.look();
    },
  } as unknown as Pinned;
  expect(await runJob(collectGarbage(store, pinned, () => now))).toBe(0);
  expect(left()).toHaveLength(2);
});

describe('deleting it', () => {
  it('goes a handful at a time, with a breath between', () => {
    const names = Array.from({ length: 150 }, (_, i) => sstName(id(4, i)));
    const { store } = storeWith(names);
    const sizes: number[] = [];
    const door = { ...store, delete: (some: readonly string[]) => void sizes.push(some.length) };
    let breaths = 0;
    const job = collectGarbage(door, pinnedOf(store), () => state);
    for (let step = job.next(); step.done !== true;) {
      if (step.value === undefined) breaths++;
      step = job.next(step.value?.later());
    }
    expect(sizes).toEqual([64, 64, 22]);
    expect(breaths).toBe(3);
  });

  it('does not mind what is gone since it was listed', async () => {
    const { store, left } = storeWith(objectsOf(id(4, 1), id(4, 2)));
    const current = () => {
      store.sync.delete([sstName(id(4, 1))]);
      return state;
    };
    expect(await runJob(collectGarbage(store, pinnedOf(store), current))).toBe(4);
    expect(left()).toEqual([]);
  });
});
