// Calls beside `close`: each is finished or refused as CLOSED, none hangs, and nothing is written behind the end of the log.

import { describe, expect, it } from 'vitest';
import { StorageError } from '../../src/base/errors.ts';
import { open } from '../../src/db/open-database.ts';
import { utf8 } from '../../src/format/utf8-codec.ts';
import { inspectSegment } from '../../src/inspect/segment.ts';
import type { SegmentInfo } from '../../src/store/log-store.ts';
import { memoryStore, type MemoryStore } from '../../src/store/memory-store.ts';

const settings = { keys: utf8, values: utf8, memoryBudgetBytes: 4 * 2 ** 20 } as const;

async function lastRecords(store: MemoryStore): Promise<string[]> {
  const log = store.openLog();
  const last = (await log.segments()).at(-1) as SegmentInfo;
  return (await inspectSegment(log, last)).records.map(({ type }) => type);
}

const outcome = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'done',
    (error: unknown) => (error as { code: unknown }).code,
  );

describe('a database that is being closed', () => {
  it.each([true, false])('finishes writes that came before and refuses those that come after (sync %s)', async (sync) => {
    const data = memoryStore();
    const db = await open(sync ? data.share() : data.share({ sync: false }), settings);
    const before = Array.from({ length: 2000 }, (_, i) => db.put(`key ${i}`, 'x'.repeat(1000)));
    const closing = db.close();
    const after = db.put('after', 'value');
    expect(await outcome(after)).toBe('CLOSED');
    await closing;
    expect((await Promise.all(before.map(outcome))).every((result) => result === 'done')).toBe(true);
    await using again = await open(data.share(), settings);
    expect(await again.scan().all()).toHaveLength(2000);
  });

  it('lets no update that was reading write behind the log’s end', async () => {
    const data = memoryStore();
    const slow = data.share({ sync: false, delay: ({ operation }) => (operation === 'readInto' ? turns(5) : undefined) });
    const first = await open(data.share(), settings);
    await first.put('counter', '1');
    await first.flush();
    await first.close();
    const db = await open(slow, settings);
    const updating = outcome(db.update('counter', (old) => `${Number(old) + 1}`));
    await db.close();
    expect(await updating).toBe('CLOSED');
    expect((await lastRecords(data)).at(-1)).toBe('close');
    await using again = await open(data.share(), settings);
    expect(await again.get('counter')).toBe('1');
  });

  it.each([true, false])('ends flushes and compactions that were asked for (sync %s)', async (sync) => {
    const data = memoryStore();
    const db = await open(sync ? data.share() : data.share({ sync: false }), settings);
    for (let i = 0; i < 300; i++) void db.put(`key ${i}`, 'x'.repeat(1000)).catch(() => undefined);
    const asked = [db.flush(), db.compact(), db.flush(), db.sync()].map(outcome);
    await db.close();
    for (const result of await Promise.all(asked)) expect(['done', 'CLOSED']).toContain(result);
    expect(await outcome(db.flush())).toBe('CLOSED');
    await using again = await open(data.share(), settings);
    expect(await again.scan().all()).toHaveLength(300);
  });

  it('says in the log that all of it is durable', async () => {
    const data = memoryStore();
    const db = await open(data.share(), settings);
    await db.put('key', 'value');
    await db.close();
    expect(await lastRecords(data)).toEqual(['fence', 'batch', 'close']);
  });

  it('has flushed what would take long to replay', async () => {
    const data = memoryStore();
    const db = await open(data.share(), { keys: utf8, values: utf8 });
    await db.putMany(Array.from({ length: 3000 }, (_, i) => [`key ${i}`, 'x'.repeat(1000)] as const));
    await db.close();
    const events: string[] = [];
    await using again = await open(data.share(), { keys: utf8, values: utf8, onEvent: ({ kind }) => events.push(kind) });
    expect(events).not.toContain('recovered');
    expect(await again.scan().all()).toHaveLength(3000);
  });

  it('closes all the same when there is no room for that, and the log has it', async () => {
    const data = memoryStore();
    const isFull = { when: 'before', error: new StorageError('QUOTA', 'full') } as const;
    const db = await open(data.share({ fault: ({ operation }) => (operation === 'finish' ? isFull : undefined) }), {
      keys: utf8,
      values: utf8,
    });
    await db.putMany(Array.from({ length: 3000 }, (_, i) => [`key ${i}`, 'x'.repeat(1000)] as const));
    await db.close();
    await using again = await open(data.share(), { keys: utf8, values: utf8 });
    expect(await again.scan().all()).toHaveLength(3000);
  });

  it('gives its lock back although the log could not be closed', async () => {
    const data = memoryStore();
    const store = data.share();
    const log = store.openLog();
    const failing = {
      ...log,
      close: () => {
        throw new Error('not now');
      },
    };
    const db = await open(store, { ...settings, log: failing });
    await expect(db.close()).rejects.toThrow('not now');
    await using again = await open(data.share(), settings);
    expect(again.stats().log.segment).toBe(2);
  });
});

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setTimeout(resolve));
}
