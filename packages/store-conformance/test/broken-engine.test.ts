// The kit for whole databases notices what a store or log does wrong, by the check that names what a user would lose.

import { memoryStore, type LogSegment, type LogStore, type MemoryStore, type ObjectStore } from '@varve/core';
import { describe, expect, it } from 'vitest';
import { compareWithMap, engineChecks } from '../src/index.ts';
import { withReader } from './broken-store.ts';

interface Mistake {
  readonly mistake: string;
  /** Titles of checks that fail. */
  readonly caughtBy: readonly string[];
  breakStore(store: MemoryStore): Partial<ObjectStore>;
}

const TAKEN_OVER = 'a program that is taken over amid writes leaves a prefix of them, with all that were acknowledged, and writes no more';

/** A log whose segments do this instead. */
function withSegments(store: MemoryStore, change: (segment: LogSegment) => Partial<LogSegment>): Partial<ObjectStore> {
  return {
    openLog(): LogStore {
      const log = store.openLog();
      return {
        ...log,
        async create(number, size) {
          const segment = await log.create(number, size);
          // A segment is an instance of a class: its methods are not its own.
          return (
            segment && {
              append: (...args) => segment.append(...args),
              sync: () => segment.sync(),
              close: () => segment.close(),
              ...change(segment),
            }
          );
        },
      };
    },
  };
}

const mistakes: readonly Mistake[] = [
  {
    mistake: 'the log forgets what is appended after the first 4 KiB of a segment',
    caughtBy: [
      'everything is there after closing and opening, again and again',
      'a program that was gone without closing loses nothing that it acknowledged',
    ],
    breakStore: (store) =>
      withSegments(store, (segment) => ({
        append: (bytes, position) => (position < 4096 ? segment.append(bytes, position) : Promise.resolve()),
      })),
  },
  {
    mistake: 'objects are never deleted',
    caughtBy: ['a merge leaves no object that nothing needs'],
    breakStore: () => ({ delete: () => Promise.resolve() }),
  },
  {
    mistake: 'nobody sees the manifests of others',
    caughtBy: [TAKEN_OVER],
    breakStore(store) {
      const own = new Set<string>();
      return {
        putIfAbsent(name, bytes) {
          own.add(name);
          return store.putIfAbsent(name, bytes);
        },
        has: async (name) => own.has(name) && store.has(name),
      };
    },
  },
  {
    mistake: 'everybody gets the lock',
    caughtBy: ['a second program is refused while the first is there'],
    breakStore: () => ({ lock: () => Promise.resolve(() => undefined) }),
  },
  {
    mistake: 'an object that is read from its middle is read from its beginning',
    caughtBy: ['a flush and a merge change no answer', 'values up to a thirty-second of the memory come back whole'],
    breakStore: (store) =>
      withReader(store, (reader) => ({ readInto: (target, offset) => reader.readInto(target, offset > 100_000 ? 0 : offset) })),
  },
];

/** Which of these checks fail. */
async function failuresOf(titles: readonly string[], breakStore: Mistake['breakStore']): Promise<string[]> {
  const behind = new WeakMap<ObjectStore, MemoryStore>();
  const handle = (store: MemoryStore): ObjectStore => {
    const own = { ...store, ...breakStore(store) };
    behind.set(own, store);
    return own;
  };
  const checks = engineChecks({
    open: () => handle(memoryStore({ sync: false })),
    reopen: (store) => handle(behind.get(store)!.share({ sync: false })),
    sync: false,
  });
  const failed: string[] = [];
  for (const { title, run } of checks) if (titles.includes(title)) await run().catch(() => failed.push(title));
  return failed;
}

describe('a database on a broken store', () => {
  it.each(mistakes)('fails its checks when $mistake', async ({ caughtBy, breakStore }) => {
    expect((await failuresOf(caughtBy, breakStore)).sort()).toEqual([...caughtBy].sort());
    expect(await failuresOf(caughtBy, () => ({}))).toEqual([]);
  });

  it('does not keep what a map keeps, when the log forgets', async () => {
    const store = memoryStore({ sync: false });
    const forgetful = { ...store, ...mistakes[0].breakStore(store) };
    await expect(compareWithMap(forgetful, 1, 500)).rejects.toThrow(/^seed=1: ConformanceError: a scan of everything: entry/);
    await compareWithMap(memoryStore({ sync: false }), 1, 500);
  });
});
