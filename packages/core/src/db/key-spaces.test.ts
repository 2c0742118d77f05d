// Key spaces: made, found again, listed, refused to other codecs, dropped; and what writes wait for while one is being made.

import { describe, expect, it } from 'vitest';
import { json } from '../format/json-codec.ts';
import { utf8 } from '../format/utf8-codec.ts';
import type { MemoryStoreOptions } from '../store/memory-handle.ts';
import { memoryStore, type SyncMemoryStore } from '../store/memory-store.ts';
import { open } from './open-database.ts';

const TEXT = { keys: utf8, values: utf8 };
const openText = async (store: SyncMemoryStore) => open(store, TEXT);

/** Everything that can happen without a turn of the event loop. */
async function settle(): Promise<void> {
  for (let i = 0; i < 200; i++) await Promise.resolve();
}

/** A store whose next manifest waits until it is released. */
function heldStore() {
  const orders: MemoryStoreOptions = {};
  const store = memoryStore({ delay: (call) => orders.delay?.(call) });
  let release = (): void => undefined;
  return {
    store,
    hold(): void {
      const held = new Promise<void>((resolve) => (release = resolve));
      orders.delay = ({ operation }) => (operation === 'putIfAbsent' ? held : undefined);
    },
    release: (): void => {
      orders.delay = undefined;
      release();
    },
  };
}

