// What writes are told when the log fails under them: a write that the log was given may be there later, one that it was not never is.

import { describe, expect, it } from 'vitest';
import { StorageError } from '../../src/base/errors.ts';
import { open } from '../../src/db/open-database.ts';
import { utf8 } from '../../src/format/utf8-codec.ts';
import type { MemoryFault } from '../../src/store/memory-handle.ts';
import { memoryStore } from '../../src/store/memory-store.ts';

const settings = { keys: utf8, values: utf8, memoryBudgetBytes: 4 * 2 ** 20 } as const;
const unavailable = new StorageError('UNAVAILABLE', 'the disk does not answer');
const full = new StorageError('QUOTA', 'the disk is full');

/** An open database, and the operation of the log that fails from now on. */
async function failing(operation: 'log.append' | 'log.sync', fault: MemoryFault) {
  const data = memoryStore();
  const orders: { fail: boolean } = { fail: false };
  const store = data.share({ fault: (call) => (orders.fail && call.operation === operation ? fault : undefined) });
  const db = await open(store, settings);
  await db.put('before', 'value');
  orders.fail = true;
  return { data, db };
}

async function errorOf(promise: Promise<unknown>): Promise<StorageError> {
  try {
    await promise;
  } catch (error) {
    return error as StorageError;
  }
  throw new Error('it was fulfilled');
}

function errorOfSync(call: () => unknown): StorageError {
  try {
    call();
  } catch (error) {
    return error as StorageError;
  }
  throw new Error('it returned');
}

describe('a write', () => {
  it('that the log was given and did not confirm is UNKNOWN, and may be there', async () => {
    const { data, db } = await failing('log.append', { when: 'after', error: unavailable });
    const error = await errorOf(db.put('unknown', 'value'));
    expect(error).toMatchObject({ code: 'UNKNOWN', cause: unavailable });
    expect(await errorOf(db.put('refused', 'value'))).toMatchObject({ code: 'READ_ONLY', cause: unavailable });
    expect(await db.get('before')).toBe('value');
    await db.close();
    await using again = await open(data.share(), settings);
    expect((await again.scan().all()).map(([key]) => key)).toEqual(['before', 'unknown']);
  });

  it('that a full log refused is QUOTA, and is not there', async () => {
    const { data, db } = await failing('log.append', { when: 'before', error: full });
    expect(await errorOf(db.put('refused', 'value'))).toMatchObject({ code: 'QUOTA' });
    expect(await errorOf(db.put('refused too', 'value'))).toMatchObject({ code: 'QUOTA' });
    await db.close();
    await using again = await open(data.share(), settings);
    expect((await again.scan().all()).map(([key]) => key)).toEqual(['before']);
  });

  it('that was appended and not synced is UNKNOWN', async () => {
    const { db } = await failing('log.sync', { when: 'before', error: unavailable });
    expect(await errorOf(db.put('key', 'value', { durability: 'synced' }))).toMatchObject({ code: 'UNKNOWN', cause: unavailable });
    await db.close();
  });

  it('that follows a `sync` that failed is refused: nobody knows what the disk has kept', async () => {
    const { data, db } = await failing('log.sync', { when: 'before', error: unavailable });
    await expect(db.sync()).rejects.toBe(unavailable);
    expect(await errorOf(db.put('refused', 'value'))).toMatchObject({ code: 'READ_ONLY', cause: unavailable });
    await db.close();
    await using again = await open(data.share(), settings);
    expect((await again.scan().all()).map(([key]) => key)).toEqual(['before']);
  });

  it('without waiting is told the same', async () => {
    const appending = await failing('log.append', { when: 'after', error: unavailable });
    expect(errorOfSync(() => appending.db.putSync('key', 'value'))).toMatchObject({ code: 'UNKNOWN', cause: unavailable });
    expect(errorOfSync(() => appending.db.putSync('key', 'value'))).toMatchObject({ code: 'READ_ONLY' });
    const syncing = await failing('log.sync', { when: 'before', error: unavailable });
    expect(errorOfSync(() => syncing.db.putSync('key', 'value', { durability: 'synced' }))).toMatchObject({ code: 'UNKNOWN' });
    const refusing = await failing('log.append', { when: 'before', error: full });
    expect(errorOfSync(() => refusing.db.putSync('key', 'value'))).toMatchObject({ code: 'QUOTA' });
    await Promise.all([appending.db.close(), syncing.db.close(), refusing.db.close()]);
  });
});

describe('a flush', () => {
  it('that finds the store full ends nothing: writes go on, and the next flush succeeds', async () => {
    const data = memoryStore();
    const orders = { isFull: true };
    const store = data.share({
      fault: ({ operation }) => (orders.isFull && operation === 'finish' ? { when: 'before', error: full } : undefined),
    });
    await using db = await open(store, settings);
    await db.put('key', 'value');
    expect(await errorOf(db.flush())).toMatchObject({ code: 'QUOTA' });
    await db.put('after', 'value');
    orders.isFull = false;
    await db.flush();
    const ssts = db.stats().levels.reduce((sum, level) => sum + level.ssts, 0);
    expect(ssts).toBeGreaterThan(0);
    expect(data.sync.list('sst/')).toHaveLength(2 * ssts);
    expect((await db.scan().all()).map(([key]) => key)).toEqual(['after', 'key']);
  });

  it('that fails while a synchronous writer needs its room is told to the writer, who may try again', async () => {
    const data = memoryStore();
    const orders = { isFull: true };
    const store = data.share({
      fault: ({ operation }) => (orders.isFull && operation === 'append' ? { when: 'before', error: full } : undefined),
    });
    await using db = await open(store, settings);
    let count = 0;
    const error = errorOfSync(() => {
      for (;;) db.putSync(`key ${count++}`, 'x'.repeat(2000));
    });
    expect(error).toMatchObject({ code: 'QUOTA' });
    count--;
    orders.isFull = false;
    for (let i = 0; i < 100; i++) db.putSync(`key ${count++}`, 'x'.repeat(2000));
    expect(await db.scan().all()).toHaveLength(count);
  });

  it('whose meta object a synchronous driver writes again succeeds', async () => {
    const data = memoryStore();
    let release = (): void => undefined;
    const store = data.share({
      delay: ({ operation, name }) =>
        operation === 'putIfAbsent' && name.endsWith('.meta') ? new Promise<void>((resolve) => (release = resolve)) : undefined,
    });
    const db = await open(store, settings);
    await db.put('first', 'value');
    void db.flush().catch(() => undefined);
    // The flush stands at its meta object.
    for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setTimeout(resolve));
    let count = 0;
    while (db.stats().log.segment < 4) db.putSync(`key ${count++}`, 'x'.repeat(2000));
    release();
    await db.close();
    await using again = await open(data.share(), settings);
    expect(await again.scan().all()).toHaveLength(count + 1);
    expect((await again.verify()).ok).toBe(true);
  });

  it('that a synchronous driver finishes does not mind that the log could not be truncated', async () => {
    const data = memoryStore();
    const orders = { fail: true };
    const store = data.share({
      fault: ({ operation }) => (orders.fail && operation === 'log.truncate' ? { when: 'before', error: unavailable } : undefined),
    });
    const db = await open(store, settings);
    let count = 0;
    while (db.stats().log.segment < 5) db.putSync(`key ${count++}`, 'x'.repeat(2000));
    await db.close();
    orders.fail = false;
    await using again = await open(data.share(), settings);
    expect(await again.scan().all()).toHaveLength(count);
  });
});
