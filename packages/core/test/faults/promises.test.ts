// Small promises kept although something fails, ends or waits at the same moment: what close leaves, what the collector spares, what calls are told.

import { describe, expect, it } from 'vitest';
import { StorageError } from '../../src/base/errors.ts';
import { open } from '../../src/db/open-database.ts';
import { utf8 } from '../../src/format/utf8-codec.ts';
import { memoryStore } from '../../src/store/memory-store.ts';

const settings = { keys: utf8, values: utf8, memoryBudgetBytes: 4 * 2 ** 20 } as const;
const full = new StorageError('QUOTA', 'the disk is full');
const unavailable = new StorageError('UNAVAILABLE', 'the disk does not answer');
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await turn();
}

const outcome = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => value,
    (error: unknown) => (error as { code: unknown }).code,
  );

describe('close', () => {
  it('is not fulfilled with anything that a power cut takes, although its flush found no room', async () => {
    const data = memoryStore();
    const orders = { isFull: false };
    const store = data.share({
      fault: ({ operation }) => (orders.isFull && operation === 'log.create' ? { when: 'before', error: full } : undefined),
    });
    const db = await open(store, { keys: utf8, values: utf8 });
    await db.putMany(Array.from({ length: 3000 }, (_, i) => [`key ${i}`, 'x'.repeat(1000)] as const));
    orders.isFull = true;
    await db.close();
    await using again = await open(data.crash(), { keys: utf8, values: utf8 });
    expect(await again.scan().all()).toHaveLength(3000);
  });

  it('makes durable what was acknowledged before the log was full', async () => {
    const data = memoryStore();
    const orders = { isFull: false };
    const store = data.share({
      fault: ({ operation }) => (orders.isFull && operation === 'log.append' ? { when: 'before', error: full } : undefined),
    });
    const db = await open(store, settings);
    await db.put('key', 'value');
    orders.isFull = true;
    expect(await outcome(db.put('refused', 'value'))).toBe('QUOTA');
    await db.close();
    await using again = await open(data.crash(), settings);
    expect((await again.scan().all()).map(([key]) => key)).toEqual(['key']);
  });

  it.each([true, false])('leaves few segments, however often a database is opened for a moment (writes %s)', async (writes) => {
    const data = memoryStore();
    for (let i = 0; i < 20; i++) {
      const db = await open(data.share(), settings);
      if (writes) await db.put(`key ${i}`, 'value');
      await db.close();
    }
    expect(await data.openLog().segments()).toHaveProperty(
      'length',
      expect.toSatisfy((n: number) => n <= 7),
    );
    await using again = await open(data.share(), settings);
    expect(await again.scan().all()).toHaveLength(writes ? 20 : 0);
  });
});

describe('an open that fails', () => {
  it('gives its lock back although the log cannot be closed, and tells of what came first', async () => {
    const data = memoryStore();
    const store = data.share({ fault: ({ operation }) => (operation === 'log.create' ? { when: 'before', error: full } : undefined) });
    const log = {
      ...store.openLog(),
      close: () => {
        throw new Error('not now');
      },
    };
    await expect(open(store, { ...settings, log })).rejects.toBe(full);
    await using db = await open(data.share(), settings);
    expect(await db.scan().all()).toEqual([]);
  });
});

describe('a process that never comes to its end', () => {
  it('leaves no more segments than the next one can take', async () => {
    const data = memoryStore();
    for (let i = 0; i < 150; i++) await (await open(data.share(), { ...settings, takeover: 'now' })).put(`key ${i}`, 'value');
    expect((await data.openLog().segments()).length).toBeLessThan(70);
    await using again = await open(data.share(), { ...settings, takeover: 'now' });
    expect(await again.scan().all()).toHaveLength(150);
  });
});

describe('a pause', () => {
  it('in which the database is being closed rolls no segment beside the last record', async () => {
    const data = memoryStore();
    let synced = (): void => undefined;
    const appends: (() => void)[] = [];
    const orders = { closing: false, rolled: false };
    const store = data.share({
      sync: false,
      delay: ({ operation, name }) => {
        if (!orders.closing) return undefined;
        if (operation === 'log.create') orders.rolled = true;
        if (operation === 'log.sync') return new Promise<void>((resolve) => (synced = resolve));
        if (operation === 'log.append' && name !== '1' && orders.rolled) return new Promise<void>((resolve) => appends.push(resolve));
        return undefined;
      },
    });
    const db = await open(store, settings);
    await db.putMany(Array.from({ length: 250 }, (_, i) => [`key ${i}`, 'x'.repeat(1000)] as const));
    orders.closing = true;
    const done = { closed: false };
    const closing = db.close().then(() => (done.closed = true));
    // Longer than a pause takes to be noticed.
    await turns(100);
    while (!done.closed) {
      synced();
      await turns(5);
      for (const append of appends.splice(0)) append();
    }
    await closing;
    await using again = await open(data.share(), settings);
    expect(await again.scan().all()).toHaveLength(250);
  });
});

