// SSTs that are written slowly: a merge goes on in another buffer meanwhile, and no byte changes under a write that still reads it.

import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import { open } from '../../src/db/open-database.ts';
import { utf8 } from '../../src/format/utf8-codec.ts';
import { memoryStore } from '../../src/store/memory-store.ts';
import { SMALL } from './raw-engine.ts';

const VALUE_BYTES = 120;
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const key = (i: number): string => `key ${i}`;
const value = (i: number): Uint8Array => seededRandom(i).fill(new Uint8Array(VALUE_BYTES));

/** A store whose asynchronous appends to objects take place when they are let go. */
function slowStore() {
  const waiting: (() => void)[] = [];
  let appends = 0;
  const store = memoryStore({
    delay({ operation }) {
      if (operation !== 'append') return undefined;
      appends++;
      return new Promise((resolve) => waiting.push(resolve));
    },
  });
  return {
    store,
    appends: (): number => appends,
    pending: (): number => waiting.length,
    letGo: (): void => waiting.splice(0).forEach((resolve) => resolve()),
  };
}

describe.each([
  { memoryBudgetBytes: SMALL, buffers: 'one buffer' },
  { memoryBudgetBytes: 4 * SMALL, buffers: 'two buffers' },
])('a merge whose output is written slowly, from $buffers', ({ memoryBudgetBytes }) => {
  const openSlow = (store: ReturnType<typeof memoryStore>) => open(store, { keys: utf8, memoryBudgetBytes, compression: 'none' });

  it('hands over one piece at a time, and never changes one that is on its way', async () => {
    const { store, appends, pending, letGo } = slowStore();
    const db = await openSlow(store);
    for (let i = 0; i < 2000; i++) await db.put(key(i), value(i));
    let done = false;
    const flushed = db.flush().then(() => (done = true));
    while (!done) {
      for (let turns = 0; turns < 5; turns++) await turn();
      expect(pending()).toBeLessThanOrEqual(1);
      letGo();
    }
    await flushed;
    expect(appends()).toBeGreaterThan(2);
    expect((await db.verify()).ok).toBe(true);
    for (let i = 0; i < 2000; i++) expect(db.getSync(key(i))).toEqual(value(i));
    await db.close();
  });

  it('is overtaken by a synchronous writer who needs the room', async () => {
    const { store, pending, letGo } = slowStore();
    const db = await openSlow(store);
    const before = db.stats().memory.allocatedBytes;
    let count = 0;
    for (; pending() === 0; count++) {
      await db.put(key(count), value(count));
      if (count % 100 === 0) await turn();
    }
    // Who was overtaken still reads its bytes: its buffer is not anybody else's before it is done.
    for (; db.stats().work.flushes < 4; count++) {
      db.putSync(key(count), value(count));
      if (count % 50 > 0) continue;
      letGo();
      for (let i = 0; i < 5; i++) await Promise.resolve();
    }
    letGo();
    for (let i = 0; i < count; i++) expect(db.getSync(key(i))).toEqual(value(i));
    expect((await db.verify()).ok).toBe(true);
    const settling = setInterval(letGo);
    await db.idle();
    clearInterval(settling);
    expect(db.stats().memory.allocatedBytes - before).toBeLessThan(100_000);
    await db.close();
  });

  it('is waited for by close, and nothing is lost', async () => {
    const { store, pending, letGo } = slowStore();
    const db = await openSlow(store);
    let count = 0;
    for (; pending() === 0; count++) {
      await db.put(key(count), value(count));
      if (count % 100 === 0) await turn();
    }
    const settling = setInterval(letGo);
    await db.close();
    clearInterval(settling);
    await using again = await open(store.share(), { keys: utf8, memoryBudgetBytes });
    for (let i = 0; i < count; i++) expect(again.getSync(key(i))).toEqual(value(i));
    expect((await again.verify()).ok).toBe(true);
  });
});
