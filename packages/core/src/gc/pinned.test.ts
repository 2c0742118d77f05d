// Which SSTs are pinned, and which are not any more.

import { describe, expect, it } from 'vitest';
import { runJob } from '../scheduler/job.ts';
import { memoryStore } from '../store/memory-store.ts';
import { manifestState, sstInfo, versionOf } from '../version/version-test-kit.ts';
import { NOON, pinnedOf, pinObject } from './pinned-test-kit.ts';

const stateWith = (...counters: number[]) => manifestState({ version: versionOf([counters.map((n) => sstInfo(n, 0, 9))]) });
const id = (counter: number) => ({ term: 1, counter });

describe('pins', () => {
  it('hold the SSTs of the states that they keep, and no others', async () => {
    const store = memoryStore();
    for (const [nonce, counters] of Object.entries({ aa: [1, 2], bb: [2, 3] })) {
      const { object, bytes } = pinObject({ state: stateWith(...counters) }, nonce);
      store.sync.put(object, bytes);
    }
    const isPinned = await runJob(pinnedOf(store).look());
    expect([1, 2, 3, 4].map((n) => isPinned(id(n)))).toEqual([true, true, true, false]);
  });

  it('count until they are deleted, and are read once', async () => {
    const reads: string[] = [];
    const store = memoryStore({ fault: ({ operation, name }) => void (operation === 'get' && reads.push(name)) });
    const { object, bytes } = pinObject({ state: stateWith(1) });
    store.sync.put(object, bytes);
    const pinned = pinnedOf(store);
    for (let looks = 0; looks < 3; looks++) expect((await runJob(pinned.look()))(id(1))).toBe(true);
    expect(reads).toEqual([object]);
    store.sync.delete([object]);
    expect((await runJob(pinned.look()))(id(1))).toBe(false);
  });

  it('count until their time is over, and are deleted then', async () => {
    const store = memoryStore();
    const { object, bytes } = pinObject({ state: stateWith(1), until: NOON + 10 });
    store.sync.put(object, bytes);
    let now = NOON + 9;
    const pinned = pinnedOf(store, () => now);
    expect((await runJob(pinned.look()))(id(1))).toBe(true);
    now++;
    expect((await runJob(pinned.look()))(id(1))).toBe(false);
    expect(store.sync.list('')).toEqual([]);
  });

  it('whose time is over count while they are there: a second one of the same state may be on its way', async () => {
    const first = pinObject({ state: stateWith(1), until: NOON }, 'aa');
    const second = pinObject({ state: stateWith(1) }, 'bb');
    const store = memoryStore({
      fault: ({ operation }) => {
        if (operation === 'delete' && !store.sync.has(second.object)) store.sync.put(second.object, second.bytes);
        return undefined;
      },
    });
    store.sync.put(first.object, first.bytes);
    expect((await runJob(pinnedOf(store).look()))(id(1))).toBe(true);
    expect(store.sync.list('').map(({ name }) => name)).toEqual([second.object]);
  });

  it('are looked for again when one goes before it is read: another one may rest on it', async () => {
    const first = pinObject({ state: stateWith(1) }, 'aa');
    const second = pinObject({ state: stateWith(1) }, 'bb');
    const store = memoryStore({
      fault: ({ operation, name }) => {
        if (operation === 'get' && name === first.object && store.sync.has(first.object)) {
          store.sync.put(second.object, second.bytes);
          store.sync.delete([first.object]);
        }
        return undefined;
      },
    });
    store.sync.put(first.object, first.bytes);
    expect((await runJob(pinnedOf(store).look()))(id(1))).toBe(true);
  });

  it('are what has the name of one: nothing else is read', async () => {
    const store = memoryStore();
    store.sync.put('pin/readme.txt', new Uint8Array(3));
    expect((await runJob(pinnedOf(store).look()))(id(1))).toBe(false);
  });
});
