// What is refused before anything happens, and what is told when nobody waits for it any more.

import { afterEach, describe, expect, it, vi } from 'vitest';
import { memoryStore, open, utf8, type Database, type SyncMemoryStore } from '@varve/core';
import { abortable } from '../../src/base/abort.ts';
import { tell } from '../../src/stats/events.ts';

type SyncCalls = Database<SyncMemoryStore, string, string>;

async function openLate() {
  const store = memoryStore({ sync: false });
  const options = { keys: utf8, values: utf8, memoryBudgetBytes: 4 << 20 };
  const db = (await open(store, options)) as unknown as SyncCalls;
  return { store, options, db };
}

describe('synchronous calls on a store that answers later', () => {
  it('are refused by an error that says why', async () => {
    const { db } = await openLate();
    expect(() => db.putSync('a', '1')).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
    expect(() => db.deleteSync('a')).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
    expect(() => db.scanSync()).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
    await db.close();
  });

  it('get what is in memory, and are refused what would have to be waited for', async () => {
    const { db, store, options } = await openLate();
    await db.put('a', '1');
    expect(db.getSync('a')).toBe('1');
    await db.flush();
    await db.close();
    const again = (await open(store, options)) as unknown as SyncCalls;
    expect(() => again.getSync('a')).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
    expect(await again.get('a')).toBe('1');
    await again.close();
  });
});

it('putMany takes entries that can be iterated, and says so', async () => {
  const db = await open(memoryStore(), { keys: utf8, values: utf8 });
  await expect(db.putMany({ a: '1' } as never)).rejects.toThrow(/iterable/);
  await expect(db.putMany(undefined as never)).rejects.toThrow(TypeError);
  await db.close();
});

it('work that fails after its signal was aborted fails for nobody', async () => {
  const signal = AbortSignal.abort(new Error('stopped'));
  await expect(abortable(Promise.reject(new Error('too late')), signal)).rejects.toThrow('stopped');
});

describe('a listener that fails', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('is reported where uncaught errors go, and stops nothing', () => {
    const later: (() => void)[] = [];
    vi.stubGlobal('queueMicrotask', (callback: () => void) => void later.push(callback));
    const listener = () => {
      throw new Error('a mistake of the listener');
    };
    expect(() => tell(listener, { kind: 'garbage', objects: 1 })).not.toThrow();
    expect(later[0]).toThrow('a mistake of the listener');
  });
});
