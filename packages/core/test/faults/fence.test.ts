// Two writers on one database: the one that was overtaken learns of it, however late, and nothing that was acknowledged is lost.

import { describe, expect, it } from 'vitest';
import { open } from '../../src/db/open-database.ts';
import { utf8 } from '../../src/format/utf8-codec.ts';
import type { MemoryCall } from '../../src/store/memory-handle.ts';
import { memoryStore, type MemoryStore } from '../../src/store/memory-store.ts';

const settings = { keys: utf8, values: utf8, memoryBudgetBytes: 4 * 2 ** 20 } as const;
const overtaking = { ...settings, takeover: 'now' } as const;

describe.each([{ sync: true as const }, { sync: false as const }])('a writer that was overtaken (store %j)', (manner) => {
  const begin = () => {
    const store = memoryStore();
    return { store, mine: manner.sync ? store.share() : store.share({ sync: false }) };
  };

  it('is fenced at its next write', async () => {
    const { store, mine } = begin();
    const old = await open(mine, settings);
    await old.put('of the first', 'value');
    const next = await open(store.share(), overtaking);
    await next.put('of the second', 'value');
    expect(await codeOf(old.put('late', 'value'))).toMatch(/^(FENCED|UNKNOWN)$/);
    expect(await codeOf(old.put('later', 'value'))).toBe('FENCED');
    await Promise.all([old.close(), next.close()]);
    await using last = await open(store.share(), settings);
    expect((await last.scan().all()).map(([key]) => key)).toEqual(['of the first', 'of the second']);
  });

  it('is fenced long after, when the manifests next to its own were deleted', async () => {
    const { store, mine } = begin();
    const old = await open(mine, settings);
    await old.put('of the first', 'value');
    const next = await open(store.share(), overtaking);
    for (let i = 0; i < 60; i++) {
      await next.put(`key ${i}`, 'value');
      await next.flush();
    }
    await next.idle();
    expect(store.sync.list('manifest/')[0].name > 'manifest/00000000000000000030').toBe(true);
    expect(await codeOf(old.put('late', 'value'))).toMatch(/^(FENCED|UNKNOWN)$/);
    expect(await codeOf(old.put('later', 'value'))).toBe('FENCED');
    expect(await codeOf(old.flush())).toBe('FENCED');
    await Promise.all([old.close(), next.close()]);
    await using last = await open(store.share(), settings);
    expect(await last.get('late')).toBeUndefined();
    expect(await last.get('of the first')).toBe('value');
    expect(await last.scan({ prefix: 'key' }).all()).toHaveLength(60);
  });

  it('is told so by a read of what the other has replaced since', async () => {
    const { store, mine } = begin();
    const first = await open(store.share(), settings);
    await first.put('key', 'value');
    await first.flush();
    await first.close();
    const old = await open(mine, settings);
    const next = await open(store.share(), overtaking);
    await next.put('key', 'newer');
    await next.compact();
    await next.idle();
    expect(await codeOf(old.get('key'))).toBe('FENCED');
    expect(await codeOf(old.scan().all())).toBe('FENCED');
    await Promise.all([old.close(), next.close()]);
  });
});

it('a writer whose look for the next manifest is held up until that and its own are deleted is fenced', async () => {
  const store = memoryStore();
  const orders: Parameters<typeof store.share>[0] & object = { sync: false };
  const old = await open(store.share(orders), settings);
  await old.put('of the first', 'value');
  const next = await open(store.share(), overtaking);
  const [mine, above] = [0, 1].map((i) => `manifest/${String(old.stats().manifest + i).padStart(20, '0')}.manifest`);
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  orders.delay = ({ operation, name }) => (operation === 'has' && name === above ? held : undefined);
  const late = codeOf(old.put('late', 'value'));
  for (let i = 0; i < 60; i++) {
    await next.put(`key ${i}`, 'value');
    await next.flush();
  }
  await next.idle();
  const left = store.sync.list('manifest/').map(({ name }) => name);
  expect(left).not.toContain(mine);
  expect(left).not.toContain(above);
  release();
  expect(await late).toMatch(/^(FENCED|UNKNOWN)$/);
  await Promise.all([old.close(), next.close()]);
  await using last = await open(store.share(), settings);
  expect(await last.get('late')).toBeUndefined();
});

