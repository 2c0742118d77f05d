// A page's end and a worker's end, with nothing between them but messages.

import { describe, expect, it, vi } from 'vitest';
import { json, memoryStore, open, seededRandom, StorageError, tuple, utf8, type SyncMemoryStore } from '@varve/core';
import { restoreArchive } from '@varve/archive';
import { exportDatabase } from './archive/export-database.ts';
import { Connection } from './client/connection.ts';
import { RemoteDatabase } from './client/remote-database.ts';
import { ClientWrites, idOf } from './host/client-writes.ts';
import { rawCodec } from './host/raw-codec.ts';
import { RawSpaces } from './host/raw-spaces.ts';
import type { RawDatabase } from './host/raw-database.ts';
import { Session, type Shared } from './host/session.ts';
import { Watches } from './host/watches.ts';
import { portPair } from './wire/port-test-kit.ts';

const CLIENT = idOf('page');

async function host(store: SyncMemoryStore, isSync = true): Promise<Shared> {
  const options = { keys: rawCodec('utf8'), values: rawCodec('utf8'), memoryBudgetBytes: 4 << 20 };
  const db = (await open(store, options)) as unknown as RawDatabase;
  const storage = { backEnd: 'here', usageBytes: 1, quotaBytes: 2, persisted: false, evicted: false };
  return { db, spaces: new RawSpaces(db), writes: new ClientWrites(db), watches: new Watches(), isSync, storage: async () => storage };
}

async function setUp(isSync = true, store = memoryStore()) {
  const shared = await host(store, isSync);
  const connection = new Connection();
  const db = new RemoteDatabase(connection, utf8, utf8);
  const join = (to: Shared, after?: Session) => {
    const [page, worker] = portPair();
    const session = new Session(to, CLIENT, worker, after);
    connection.attach(page);
    return { page, worker, session };
  };
  return { store, shared, connection, db, join, ...join(shared) };
}

describe.each([
  ['at once', true],
  ['later', false],
])('a database through messages, whose store answers %s', (_name, isSync) => {
  it('puts, gets, deletes and scans', async () => {
    const { db, shared } = await setUp(isSync);
    expect(await db.storage()).toEqual(await shared.storage());
    const epochs = await Promise.all([db.put('a', '1'), db.put('b', '2'), db.put('c', 'x'.repeat(100_000))]);
    expect(epochs[0]).toBeTypeOf('bigint');
    expect(await db.get('a')).toBe('1');
    expect(await db.get('nothing')).toBeUndefined();
    expect(await db.getMany(['b', 'zz', 'a'])).toEqual(['2', undefined, '1']);
    expect(await db.has('c')).toBe(true);
    await db.delete('c');
    expect(await db.has('c')).toBe(false);
    expect(await db.getEntry('a')).toEqual({ key: 'a', value: '1', epoch: epochs[0] });
    expect(await db.scan({ gte: 'a', reverse: true }).all()).toEqual([
      ['b', '2'],
      ['a', '1'],
    ]);
  });

  it('scans many pages, in part and with a limit', async () => {
    const { db } = await setUp(isSync);
    const wanted = Array.from({ length: 5000 }, (_, i): [string, string] => [`k${String(i).padStart(5, '0')}`, `v${i}`.repeat(10)]);
    expect(await db.putMany(wanted)).toBe(5000);
    expect(await db.scan().all()).toEqual(wanted);
    expect(await db.scan({ prefix: 'k0001', limit: 3 }).all()).toEqual(wanted.slice(10, 13));
    expect(await db.scan({ gt: 'k00007' }).first()).toEqual(wanted[8]);
    const some: string[] = [];
    for await (const key of db.scan().keys()) if (some.push(key) === 7) break;
    expect(some).toEqual(wanted.slice(0, 7).map(([key]) => key));
    expect(await db.clear({ lt: 'k01000' })).toBe(1000);
    expect(await db.scan({ limit: 1 }).first()).toEqual(wanted[1000]);
  });
});