describe('a pause', () => {
  it('in which a flush is slow leaves the line to synchronous writers', async () => {
    const data = memoryStore();
    let finish = (): void => undefined;
    const store = data.share({
      delay: ({ operation }) => (operation === 'finish' ? new Promise<void>((resolve) => (finish = resolve)) : undefined),
    });
    const db = await open(store, settings);
    let count = 0;
    const write = (): Promise<bigint> => db.put(`key ${count++}`, 'x'.repeat(2000));
    while (db.stats().log.segment < 2) await write();
    for (let i = 0; i < 100; i++) await write();
    await turns(100);
    expect(() => db.putSync(`key ${count++}`, 'value')).not.toThrow();
    finish();
    await db.close();
    await using again = await open(data.share(), settings);
    expect(await again.scan().all()).toHaveLength(count);
  });
});

describe('the collector', () => {
  it('at open leaves what a reader still holds', async () => {
    const data = memoryStore();
    const first = await open(data.share(), settings);
    for (let i = 0; i < 3; i++) {
      await first.put('key', `value ${i}`);
      await first.flush();
    }
    await first.close();
    let list = (): void => undefined;
    let read = (): void => undefined;
    const store = data.share({
      sync: false,
      delay: ({ operation, name }) => {
        if (operation === 'list' && name === 'sst/') return new Promise<void>((resolve) => (list = resolve));
        if (operation === 'openObject' && name.endsWith('.sst') && !reading) {
          reading = true;
          return new Promise<void>((resolve) => (read = resolve));
        }
        return undefined;
      },
    });
    let reading = false;
    await using db = await open(store, settings);
    const verifying = db.verify();
    await turns(5);
    await db.compact();
    list();
    await turns(20);
    read();
    expect((await verifying).problems).toEqual([]);
    await db.idle();
    expect(data.sync.list('sst/')).toHaveLength(2);
  });
});

describe('a batch with checks', () => {
  it('whose check fails after the writer has failed is told so', async () => {
    const data = memoryStore();
    const first = await open(data.share(), settings);
    await first.put('key', 'value');
    await first.flush();
    await first.close();
    let read = (): void => undefined;
    const orders = { fail: false };
    const store = data.share({
      sync: false,
      delay: ({ operation, name }) =>
        operation === 'openObject' && name.endsWith('.sst') ? new Promise<void>((resolve) => (read = resolve)) : undefined,
      fault: ({ operation }) => (orders.fail && operation === 'log.append' ? { when: 'before', error: unavailable } : undefined),
    });
    await using db = await open(store, settings);
    const failing = outcome(db.put('other', 'value'));
    orders.fail = true;
    const checked = outcome(db.write(db.batch().put('key', 'new').check('key', undefined)));
    expect(await failing).toBe('UNKNOWN');
    await turns(5);
    read();
    expect(await checked).toBe('READ_ONLY');
  });

  it('that only checks waits for what it relied on, and fails with it', async () => {
    const data = memoryStore();
    const orders = { fail: false };
    const store = data.share({
      fault: ({ operation }) => (orders.fail && operation === 'log.append' ? { when: 'before', error: unavailable } : undefined),
    });
    await using db = await open(store, settings);
    await db.put('key', 'value');
    orders.fail = true;
    const deleted = outcome(db.delete('key'));
    const checked = outcome(db.write(db.batch().check('key', undefined)));
    expect([await deleted, await checked]).toEqual(['UNKNOWN', 'UNKNOWN']);
    expect(await db.get('key')).toBe('value');
  });
});

describe('a flush', () => {
  it('that cannot make the log’s new beginning durable ends the writer: the system may have dropped it', async () => {
    const data = memoryStore();
    const orders = { fail: false };
    const store = data.share({
      fault: ({ operation }) => (orders.fail && operation === 'log.makeDurable' ? { when: 'before', error: unavailable } : undefined),
    });
    await using db = await open(store, settings);
    await db.put('key', 'value');
    orders.fail = true;
    expect(await outcome(db.flush())).toBe('UNAVAILABLE');
    orders.fail = false;
    expect(await outcome(db.put('after', 'value'))).toBe('READ_ONLY');
  });
});

describe('a key space', () => {
  it('that could not be made tells a synchronous writer so', async () => {
    const data = memoryStore();
    const orders = { fail: false };
    const store = data.share({
      fault: ({ operation }) => (orders.fail && operation === 'putIfAbsent' ? { when: 'before', error: unavailable } : undefined),
    });
    await using db = await open(store, settings);
    orders.fail = true;
    const space = db.keyspace('space', { keys: utf8, values: utf8 });
    expect(() => space.putSync('key', 'value')).toThrow(expect.objectContaining({ code: 'READ_ONLY' }));
  });

  it('that is dropped takes no more of a putMany that has begun', async () => {
    await using db = await open(memoryStore(), settings);
    const space = db.keyspace('space', { keys: utf8, values: utf8 });
    let dropped = (): void => undefined;
    const drop = new Promise<void>((resolve) => (dropped = resolve));
    async function* entries(): AsyncGenerator<[string, string]> {
      for (let i = 0; i < 1500; i++) yield [`key ${i}`, 'value'];
      await drop;
      yield ['last', 'value'];
    }
    const written = outcome(space.putMany(entries()));
    await turns(5);
    expect(await db.dropKeyspace('space')).toBe(true);
    dropped();
    expect(await written).toBe('CLOSED');
  });
});
