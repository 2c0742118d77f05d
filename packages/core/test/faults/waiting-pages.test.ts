// Pages that are filled while the database goes on: what happens during a wait for a block must not reach into the page.

import { describe, expect, it } from 'vitest';
import { open } from '../../src/db/open-database.ts';
import { utf8 } from '../../src/format/utf8-codec.ts';
import { memoryStore } from '../../src/store/memory-store.ts';

const settings = { keys: utf8, values: utf8, memoryBudgetBytes: 4 * 2 ** 20, blockSizeBytes: 512 } as const;
const keyOf = (i: number): string => `k${String(i).padStart(4, '0')}`;

describe('a page that waits for a block', () => {
  it.each([false, true])('does not mind that far longer keys are written meanwhile (reverse %s)', async (reverse) => {
    const data = memoryStore();
    const first = await open(data.share(), settings);
    const entries = Array.from({ length: 300 }, (_, i) => [keyOf(i), `value ${i}`] as [string, string]);
    await first.putMany(entries);
    await first.flush();
    await first.close();
    const waiting: (() => void)[] = [];
    let slow = false;
    const db = await open(
      data.share({
        sync: false,
        delay: ({ operation }) => (slow && operation === 'readInto' ? new Promise((resolve) => waiting.push(resolve)) : undefined),
      }),
      settings,
    );
    slow = true;
    const scanned = db.scan({ reverse }).all();
    let longer = 0;
    for (let done = false; !done;) {
      const read = await Promise.race([scanned.then(() => true), new Promise<false>((resolve) => setTimeout(() => resolve(false)))]);
      done = read;
      // Between the keys that the page has seen and will see.
      for (const i of [longer, 299 - longer]) await db.put(keyOf(i) + 'x'.repeat(8000), 'new');
      longer++;
      for (const go of waiting.splice(0)) go();
    }
    expect(longer).toBeGreaterThan(5);
    expect(await scanned).toEqual(reverse ? [...entries].reverse() : entries);
    slow = false;
    expect((await db.scan().all()).filter(([key]) => key.length < 10)).toEqual(entries);
    await db.close();
  });
});
