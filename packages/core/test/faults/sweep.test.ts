// A whole life in which one call of store or log fails, before or after its effect: another call in every life. What was acknowledged, and what
// recovery may find, follow from the promises alone.

import { describe, expect, it } from 'vitest';
import { StorageError, type StorageErrorCode } from '../../src/base/errors.ts';
import { open } from '../../src/db/open-database.ts';
import { utf8 } from '../../src/format/utf8-codec.ts';
import type { MemoryCall, MemoryFault } from '../../src/store/memory-handle.ts';
import { memoryStore } from '../../src/store/memory-store.ts';

const settings = { keys: utf8, values: utf8, memoryBudgetBytes: 4 * 2 ** 20 } as const;
/** Only these may say that the place is full. */
const WRITING = /^(putIfAbsent|createObject|append|finish|log\.create|log\.append|log\.sync|log\.makeDurable)$/;
/** Every so many calls one is failed. */
const STRIDE = 5;
const WRITES = 24;
const SYNCED_EVERY = 3;

interface Failure {
  readonly code: StorageErrorCode;
  readonly when: MemoryFault['when'];
  /** Which call. */
  readonly nth: number;
}

/** What the calls of a life were told. */
interface Told {
  readonly acknowledged: number[];
  readonly refused: number[];
  failed: boolean;
  closed: boolean;
}

const keyOf = (i: number): string => `key ${String(i).padStart(4, '0')}`;

/** A store one call of which fails, and how many calls there were. */
function failing(data: ReturnType<typeof memoryStore>, sync: boolean, { code, when, nth }: Failure) {
  const life = { calls: 0, failed: 'nothing' };
  const fault = ({ operation, name }: MemoryCall): MemoryFault | undefined => {
    if (operation === 'lock' || (code === 'QUOTA' && !WRITING.test(operation)) || ++life.calls !== nth) return undefined;
    life.failed = `${operation} ${name}`;
    return { when, error: new StorageError(code, 'this call fails') };
  };
  const delay = (): Promise<void> | undefined => (life.calls % 5 === 0 ? new Promise((resolve) => setTimeout(resolve)) : undefined);
  return { life, store: sync ? data.share({ fault, delay }) : data.share({ fault, delay, sync: false }) };
}

async function live(store: Parameters<typeof open>[0]): Promise<Told> {
  const told: Told = { acknowledged: [], refused: [], failed: false, closed: false };
  try {
    const db = await open(store, settings);
    const writes: Promise<unknown>[] = [];
    for (let i = 0; i < WRITES; i++) {
      const written = db.put(keyOf(i), 'x'.repeat(60_000), { durability: i % SYNCED_EVERY === 0 ? 'synced' : 'buffered' });
      const isRefused = (error: StorageError): void => {
        told.failed = true;
        if (error.code !== 'UNKNOWN') told.refused.push(i);
      };
      writes.push(written.then(() => told.acknowledged.push(i), isRefused));
      if (i % 6 === 5) {
        await Promise.all(writes);
        void db.flush().catch(() => undefined);
      }
      if (i === 18) void db.compact().catch(() => undefined);
    }
    await Promise.all(writes);
    await db.close();
    told.closed = true;
  } catch (error) {
    // Open or close was told of it.
    if (!(error instanceof StorageError)) throw error;
  }
  return told;
}

/** What a power cut leaves holds everything that was acknowledged as durable, nothing that was refused, and no gap. */
async function check(left: ReturnType<typeof memoryStore>, { acknowledged, refused, failed, closed }: Told, label: string): Promise<void> {
  const db = await open(left, { ...settings, takeover: 'now' });
  const found = (await db.scan().all()).map(([key]) => key);
  expect(found, label).toEqual(found.map((_, i) => keyOf(i)));
  const durable = closed && !failed ? acknowledged : acknowledged.filter((i) => i % SYNCED_EVERY === 0);
  expect(found, label).toEqual(expect.arrayContaining(durable.map(keyOf)));
  for (const i of refused) expect(found, label).not.toContain(keyOf(i));
  expect((await db.verify()).problems, label).toEqual([]);
  await db.close();
}

describe('a life in which one call fails', () => {
  it.each([
    [true, 'UNAVAILABLE', 'before'],
    [true, 'UNAVAILABLE', 'after'],
    [true, 'QUOTA', 'before'],
    [false, 'UNAVAILABLE', 'before'],
    [false, 'UNAVAILABLE', 'after'],
    [false, 'QUOTA', 'before'],
  ] as const)('keeps every promise (store sync %s, %s %s its effect)', async (sync, code, when) => {
    let lives = 0;
    for (let nth = 1; ; nth += STRIDE) {
      const data = memoryStore();
      const { life, store } = failing(data, sync, { code, when, nth });
      const told = await live(store);
      if (life.calls < nth) break;
      lives++;
      const label = JSON.stringify({ nth, call: life.failed, ...told });
      const cut = data.crash();
      await check(data.share(), told, label);
      await check(cut, told, label);
    }
    expect(lives).toBeGreaterThan(5);
  });
});