describe('a database through messages', () => {
  it('sends what is asked for in one turn in one message, and answers in one', async () => {
    const { db, page, worker } = await setUp();
    await db.put('a', '1');
    const [asked, answered] = [page.sent, worker.sent];
    await Promise.all(Array.from({ length: 64 }, (_, i) => db.get(i % 2 === 0 ? 'a' : 'b')));
    expect([page.sent - asked, worker.sent - answered]).toEqual([1, 1]);
    await Promise.all(Array.from({ length: 64 }, (_, i) => db.put(`k${i}`, 'v')));
    expect([page.sent - asked, worker.sent - answered]).toEqual([2, 2]);
    const entries = Array.from({ length: 3000 }, (_, i) => [`m${i}`, 'v'] as const);
    await db.putMany(entries);
    await db.putMany(
      (async function* () {
        yield* entries;
      })(),
    );
    expect(page.sent - asked).toBe(8);
  });

  it('has key spaces with codecs of their own, and batches over them', async () => {
    const { db } = await setUp();
    const todos = db.keyspace('todos', { keys: tuple('string', 'number'), values: json<{ done: boolean }>() });
    const batch = db.batch().put('count', '1').put(todos, ['home', 1], { done: false });
    expect(await db.write(batch)).toMatchObject({ ok: true });
    expect(await todos.get(['home', 1])).toEqual({ done: false });
    expect(await todos.scan({ prefix: ['home'] }).all()).toEqual([[['home', 1], { done: false }]]);
    expect((await db.keyspaces()).map(({ name }) => name)).toEqual(['todos']);
    expect(await db.dropKeyspace('todos')).toBe(true);
  });

  it('tells every page of changes, in whichever key space', async () => {
    const { db, shared } = await setUp();
    const [page, worker] = portPair();
    new Session(shared, idOf('other'), worker);
    const other = new Connection();
    other.attach(page);
    const codecs = { keys: utf8, values: utf8 };
    const changes = db.keyspace('side', codecs).watch()[Symbol.asyncIterator]();
    const second = new RemoteDatabase(other, utf8, utf8);
    await db.put('a', '1');
    await second.put('b', '1');
    await second.keyspace('side', codecs).put('c', '1');
    expect((await changes.next()).value).toMatchObject({ keys: ['c'] });
  });

  it('writes no weaker than was asked for, whatever travels with it', async () => {
    const { db, shared } = await setUp();
    const write = vi.spyOn(shared.db, 'write');
    await Promise.all([
      db.put('a', '1'),
      db.put('b', '1', { durability: 'memory' }),
      db.put('c', '1', { durability: 'synced' }),
      db.put('d', '1'),
    ]);
    expect(write.mock.calls.map(([, options]) => options?.durability)).toEqual([undefined, 'synced', undefined]);
  });

  it('refuses a batch whose check fails, and names the key', async () => {
    const { db } = await setUp();
    const epoch = await db.put('a', '1');
    expect(await db.write(db.batch().check('a', epoch).put('b', '1'))).toMatchObject({ ok: true });
    const refused = await db.write(db.batch().check('a', undefined).put('b', '2'));
    expect(refused.ok).toBe(false);
    expect(await db.get('b')).toBe('1');
  });

  it('updates as one step, whoever else does', async () => {
    const { db, shared } = await setUp();
    const other = new Connection();
    const [page, worker] = portPair();
    new Session(shared, idOf('other'), worker);
    other.attach(page);
    const second = new RemoteDatabase(other, utf8, utf8);
    const add = (old: string | undefined): string => String(Number(old ?? 0) + 1);
    await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? db : second).update('n', add)));
    expect(await db.get('n')).toBe('20');
  });

  it('tells errors as they were made', async () => {
    const { db } = await setUp();
    await expect(db.put('\ud800', 'x')).rejects.toThrow(TypeError);
    await expect(db.put('x'.repeat(70_000), 'x')).rejects.toThrow(RangeError);
    const wrong = db.keyspace('side', { keys: utf8, values: utf8 });
    await wrong.put('a', 'b');
    const again = db.keyspace('side', { keys: utf8, values: json<string>() });
    await expect(again.get('a')).rejects.toBeInstanceOf(StorageError);
    await expect(db.keyspace('varve:clients', { keys: utf8, values: utf8 }).get('a')).rejects.toThrow(TypeError);
  });

  it('reads from a snapshot', async () => {
    const { db } = await setUp();
    const side = db.keyspace('side', { keys: utf8, values: utf8 });
    await db.put('a', '1');
    await side.put('a', 'one');
    const snapshot = db.snapshot();
    await snapshot.epoch;
    await db.put('a', '2');
    await side.delete('a');
    expect(await snapshot.get('a')).toBe('1');
    expect(await snapshot.keyspace(side).scan().all()).toEqual([['a', 'one']]);
    snapshot.close();
    await expect(snapshot.get('a')).rejects.toMatchObject({ code: 'EXPIRED' });
  });

  it('tells of changes in a range, and keeps one up to date', async () => {
    const { db } = await setUp();
    const watch = db.watch({ prefix: 'a/' });
    const changes = watch[Symbol.asyncIterator]();
    const live = db.live({ prefix: 'a/' });
    expect(live.getSnapshot()).toBeUndefined();
    let told = 0;
    const stop = live.subscribe(() => told++);
    await db.put('b', '0');
    const epoch = await db.put('a/1', '1');
    expect((await changes.next()).value).toEqual({ keys: ['a/1'], epoch, skipped: false });
    await expect.poll(() => live.getSnapshot()).toEqual([['a/1', '1']]);
    expect(live.getSnapshot()).toBe(live.getSnapshot());
    await db.clear({ prefix: 'a/' });
    expect((await changes.next()).value).toMatchObject({ keys: [], skipped: true });
    await expect.poll(() => live.getSnapshot()).toEqual([]);
    stop();
    const before = told;
    await db.put('a/2', '2');
    expect(told).toBe(before);
    await changes.return?.();
  });
});

