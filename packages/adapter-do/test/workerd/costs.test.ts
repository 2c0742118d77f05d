// What docs/WORKERS.md says about costs: rows and requests of writes, flushes and reads.

import { doLog, type ObjectStorage } from '@varve/adapter-do';
import { r2Store, type Bucket } from '@varve/adapter-r2';
import { open, openReader, utf8 } from '@varve/core';
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { newPlace, within } from './places.ts';

const MIB = 2 ** 20;
const TEXTS = { keys: utf8, values: utf8, memoryBudgetBytes: 32 * MIB } as const;

/** Rows that SQLite says that it wrote. */
function counted(storage: DurableObjectStorage): { readonly storage: ObjectStorage; rows: number } {
  const world = {
    rows: 0,
    storage: {
      sql: {
        exec(query: string, ...values: unknown[]) {
          const cursor = storage.sql.exec(query, ...values);
          const rows = [...cursor.raw()];
          world.rows += cursor.rowsWritten;
          return { raw: () => rows, rowsWritten: cursor.rowsWritten };
        },
      },
      transactionSync: <T>(work: () => T): T => storage.transactionSync(work),
      sync: () => storage.sync(),
    },
  };
  return world;
}

/** Requests to R2, by the class that the bill has them in. */
function requests(): { readonly bucket: Bucket; take(): string } {
  let taken: string[] = [];
  const noted = <Args extends unknown[], T>(kind: string, call: (...args: Args) => T) => {
    return (...args: Args): T => {
      taken.push(kind);
      return call(...args);
    };
  };
  const { BUCKET } = env;
  const bucket: Bucket = {
    head: noted('B', (key: string) => BUCKET.head(key)),
    get: noted('B', (key: string, options?: Parameters<Bucket['get']>[1]) => BUCKET.get(key, options)),
    put: noted('A', (...[key, value, options]: Parameters<Bucket['put']>) => BUCKET.put(key, value, options)),
    list: noted('A', (options: Parameters<Bucket['list']>[0]) => BUCKET.list(options)),
    createMultipartUpload: noted('A', (key: string) => BUCKET.createMultipartUpload(key)),
    delete: noted('free', (keys: string[]) => BUCKET.delete(keys)),
  };
  const take = (): string => {
    const count = (kind: string): number => taken.filter((other) => other === kind).length;
    const text = `A ${count('A')} B ${count('B')}`;
    taken = [];
    return text;
  };
  return { bucket, take };
}

it('a write is one row and no request, however many come with it', async () => {
  await within(newPlace(), async (state) => {
    const [object, r2] = [counted(state.storage), requests()];
    const db = await open(r2Store(r2.bucket, { prefix: crypto.randomUUID() }), { ...TEXTS, log: doLog(object.storage) });
    await db.put('first', '');
    await db.idle();
    r2.take();
    object.rows = 0;
    for (let i = 0; i < 100; i++) await db.put(`key ${i}`, 'value');
    expect(object.rows).toBe(100);
    await Promise.all(Array.from({ length: 100 }, (_, i) => db.put(`key ${i}`, 'another value')));
    expect(object.rows).toBe(101);
    expect(r2.take()).toBe('A 0 B 0');
    await db.close();
  });
});

it('a flush is four requests that write, and what a reader has read once costs it nothing', async () => {
  await within(newPlace(), async (state) => {
    const [prefix, r2] = [crypto.randomUUID(), requests()];
    const db = await open(r2Store(r2.bucket, { prefix }), { ...TEXTS, log: doLog(state.storage) });
    await db.putMany(Array.from({ length: 1000 }, (_, i) => [`key ${i}`, 'value'.repeat(20)] as const));
    await db.idle();
    r2.take();
    await db.flush();
    expect(r2.take()).toBe('A 4 B 0');
    await db.close();
    r2.take();
    const reader = await openReader(r2Store(r2.bucket, { prefix }), { ...TEXTS, follow: false });
    expect(await reader.get('key 7')).toBe('value'.repeat(20));
    const [, lists, reads] = /^A (\d+) B (\d+)$/.exec(r2.take()) ?? [];
    expect(Number(lists)).toBe(1);
    expect(Number(reads)).toBeLessThan(10);
    expect(await reader.get('key 8')).toBe('value'.repeat(20));
    expect(r2.take()).toBe('A 0 B 0');
    await reader.close();
  });
});

it('a scan of a reader reads on in larger and larger pieces', async () => {
  await within(newPlace(), async (state) => {
    const [prefix, r2] = [crypto.randomUUID(), requests()];
    const db = await open(r2Store(r2.bucket, { prefix }), { ...TEXTS, log: doLog(state.storage), compression: 'none' });
    await db.putMany(Array.from({ length: 30_000 }, (_, i) => [`key ${String(i).padStart(6, '0')}`, 'value'.repeat(20)] as const));
    await db.flush();
    await db.close();
    const reader = await openReader(r2Store(r2.bucket, { prefix }), { ...TEXTS, follow: false });
    r2.take();
    let entries = 0;
    for await (const batch of reader.scan().batches()) entries += batch.length;
    expect(entries).toBe(30_000);
    const [, lists, reads] = /^A (\d+) B (\d+)$/.exec(r2.take()) ?? [];
    expect(Number(lists)).toBe(0);
    // 3.4 MB in blocks of 32 KiB.
    expect(Number(reads)).toBeLessThan(20);
    await reader.close();
  });
});