describe('a writer that sleeps while it makes a segment durable', () => {
  /** A database with writes in its log that nobody has closed, and a user of it who sleeps there from some time on. */
  async function withSleeper() {
    const store = memoryStore();
    const first = await open(store.share(), settings);
    await first.put('of the first', 'value');
    let reach = (): void => undefined;
    let wake = (): void => undefined;
    const reached = new Promise<void>((resolve) => (reach = resolve));
    const woken = new Promise<void>((resolve) => (wake = resolve));
    let isTired = false;
    const sleeper = store.share({
      sync: false,
      delay(call) {
        if (!isTired || call.operation !== 'log.makeDurable') return undefined;
        reach();
        return woken;
      },
    });
    return { store, sleeper, tire: () => (isTired = true), reached, wake: () => wake() };
  }

  async function takeOver(store: MemoryStore) {
    const owner = await open(store.share(), overtaking);
    await owner.put('of the owner', 'value');
    return owner;
  }

  it.each([
    { meanwhile: 'the log that it read was let go of', flushes: true },
    { meanwhile: 'the log goes on', flushes: false },
  ])('in an open is fenced, and the owner notices nothing; $meanwhile', async ({ flushes }) => {
    const { store, sleeper, tire, reached, wake } = await withSleeper();
    tire();
    const opening = codeOf(open(sleeper, overtaking));
    await reached;
    const owner = await takeOver(store);
    if (flushes) await owner.flush();
    wake();
    expect(await opening).toBe('FENCED');
    for (const key of ['later', 'last']) {
      await owner.put(key, 'value');
      await owner.flush();
    }
    await owner.close();
    await using again = await open(store.share(), settings);
    expect((await again.scan().all()).map(([key]) => key)).toEqual(['last', 'later', 'of the first', 'of the owner']);
  });

  it('in a flush is fenced, and sees no damage', async () => {
    const { store, sleeper, tire, reached, wake } = await withSleeper();
    const old = await open(sleeper, overtaking);
    await old.put('of the old', 'value');
    tire();
    const flushing = codeOf(old.flush());
    await reached;
    const owner = await takeOver(store);
    await owner.flush();
    wake();
    expect(await flushing).toBe('FENCED');
    expect(await codeOf(old.put('late', 'value'))).toBe('FENCED');
    await Promise.all([old.close(), owner.close()]);
    await using again = await open(store.share(), settings);
    expect((await again.scan().all()).map(([key]) => key)).toEqual(['of the first', 'of the old', 'of the owner']);
  });
});

describe('manifests', () => {
  it('are deleted one at a time and in order, also those of earlier writers', async () => {
    const store = memoryStore();
    const deleted: string[] = [];
    const watched = store.share({
      fault: ({ operation, name }) => {
        if (operation === 'delete' && name.startsWith('manifest/')) deleted.push(name);
        return undefined;
      },
    });
    for (let opening = 0; opening < 3; opening++) {
      const db = await open(watched, settings);
      for (let i = 0; i < 30; i++) {
        await db.put(`key ${i}`, 'value');
        await db.flush();
      }
      await db.close();
    }
    expect(deleted.length).toBeGreaterThan(40);
    expect(deleted).toEqual(deleted.map((_, i) => `manifest/${String(i + 1).padStart(20, '0')}.manifest`));
  });

  it('that could not be deleted are tried again before any behind them', async () => {
    const store = memoryStore();
    const deleted: string[] = [];
    let failing = true;
    const watched = store.share({
      fault: ({ operation, name }) => {
        if (operation !== 'delete' || !name.startsWith('manifest/')) return undefined;
        if (failing) return { when: 'before', error: new Error('not now') };
        deleted.push(name);
        return undefined;
      },
    });
    await using db = await open(watched, settings);
    for (let i = 0; i < 64; i++) {
      await db.put(`key ${i}`, 'value');
      await db.flush();
      failing = i < 40;
    }
    await db.idle();
    expect(deleted.length).toBeGreaterThan(20);
    expect(deleted).toEqual(deleted.map((_, i) => `manifest/${String(i + 1).padStart(20, '0')}.manifest`));
  });
});

describe('the courtesy lock', () => {
  it('is taken over with the database, and a late release changes nothing', async () => {
    const store = memoryStore();
    const old = await open(store.share(), settings);
    const next = await open(store.share(), overtaking);
    await old.close();
    expect(await codeOf(open(store.share(), settings))).toBe('LOCKED');
    await next.close();
    await using last = await open(store.share(), settings);
    expect(last.stats().log.segment).toBeGreaterThan(2);
  });
});

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return 'fulfilled';
  } catch (error) {
    return (error as { code: unknown }).code;
  }
}

it('a fence that is written late takes nothing back that a later writer has found and shown', async () => {
  const store = memoryStore();
  /** A handle of which the next call of this kind waits until it is let go. */
  const holding = (operation: string) => {
    let reached = (_letGo: () => void): void => undefined;
    const held = new Promise<() => void>((resolve) => (reached = resolve));
    let isArmed = false;
    const delay = (call: MemoryCall): Promise<void> | undefined => {
      if (!isArmed || call.operation !== operation) return undefined;
      isArmed = false;
      return new Promise((letGo) => reached(() => letGo()));
    };
    return { store: store.share({ sync: false, delay }), held, arm: () => (isArmed = true) };
  };
  const [old, second, third] = [holding('log.append'), holding('log.create'), holding('log.create')];
  const first = await open(old.store, settings);
  await first.put('early', 'value');
  old.arm();
  const late = codeOf(first.put('late', 'value'));
  const append = await old.held;
  // The second has read the log and is about to begin its segment; then the write lands, and the third reads the log.
  second.arm();
  const opening = codeOf(open(second.store, overtaking));
  const begin = await second.held;
  append();
  expect(await late).toBe('UNKNOWN');
  third.arm();
  const owning = open(third.store, overtaking);
  const go = await third.held;
  begin();
  expect(await opening).toBe('FENCED');
  go();
  const owner = await owning;
  expect(await owner.get('late')).toBe('value');
  await owner.put('own', 'value');
  await using last = await open(store.share(), overtaking);
  expect((await last.scan().all()).map(([key]) => key)).toEqual(['early', 'late', 'own']);
  await Promise.all([first.close(), owner.close()].map((closing) => closing.catch(() => undefined)));
});