describe('what a page does with changes', () => {
  it('may fail without stopping anything', async () => {
    const { db } = await setUp();
    const later: (() => void)[] = [];
    const enqueue = globalThis.queueMicrotask;
    vi.stubGlobal('queueMicrotask', (callback: () => void) => {
      const isReport = callback.toString().includes('throw error');
      if (isReport) later.push(callback);
      else enqueue(callback);
    });
    try {
      const watch = db.watch();
      watch.subscribe(() => {
        throw new Error('a mistake of the page');
      });
      await db.has('a');
      await db.put('a', '1');
      expect(await db.get('a')).toBe('1');
      await expect.poll(() => later.length).toBe(1);
      expect(later[0]).toThrow('a mistake of the page');
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('ends when its watch is closed, or its database', async () => {
    const { db, connection } = await setUp();
    const first = db.watch();
    const [loop, other] = [first[Symbol.asyncIterator](), db.watch()[Symbol.asyncIterator]()];
    const ends = [loop.next(), other.next()];
    first.close();
    expect(await ends[0]).toEqual({ done: true, value: undefined });
    connection.end(new StorageError('CLOSED', 'closed'));
    expect(await ends[1]).toEqual({ done: true, value: undefined });
  });

  it('is told of a write that was under way when the watch began', async () => {
    const { db } = await setUp();
    const written = db.put('a', '1', { durability: 'synced' });
    const changes = db.watch()[Symbol.asyncIterator]();
    await written;
    expect((await changes.next()).value).toMatchObject({ keys: ['a'] });
  });

  it('is told when a key space is gone, and writes to the next one of that name', async () => {
    const { db, shared } = await setUp();
    const [page, worker] = portPair();
    new Session(shared, idOf('other'), worker);
    const other = new Connection();
    other.attach(page);
    const codecs = { keys: utf8, values: utf8 };
    const side = new RemoteDatabase(other, utf8, utf8).keyspace('side', codecs);
    await side.put('a', '1');
    const changes = side.watch()[Symbol.asyncIterator]();
    await side.has('a');
    await db.dropKeyspace('side');
    expect((await changes.next()).value).toMatchObject({ skipped: true });
    await side.put('b', '1');
    expect(await side.scan().all()).toEqual([['b', '1']]);
    expect((await changes.next()).value).toMatchObject({ keys: ['b'], skipped: false });
  });
});

describe('before the database is open', () => {
  it('snapshots and scans may be begun, and watches given up', async () => {
    const shared = await host(memoryStore());
    const connection = new Connection();
    const db = new RemoteDatabase(connection, utf8, utf8);
    const written = db.put('a', '1');
    const snapshot = db.snapshot();
    const read = snapshot.get('b');
    db.watch().close();
    const [page, worker] = portPair();
    new Session(shared, CLIENT, worker);
    connection.attach(page);
    expect(await written).toBeTypeOf('bigint');
    expect(await read).toBeUndefined();
    expect(shared.watches.isEmpty).toBe(true);
  });
});

describe('what is kept of a page', () => {
  it('goes when the page is gone, and stays while it is there', async () => {
    const { db, shared } = await setUp();
    await db.put('a', '1');
    expect([...(await shared.writes.of(CLIENT)).keys()]).toEqual([1n]);
    expect([...(await shared.writes.clients())]).toEqual(['page']);
    await shared.writes.forget(CLIENT);
    expect(await shared.writes.of(CLIENT)).toEqual(new Map());
  });

  it('is what it may ask for again, no more', async () => {
    const { db, shared } = await setUp();
    for (let i = 0; i < 20; i++) await db.put('a', String(i));
    expect([...(await shared.writes.of(CLIENT)).keys()]).toEqual([20n]);
    expect(await db.scan().all()).toEqual([['a', '19']]);
  });
});

describe('when the worker goes away', () => {
  it('another one is asked for what was not answered, and open scans and snapshots end', async () => {
    const { db, store, shared, connection, join, page } = await setUp();
    await db.putMany(Array.from({ length: 3000 }, (_, i) => [`k${i}`, 'v'.repeat(100)] as const));
    const scan = db.scan().batches()[Symbol.asyncIterator]();
    await scan.next();
    const snapshot = db.snapshot();
    await snapshot.epoch;
    page.close();
    connection.detach();
    const written = db.put('new', '1');
    const read = db.get('k7');
    await shared.db.close();
    join(await host(store));
    expect(await written).toBeTypeOf('bigint');
    expect(await read).toBe('v'.repeat(100));
    await expect(snapshot.get('k1')).rejects.toMatchObject({ code: 'EXPIRED' });
    await scan.next();
    await expect(scan.next()).rejects.toMatchObject({ code: 'EXPIRED' });
  });

  it('a write that had taken place takes place once, whenever the answer is lost (seeds 1 to 30)', async () => {
    for (let seed = 1; seed <= 30; seed++) {
      const { uint32 } = seededRandom(seed);
      const { db, store, shared, connection, join, page } = await setUp();
      let [current, port] = [shared, page];
      const add = (old: string | undefined): string => String(Number(old ?? 0) + 1);
      let count = 0;
      for (let round = 0; round < 4; round++) {
        const writes = Array.from({ length: 1 + (uint32() % 5) }, () => db.update(`n${count++ % 3}`, add));
        await new Promise((resolve) => setTimeout(resolve, uint32() % 5));
        port.close();
        connection.detach();
        await current.db.close();
        current = await host(store);
        port = join(current).page;
        await Promise.all(writes);
      }
      const found = (await db.getMany(['n0', 'n1', 'n2'])).map((value) => Number(value ?? 0));
      expect(
        found.reduce((sum, n) => sum + n, 0),
        `seed ${seed}`,
      ).toBe(count);
    }
  });

  it('a page that only slept has its writes done once, by the same worker', async () => {
    for (let round = 0; round < 20; round++) {
      const { db, shared, connection, join, session } = await setUp();
      const add = (old: string | undefined): string => String(Number(old ?? 0) + 1);
      const updates = Array.from({ length: 5 }, () => db.update('n', add));
      await new Promise((resolve) => setTimeout(resolve, round % 4));
      connection.detach();
      session.end();
      join(shared, session);
      await Promise.all(updates);
      expect(await db.get('n'), `round ${round}`).toBe('5');
    }
  });

  it('a write that was refused is tried again, though a later one took place', async () => {
    const { db, store, shared, connection, join, page } = await setUp();
    await db.put('a', '1');
    const epoch = (await db.getEntry('a'))!.epoch;
    const refused = db.write(
      db
        .batch()
        .check('a', epoch - 1n)
        .put('b', '1'),
    );
    const put = db.put('c', '1');
    // The worker has done both, and its answers are lost.
    await new Promise((resolve) => setTimeout(resolve, 1));
    page.close();
    connection.detach();
    await shared.db.idle();
    await shared.db.close();
    join(await host(store));
    expect((await refused).ok).toBe(false);
    expect(await put).toBeTypeOf('bigint');
    expect(await db.getMany(['b', 'c'])).toEqual([undefined, '1']);
  });

  it('a list that was being read is read again', async () => {
    const { db, store, shared, connection, join, page } = await setUp();
    await db.putMany(Array.from({ length: 3000 }, (_, i) => [`k${i}`, 'v'.repeat(100)] as const));
    const live = db.live();
    live.subscribe(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 2));
    page.close();
    connection.detach();
    await shared.db.close();
    join(await host(store));
    await expect.poll(() => live.getSnapshot()?.length).toBe(3000);
  });

  it('watches go on, and are told that there may have been changes meanwhile', async () => {
    const { db, store, shared, connection, join, page } = await setUp();
    const changes = db.watch()[Symbol.asyncIterator]();
    await db.put('a', '1');
    await changes.next();
    page.close();
    connection.detach();
    await shared.db.close();
    join(await host(store));
    expect((await changes.next()).value).toMatchObject({ skipped: true });
    await db.put('b', '1');
    expect((await changes.next()).value).toMatchObject({ keys: ['b'], skipped: false });
  });

  it('and nobody comes, closing ends what is asked for', async () => {
    const { db, connection } = await setUp();
    connection.detach();
    const read = db.get('a');
    connection.end(new StorageError('CLOSED', 'closed'));
    await expect(read).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(db.get('a')).rejects.toMatchObject({ code: 'CLOSED' });
  });
});

describe('an image of the database, through messages', () => {
  it('is a file that has what was written before it was asked for', async () => {
    const { db } = await setUp();
    await db.putMany(Array.from({ length: 2000 }, (_, i): [string, string] => [`k${i}`, 'x'.repeat(100)]));
    const expected = await db.scan().all();
    const file = await new Response(exportDatabase(db)).blob();
    await db.put('later', '1');
    const restored = memoryStore();
    await restoreArchive(file.stream(), restored);
    await using copy = await open(restored, { keys: utf8, values: utf8, memoryBudgetBytes: 4 << 20 });
    expect(await copy.scan().all()).toEqual(expected);
  });

  it('ends as EXPIRED when another worker takes over, and is let go of by the one that made it', async () => {
    const { db, join, shared, session } = await setUp();
    await db.putMany(Array.from({ length: 30_000 }, (_, i): [string, string] => [`k${i}`, `${i}`.repeat(80)]));
    const reader = exportDatabase(db).getReader();
    await reader.read();
    session.end();
    join(shared);
    const rest = (async () => {
      while (!(await reader.read()).done);
    })();
    await expect(rest).rejects.toMatchObject({ code: 'EXPIRED' });
  });
});
