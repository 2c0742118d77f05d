// The log in a Durable Object, the tables in R2: what lives on when the object is evicted or aborted, and when a second one takes over.

import { doLog, doStore } from '@varve/adapter-do';
import { r2Store, type Bucket } from '@varve/adapter-r2';
import { open, utf8, type EngineEvent, type OpenOptions } from '@varve/core';
import { compareWithMap } from '@varve/store-conformance';
import { evictDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { abort, newPlace, within } from './places.ts';

const MIB = 2 ** 20;
const TEXTS = { keys: utf8, values: utf8, memoryBudgetBytes: 4 * MIB } as const;

type Settings = Pick<OpenOptions, 'waitUntil' | 'onEvent' | 'durability'>;

/** As docs/WORKERS.md recommends it. */
function openRoom(state: DurableObjectState, prefix: string, settings: Settings = {}) {
  return open(r2Store(env.BUCKET, { prefix }), { ...TEXTS, log: doLog(state.storage), takeover: 'now', ...settings });
}

/** What a write was refused with. */
async function codesOf(write: Promise<unknown>): Promise<unknown[]> {
  const error = (await write.then(
    () => undefined,
    (reason: unknown) => reason,
  )) as { code?: string; cause?: { code?: string } } | undefined;
  return [error?.code, error?.cause?.code];
}

const entries = (from: number, to: number): [string, string][] =>
  Array.from({ length: to - from }, (_, i) => [`key ${String(from + i).padStart(6, '0')}`, `value ${from + i} `.repeat(40)]);

describe('a log in a Durable Object with tables in R2', () => {
  it('has what was acknowledged after the object was evicted, flushed or not', async () => {
    const [place, prefix] = [newPlace(), crypto.randomUUID()];
    await within(place, async (state) => {
      const db = await openRoom(state, prefix);
      await db.putMany(entries(0, 3000));
      await db.flush();
      await db.putMany(entries(3000, 3100));
    });
    await evictDurableObject(place);
    await within(place, async (state) => {
      const db = await openRoom(state, prefix);
      expect(await db.scan().all()).toEqual(entries(0, 3100));
      await db.close();
    });
  });

  it('has what was acknowledged when the object is aborted in the middle of writes', async () => {
    const [place, prefix] = [newPlace(), crypto.randomUUID()];
    const acknowledged = new Set<string>();
    const writing = within(place, async (state) => {
      const db = await openRoom(state, prefix);
      for (let from = 0; ; from += 10) {
        await Promise.all(
          entries(from, from + 10).map(async ([key, value]) => {
            await db.put(key, value);
            acknowledged.add(key);
          }),
        );
      }
    });
    const ended = writing.catch(String);
    while (acknowledged.size < 4000) await scheduler.wait(1);
    const again = await abort(place);
    expect(await ended).toContain('for a test');
    const before = acknowledged.size;
    const found = await within(again, async (state) => {
      const db = await openRoom(state, prefix);
      const all = await db.scan().all();
      await db.close();
      return all;
    });
    expect(found.length).toBeGreaterThanOrEqual(before);
    expect(found).toEqual(entries(0, found.length));
  });

  it('fences the writer that was there when another opens the database', async () => {
    const [place, prefix] = [newPlace(), crypto.randomUUID()];
    await within(place, async (state) => {
      const first = await openRoom(state, prefix);
      await first.put('a', '1');
      const second = await openRoom(state, prefix);
      await second.put('b', '2');
      expect(await codesOf(first.put('c', '3'))).toContain('FENCED');
      await first.close();
      expect(await second.scan().all()).toEqual([
        ['a', '1'],
        ['b', '2'],
      ]);
      await second.close();
    });
  });

  it('acknowledges nothing that the next writer does not read, whose claim stands before it reads the log', async () => {
    const [place, prefix] = [newPlace(), crypto.randomUUID()];
    await within(place, async (state) => {
      const first = await openRoom(state, prefix);
      await first.put('a', '1');
      const term = () => state.storage.sql.exec('SELECT term FROM varve_writer').raw().next().value?.[0] as number;
      const before = term();
      let letGo = (): void => undefined;
      const gate = new Promise<void>((resolve) => (letGo = resolve));
      // What it asks of R2 behind its claim waits.
      const slow: Bucket = Object.assign(Object.create(env.BUCKET) as Bucket, {
        list: async (options: Parameters<Bucket['list']>[0]) => {
          if (term() > before) await gate;
          return env.BUCKET.list(options);
        },
        head: (key: string) => env.BUCKET.head(key),
        get: (...args: Parameters<Bucket['get']>) => env.BUCKET.get(...args),
        put: (...[key, value, options]: Parameters<Bucket['put']>) => env.BUCKET.put(key, value, options),
        createMultipartUpload: (key: string) => env.BUCKET.createMultipartUpload(key),
        delete: (keys: string[]) => env.BUCKET.delete(keys),
      });
      const opening = open(r2Store(slow, { prefix }), { ...TEXTS, log: doLog(state.storage), takeover: 'now' });
      await first.put('b', '2');
      while (term() === before) await scheduler.wait(1);
      expect(await codesOf(first.put('c', '3'))).toContain('FENCED');
      letGo();
      const second = await opening;
      expect(await second.scan().all()).toEqual([
        ['a', '1'],
        ['b', '2'],
      ]);
      await first.close();
      await second.close();
    });
  });

  it('is not opened by another object, which has not its log', async () => {
    const prefix = crypto.randomUUID();
    await within(newPlace(), async (state) => {
      const db = await openRoom(state, prefix);
      await db.putMany(entries(0, 10));
      await db.close();
    });
    await within(newPlace(), async (state) => {
      await expect(openRoom(state, prefix)).rejects.toMatchObject({ code: 'CORRUPTION' });
    });
  });

  it('goes on with flushes and merges after the response, tells so, and then leaves nothing running', async () => {
    const [place, prefix] = [newPlace(), crypto.randomUUID()];
    const told: Promise<unknown>[] = [];
    const events: EngineEvent['kind'][] = [];
    await within(place, async (state) => {
      const waitUntil = (work: Promise<unknown>): void => {
        told.push(work);
        state.waitUntil(work);
      };
      const db = await openRoom(state, prefix, { waitUntil, onEvent: ({ kind }) => void events.push(kind) });
      await db.putMany(entries(0, 4000));
    });
    expect(told.length).toBeGreaterThan(0);
    await within(place, async (state) => {
      await Promise.all(told);
      expect(await state.storage.getAlarm()).toBeNull();
    });
    expect(events.filter((kind) => kind === 'failed')).toEqual([]);
    expect((await env.BUCKET.list({ prefix: `${prefix}/sst/` })).objects.length).toBeGreaterThan(0);
    // An object with work would not let itself be evicted in time.
    await evictDurableObject(place);
  });

  it('takes writes that are larger than a row, and gives back rows when the log is truncated', async () => {
    const [place, prefix] = [newPlace(), crypto.randomUUID()];
    await within(place, async (state) => {
      const large = 'x'.repeat(3 * MIB);
      const open = () => openLarge(state, prefix);
      const db = await open();
      await db.put('large', large);
      const logged = () =>
        state.storage.sql.exec('SELECT count(*), sum(length(bytes)) FROM varve_records').raw().next().value as [number, number];
      expect(logged()[0]).toBeGreaterThan(2);
      expect(logged()[1]).toBeGreaterThan(3 * MIB);
      await db.close();
      const again = await open();
      expect(await again.get('large')).toBe(large);
      await again.flush();
      await again.idle();
      expect(logged()[1]).toBeLessThan(10_000);
      await again.close();
    });
  });

  it.each([1, 2])('reads what was written, under seed %i', async (seed) => {
    await within(newPlace(), async ({ storage }) => {
      const prefix = crypto.randomUUID();
      await compareWithMap({ ...r2Store(env.BUCKET, { prefix }), openLog: () => doLog(storage) }, seed, 300);
    });
  });
});

/** Enough memory for a write of 3 MiB. */
function openLarge({ storage }: DurableObjectState, prefix: string) {
  return open(r2Store(env.BUCKET, { prefix }), { ...TEXTS, memoryBudgetBytes: 128 * MIB, log: doLog(storage), takeover: 'now' });
}

describe('a database whole in a Durable Object', () => {
  it('answers at once, and is there after the object was evicted', async () => {
    const place = newPlace();
    await within(place, async ({ storage }) => {
      const db = await open(doStore(storage), TEXTS);
      for (const [key, value] of entries(0, 3000)) db.putSync(key, value);
      expect(db.getSync('key 000007')).toBe('value 7 '.repeat(40));
    });
    await evictDurableObject(place);
    await within(place, async ({ storage }) => {
      const db = await open(doStore(storage), TEXTS);
      expect([...db.scanSync()]).toEqual(entries(0, 3000));
      await db.close();
    });
  });

  it('is there after the object was aborted, with all that it had answered', async () => {
    const place = newPlace();
    const answer = await within(place, async ({ storage }) => {
      const db = await open(doStore(storage), TEXTS);
      await db.putMany(entries(0, 100));
      return db.getSync('key 000099');
    });
    expect(answer).toBe('value 99 '.repeat(40));
    await within(await abort(place), async ({ storage }) => {
      const db = await open(doStore(storage), TEXTS);
      expect([...db.scanSync()]).toEqual(entries(0, 100));
      await db.close();
    });
  });

  it('keeps no pieces of objects that nobody has finished', async () => {
    const place = newPlace();
    await within(place, async ({ storage }) => {
      const writer = doStore(storage).sync.createObject('sst/1', 0);
      void writer.append(new Uint8Array(MIB), 0);
      const pieces = () => Number(storage.sql.exec('SELECT count(*) AS n FROM varve_pieces WHERE name = ?', 'sst/1').one()['n']);
      expect(pieces()).toBe(16);
      const db = await open(doStore(storage), TEXTS);
      expect(pieces()).toBe(0);
      expect(() => writer.finish()).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
      await db.close();
    });
  });

  it.each([1, 2])('reads what was written, under seed %i', async (seed) => {
    await within(newPlace(), async ({ storage }) => {
      await compareWithMap(doStore(storage), seed, 600);
    });
  });
});