describe('a key space', () => {
  it('keeps its keys apart from all others', async () => {
    await using db = await openText(memoryStore());
    const [a, b] = [db.keyspace('a', TEXT), db.keyspace('b', TEXT)];
    await Promise.all([db.put('key', 'root'), a.put('key', 'in a'), b.put('key', 'in b')]);
    await b.delete('key');
    expect([await db.get('key'), await a.get('key'), await b.get('key')]).toEqual(['root', 'in a', undefined]);
    expect(await db.scan().all()).toEqual([['key', 'root']]);
    expect(await a.scan({ reverse: true }).all()).toEqual([['key', 'in a']]);
  });

  it('is the same handle for the same codecs, and the same data for others of their names', async () => {
    await using db = await openText(memoryStore());
    const first = db.keyspace('a', { keys: utf8, values: json() });
    expect(db.keyspace('a', { keys: utf8, values: json() })).not.toBe(first);
    const plain = db.keyspace('b', TEXT);
    expect(db.keyspace('b', { ...TEXT })).toBe(plain);
    await first.put('key', [1]);
    expect(await db.keyspace('a', { keys: utf8, values: json() }).get('key')).toEqual([1]);
  });

  it('is listed by name with its id and codecs, at once and after the next open', async () => {
    const store = memoryStore();
    const db = await openText(store);
    db.keyspace('words', { keys: utf8, values: json() });
    await db.keyspace('a', TEXT).put('key', 'value');
    const list = [
      { id: 2, name: 'a', keys: 'utf8', values: 'utf8' },
      { id: 1, name: 'words', keys: 'utf8', values: 'json' },
    ];
    expect(db.keyspaces()).toEqual(list);
    await db.close();
    await using again = await openText(store);
    expect(again.keyspaces()).toEqual(list);
    expect(await again.keyspace('a', TEXT).get('key')).toBe('value');
  });

  it('is refused to codecs that it was not made with, now and after the next open', async () => {
    const store = memoryStore();
    const db = await openText(store);
    await db.keyspace('a', TEXT).put('key', 'value');
    const message = 'key space "a" was made with values: utf8, so it cannot be opened with values: json';
    expect(() => db.keyspace('a', { keys: utf8, values: json() })).toThrow(message);
    await db.close();
    await using again = await openText(store);
    expect(() => again.keyspace('a', { keys: utf8, values: json() })).toThrow(message);
    expect(await again.keyspace('a', TEXT).get('key')).toBe('value');
    await expect(open(store.share(), { takeover: 'now' })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });

  it('needs a name and two codecs, and is not made without', async () => {
    await using db = await openText(memoryStore());
    const make = (name: unknown, options: unknown) => () => db.keyspace(name as string, options as typeof TEXT);
    expect(make('', TEXT)).toThrow('the name of a key space is a string that is not empty, not the string ""');
    expect(make(7, TEXT)).toThrow(TypeError);
    expect(make('a', { ...TEXT, valueEncoding: utf8 })).toThrow('unknown option valueEncoding: did you mean values?');
    expect(make('a', { keys: utf8 })).toThrow('values must be a codec such as utf8, not undefined');
    expect(make('a', { keys: 'utf8', values: utf8 })).toThrow('keys must be a codec');
    expect(make('a', undefined)).toThrow(TypeError);
    expect(db.keyspaces()).toEqual([]);
  });
});

describe('a key space that is being made', () => {
  it('can be written to and read at once; nothing is acknowledged before the manifest names it', async () => {
    const { store, hold, release } = heldStore();
    await using db = await openText(store);
    hold();
    const words = db.keyspace('words', TEXT);
    let acknowledged = false;
    const written = words.put('key', 'value').then(() => (acknowledged = true));
    await settle();
    expect(acknowledged).toBe(false);
    release();
    await written;
    expect(await words.get('key')).toBe('value');
  });

  it('makes writes wait through every handle, batch and call', async () => {
    const { store, hold, release } = heldStore();
    await using db = await openText(store);
    hold();
    const first = db.keyspace('words', { keys: utf8, values: json<string>() });
    const second = db.keyspace('words', { keys: utf8, values: json<string>() });
    const done: string[] = [];
    const calls = [
      second.put('a', '1').then(() => done.push('put')),
      db.write(db.batch().put(second, 'b', '2')).then(() => done.push('write')),
      second.putMany([['c', '3']]).then(() => done.push('putMany')),
      second.update('d', () => '4').then(() => done.push('update')),
    ];
    await settle();
    expect(done).toEqual([]);
    release();
    await Promise.all(calls);
    expect((await first.scan().all()).map(([key]) => key)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('that a crash prevents leaves nothing to the one that gets its id', async () => {
    const { store, hold, release } = heldStore();
    const db = await openText(store);
    hold();
    db.keyspace('words', TEXT);
    const twin = db.keyspace('words', { keys: utf8, values: { ...utf8 } });
    const written = twin.put('key', 'value', { durability: 'synced' });
    await settle();
    await using after = await openText(store.crash({ unsynced: (bytes) => bytes }));
    const other = after.keyspace('other', TEXT);
    expect(after.keyspaces()).toMatchObject([{ id: 1, name: 'other' }]);
    expect(await other.scan().all()).toEqual([]);
    release();
    await written;
    await db.close();
  });

  it('is made once, however many ask for it at once; ids and names stay unique', async () => {
    const store = memoryStore();
    const db = await openText(store);
    const names = ['b', 'a', 'b', 'c', 'a', 'b'];
    await Promise.all(names.map(async (name, i) => db.keyspace(name, { keys: utf8, values: json() }).put(`k${i}`, i)));
    expect(db.keyspaces().map(({ id, name }) => [name, id])).toEqual([
      ['a', 2],
      ['b', 1],
      ['c', 3],
    ]);
    await db.close();
    await using again = await openText(store);
    expect(again.keyspaces()).toHaveLength(3);
    expect(await again.keyspace('b', { keys: utf8, values: json() }).scan().all()).toHaveLength(3);
  });

  it('is made on the way by a synchronous write', async () => {
    await using db = await openText(memoryStore());
    const words = db.keyspace('words', TEXT);
    words.putSync('key', 'value');
    expect(words.getSync('key')).toBe('value');
  });
});

describe('a key space that is dropped', () => {
  it('is gone with everything in it, and so it is after the next open', async () => {
    const store = memoryStore();
    const db = await openText(store);
    const [words, other] = [db.keyspace('words', TEXT), db.keyspace('other', TEXT)];
    await words.put('key', 'value');
    await other.put('key', 'stays');
    expect(await db.dropKeyspace('words')).toBe(true);
    expect(db.keyspaces().map(({ name }) => name)).toEqual(['other']);
    await db.compact();
    expect(db.stats().levels.reduce((sum, { entries }) => sum + entries, 0)).toBe(1);
    await db.close();
    await using again = await openText(store);
    expect(await again.keyspace('words', TEXT).scan().all()).toEqual([]);
    expect(await again.keyspace('other', TEXT).get('key')).toBe('stays');
  });

  it('need not have been opened, nor its codecs be known', async () => {
    const store = memoryStore();
    const db = await openText(store);
    await db.keyspace('words', { keys: utf8, values: json() }).put('key', 1);
    await db.close();
    await using again = await openText(store);
    expect(await again.dropKeyspace('words')).toBe(true);
    expect(again.keyspaces()).toEqual([]);
  });

  it('may be made again, with other codecs and a new id, and then is empty', async () => {
    await using db = await openText(memoryStore());
    await db.keyspace('words', TEXT).put('key', 'value');
    await db.dropKeyspace('words');
    const words = db.keyspace('words', { keys: utf8, values: json() });
    expect(await words.scan().all()).toEqual([]);
    expect(db.keyspaces()).toEqual([{ id: 2, name: 'words', keys: 'utf8', values: 'json' }]);
  });

  it('is false where there is none of that name, the name of the database itself included', async () => {
    await using db = await openText(memoryStore());
    await db.put('key', 'value');
    expect([await db.dropKeyspace('words'), await db.dropKeyspace('')]).toEqual([false, false]);
    expect(await db.get('key')).toBe('value');
  });

  it('takes no more writes: what would be acknowledged there could never be found again', async () => {
    await using db = await openText(memoryStore());
    const words = db.keyspace('words', TEXT);
    const twin = db.keyspace('words', { keys: utf8, values: { ...utf8 } });
    await words.put('key', 'value');
    const batch = db.batch().put('key', 'of the database').put(words, 'late', 'x');
    const dropping = db.dropKeyspace('words');
    const closed = { code: 'CLOSED', message: expect.stringContaining('the key space was dropped') as string };
    await expect(twin.put('late', 'x')).rejects.toMatchObject(closed);
    await dropping;
    for (const space of [words, twin]) {
      await expect(space.put('late', 'x')).rejects.toMatchObject(closed);
      await expect(space.delete('key')).rejects.toMatchObject(closed);
      await expect(space.putMany([['late', 'x']])).rejects.toMatchObject(closed);
      await expect(space.update('late', () => 'x')).rejects.toMatchObject(closed);
      await expect(space.clear()).rejects.toMatchObject(closed);
      expect(() => space.putSync('late', 'x')).toThrow('the key space was dropped');
      await expect(db.write(db.batch().put(space, 'late', 'x'))).rejects.toMatchObject(closed);
      expect(await space.get('key')).toBeUndefined();
    }
    await expect(db.write(batch)).rejects.toMatchObject(closed);
    expect(await db.get('key')).toBeUndefined();
  });

  it('takes what was written before along, also what was not acknowledged yet', async () => {
    await using db = await openText(memoryStore());
    const words = db.keyspace('words', TEXT);
    const written = [words.put('a', '1'), words.put('b', '2', { durability: 'synced' })];
    await db.dropKeyspace('words');
    await Promise.all(written);
    await db.compact();
    expect(db.stats().levels.reduce((sum, { entries }) => sum + entries, 0)).toBe(0);
  });

  it('is dropped once by two who drop it at once, and stays as it is made after the first', async () => {
    const store = memoryStore();
    const db = await openText(store);
    await db.keyspace('words', TEXT).put('key', 'value');
    const [first, second] = [db.dropKeyspace('words'), db.dropKeyspace('words')];
    await first;
    await db.keyspace('words', TEXT).put('key', 'new');
    await second;
    await db.keyspace('words', { ...TEXT, values: { ...utf8 } }).put('other', 'new');
    expect(db.keyspaces().map(({ id }) => id)).toEqual([2]);
    await db.close();
    await using again = await openText(store);
    expect(again.keyspaces()).toHaveLength(1);
    expect(await again.keyspace('words', TEXT).scan().all()).toHaveLength(2);
  });
});
