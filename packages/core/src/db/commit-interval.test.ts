// Writes that gather for a request to the log, in time that the test makes.

import { describe, expect, it } from 'vitest';
import { utf8 } from '../format/utf8-codec.ts';
import { hostTurns, type Turns } from '../scheduler/turn.ts';
import { memoryStore } from '../store/memory-store.ts';
import { open } from './open-database.ts';

const INTERVAL_MS = 100;

/** Time that stands still until it is turned on. */
class Hands implements Turns {
  #nowMs = 1_000_000;
  #sleepers: { readonly atMs: number; readonly wake: () => void }[] = [];
  readonly clock = { now: (): number => this.#nowMs };

  next(callback: () => void): void {
    hostTurns.next(callback);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.#sleepers.push({ atMs: this.#nowMs + ms, wake }));
  }

  async turn(ms: number): Promise<void> {
    this.#nowMs += ms;
    const due = this.#sleepers.filter(({ atMs }) => atMs <= this.#nowMs);
    this.#sleepers = this.#sleepers.filter((each) => !due.includes(each));
    for (const { wake } of due) wake();
    await settled();
  }
}

/** Whatever can go on by itself has gone on. */
async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setTimeout(resolve));
}

async function setUp(commitIntervalMs: number | undefined = INTERVAL_MS) {
  const data = memoryStore();
  const seen = { appends: 0 };
  const store = data.share({
    sync: false,
    fault: ({ operation }) => {
      if (operation === 'log.append') seen.appends++;
      return undefined;
    },
  });
  const hands = new Hands();
  const options = { keys: utf8, values: utf8, memoryBudgetBytes: 4 << 20, durability: 'synced', commitIntervalMs } as const;
  const db = await open(store, { ...options, clock: hands.clock, turns: hands });
  await hands.turn(10 * INTERVAL_MS);
  seen.appends = 0;
  return { data, db, hands, seen };
}

describe('an interval between commits', () => {
  it('keeps what comes within it for one append; after a pause nobody waits', async () => {
    const { db, hands, seen } = await setUp();
    await db.put('first', '1');
    expect(seen.appends).toBe(1);
    const acknowledged: string[] = [];
    const puts = ['a', 'b', 'c'].map((key) => db.put(key, '2').then(() => acknowledged.push(key)));
    await hands.turn(INTERVAL_MS / 2);
    puts.push(db.put('d', '3').then(() => acknowledged.push('d')));
    await hands.turn(INTERVAL_MS / 2 - 1);
    expect(acknowledged).toEqual([]);
    expect(seen.appends).toBe(1);
    await hands.turn(1);
    await Promise.all(puts);
    expect(acknowledged).toEqual(['a', 'b', 'c', 'd']);
    expect(seen.appends).toBe(2);
    await hands.turn(INTERVAL_MS);
    await db.put('later', '4');
    expect(seen.appends).toBe(3);
    await db.close();
  });

  it('is over for whoever asks for the log to be made durable, and for closing', async () => {
    const { data, db, hands, seen } = await setUp();
    await db.put('first', '1');
    const gathering = db.put('a', '2');
    await settled();
    expect(seen.appends).toBe(1);
    await db.sync();
    await gathering;
    expect(seen.appends).toBe(2);
    const last = db.put('last', '3');
    await db.close();
    await last;
    const atClose = seen.appends;
    // The timer of a group that has gone already finds nothing.
    await hands.turn(INTERVAL_MS);
    expect(seen.appends).toBe(atClose);
    await using again = await open(data.share(), { keys: utf8, values: utf8, memoryBudgetBytes: 4 << 20 });
    expect((await again.scan().all()).map(([key]) => key)).toEqual(['a', 'first', 'last']);
  });

  it('begins anew when somebody could not wait for it', async () => {
    const { db, hands, seen } = await setUp();
    await db.put('first', '1');
    const gathering = db.put('a', '2');
    await hands.turn(INTERVAL_MS / 2);
    await db.sync();
    await gathering;
    expect(seen.appends).toBe(2);
    const next = db.put('b', '3');
    // The first interval is over, the second is not.
    await hands.turn(INTERVAL_MS / 2);
    expect(seen.appends).toBe(2);
    await hands.turn(INTERVAL_MS / 2);
    await next;
    expect(seen.appends).toBe(3);
    await db.close();
  });

  it('goes on through a full memtable', async () => {
    const { db, hands, seen } = await setUp();
    const value = 'x'.repeat(10_000);
    let done = 0;
    const puts = Array.from({ length: 400 }, (_, i) => db.put(`key${i}`, value).then(() => done++));
    while (done < puts.length) await hands.turn(INTERVAL_MS);
    await Promise.all(puts);
    // Each memtable at least, and not every put.
    expect(seen.appends).toBeGreaterThan(2);
    expect(seen.appends).toBeLessThan(100);
    expect(await db.get('key399')).toBe(value);
    await db.close();
  });

  it('is not there unless it is asked for, and never for long when a clock is set back', async () => {
    const plain = await setUp(0);
    await plain.db.put('a', '1');
    await plain.db.put('b', '2');
    expect(plain.seen.appends).toBe(2);
    await plain.db.close();
    const { db, hands, seen } = await setUp();
    await db.put('a', '1');
    await hands.turn(-3_600_000);
    await db.put('b', '2');
    expect(seen.appends).toBe(2);
    await db.close();
  });

  it('is a number of milliseconds', async () => {
    await expect(open(memoryStore(), { commitIntervalMs: -1 })).rejects.toThrow(RangeError);
    await expect(open(memoryStore(), { commitIntervalMs: 1e6 })).rejects.toThrow(RangeError);
  });
});
