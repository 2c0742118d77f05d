// Writes that wait for a flush, in a store that answers when the test says so.

import { describe, expect, it } from 'vitest';
import { utf8 } from '../format/utf8-codec.ts';
import { memoryStore } from '../store/memory-store.ts';
import { open } from './open-database.ts';

const MIB = 2 ** 20;

/** A database whose flushes come to their end when a write has waited for them, and whose log is truncated when `truncate` is called, or at once. */
async function setUp(holdsTruncation: boolean) {
  const flushed: number[] = [];
  let truncate: () => void = () => undefined;
  const mayTruncate = holdsTruncation ? new Promise<void>((resolve) => (truncate = resolve)) : undefined;
  let goOn: (() => void) | undefined;
  const store = memoryStore({
    sync: false,
    delay: ({ operation }) => {
      if (operation === 'finish') return new Promise((resolve) => (goOn = resolve));
      // So many turns without a write are a pause.
      return operation === 'log.truncate' ? (mayTruncate ?? turns(100)) : undefined;
    },
  });
  const db = await open(store, {
    keys: utf8,
    values: utf8,
    memoryBudgetBytes: 8 * MIB,
    onEvent: (event) => {
      if (event.kind === 'flush') flushed.push(event.entries);
      if (event.kind === 'stall') void turns(100).then(() => goOn?.());
    },
  });
  let written = 0;
  /** So many batches of 50 entries, each of about a kilobyte. */
  const write = async (batches: number): Promise<void> => {
    for (let n = 0; n < batches; n++) {
      const batch = db.batch();
      for (let i = 0; i < 50; i++) batch.put(`key ${written++}`, 'x'.repeat(960));
      await db.write(batch, { durability: 'memory' });
    }
  };
  const close = async (): Promise<void> => {
    truncate();
    const timer = setInterval(() => goOn?.(), 1);
    await db.close();
    clearInterval(timer);
  };
  return { db, flushed, write, close };
}

async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await new Promise((resolve) => setTimeout(resolve));
}

describe('a write that waits for room', () => {
  it('goes on when a memtable is given back, before the log is truncated', async () => {
    const { write, flushed, close } = await setUp(true);
    // Two memtables of a megabyte, and a little of a third.
    await write(44);
    expect(flushed).toHaveLength(1);
    await close();
  });

  it('is no pause: what it goes on in is not frozen before it is full', async () => {
    const { write, flushed, close } = await setUp(false);
    await write(150);
    expect(flushed.length).toBeGreaterThan(4);
    expect(flushed.filter((count) => count < flushed[0]! / 2)).toEqual([]);
    await close();
  });
});
