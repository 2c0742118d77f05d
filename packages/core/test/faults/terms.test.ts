// A term counts so many writes: before they run out, the writer claims the next one for itself, and nothing that was written notices.

import { describe, expect, it } from 'vitest';
import { open } from '../../src/db/open-database.ts';
import { utf8 } from '../../src/format/utf8-codec.ts';
import { memoryStore } from '../../src/store/memory-store.ts';
import { lengthOf, openRaw, SMALL, space } from './raw-engine.ts';

const COUNT = 2000;
const value = new Uint8Array(2000);
const settings = { keys: utf8, memoryBudgetBytes: SMALL } as const;

describe('a writer whose epochs run out', () => {
  it.each(['sync', 'async', 'putSync'])(
    'goes on in the next term, and everything is there, before and after a crash (%s)',
    async (manner) => {
      const data = memoryStore();
      const engine = await openRaw(manner === 'async' ? data.share({ sync: false }) : data.share(), { lastEpochLow: 300 });
      const first = engine.state.term;
      let last = 0n;
      for (let i = 0; i < COUNT; i++) {
        const key = `key ${i}`;
        const epoch =
          manner === 'putSync'
            ? engine.writer.putSync(space, key, value, 'buffered')
            : await engine.writer.put(space, key, value, 'buffered');
        expect(epoch).toBeGreaterThan(last);
        last = epoch;
      }
      expect(engine.state.term).toBeGreaterThan(first + 2);
      expect(last >> 32n).toBe(BigInt(engine.state.term));
      for (let i = 0; i < COUNT; i += 7) expect(await lengthOf(engine, `key ${i}`)).toBe(2000);
      const crashed = data.crash({ unsynced: (bytes) => bytes });
      await engine.close();
      for (const store of [data, crashed]) {
        await using again = await open(store, settings);
        expect(await again.scan().all()).toHaveLength(COUNT);
        expect((await again.verify()).ok).toBe(true);
        expect(await again.put('after', value)).toBeGreaterThan(last);
      }
    },
  );
});
