// Readers of a log that is longer than their memory, that is cut off while they look, that is damaged, and whose writer goes on in another term.

import { bytes, open, openReader, utf8, type EngineEvent } from '@varve/core';
import { readState } from '@varve/core/inspect';
import { objectLog } from '@varve/core/object-log';
import { describe, expect, it } from 'vitest';
import { KeySpaceCodec } from '../../src/format/key-space.ts';
import { openRaw } from '../faults/raw-engine.ts';
import { codeOf, follower, holding, logObjects, place, writer } from './log-reader-test-kit.ts';
import { many, type TextReader, type Texts } from './reader-test-kit.ts';

const LARGE = 64 * 2 ** 20;
const KIBIBYTE = 1024;

/** One batch. */
async function putAtOnce(db: Texts, entries: [string, string][]): Promise<void> {
  const batch = db.batch();
  for (const [key, value] of entries) batch.put(key, value);
  await db.write(batch);
}

describe('a log that is longer than the memory of a reader', () => {
  it('is seen up to where memory ends, and the rest once it was flushed', async () => {
    const store = place();
    await using db = await writer(store, { memoryBudgetBytes: LARGE });
    const events: EngineEvent[] = [];
    await using reader = await follower(store, { onEvent: (event) => events.push(event) });
    const value = 'x'.repeat(20 * KIBIBYTE);
    const count = 100;
    let epoch = 0n;
    for (let i = 0; i < count; i++) epoch = await db.put(String(i).padStart(3, '0'), value);
    const seen = (await reader.scan().keys()[Symbol.asyncIterator]().next()).done === true ? [] : await reader.scan().all();
    expect(seen.length).toBeGreaterThan(40);
    expect(seen.length).toBeLessThan(60);
    expect(seen.map(([key]) => Number(key))).toEqual(seen.map((_, i) => i));
    expect(reader.stats().log).toMatchObject({ waitsFor: 'memory', entries: seen.length });
    await reader.refresh();
    const warnings = events.filter(({ kind }) => kind === 'warning');
    expect(warnings).toEqual([{ kind: 'warning', message: expect.stringContaining('memoryBudgetBytes') }]);
    const waiting = reader.waitEpoch(epoch);
    await db.flush();
    await waiting;
    expect(await reader.scan().all()).toHaveLength(count);
    await db.put('more', 'y');
    expect(await reader.get('more')).toBe('y');
    expect(reader.stats().log).toMatchObject({ waitsFor: undefined, entries: 1 });
  });

  it('does not read again and again what it has no room for', async () => {
    const store = place();
    await using db = await writer(store, { memoryBudgetBytes: LARGE });
    let gets = 0;
    await using reader = await follower(store.share({ sync: false, fault: ({ operation }) => void (gets += Number(operation === 'get')) }));
    await db.putMany(many('large', 6000));
    await db.put('after', 'x');
    await reader.refresh();
    gets = 0;
    for (let i = 0; i < 5; i++) expect(await reader.get('after')).toBeUndefined();
    expect(gets).toBe(0);
  });

  it('a batch that is larger than all of it is seen whole, when it was flushed', async () => {
    const store = place();
    await using db = await writer(store, { memoryBudgetBytes: LARGE });
    await using reader = await follower(store);
    await db.put('a', 'before');
    await putAtOnce(db, many('large', 6000));
    await db.put('z', 'after');
    expect((await reader.scan().all()).length).toBe(1);
    expect(reader.stats().log).toMatchObject({ waitsFor: 'memory' });
    await db.flush();
    expect(await reader.scan().all()).toEqual([['a', 'before'], ...many('large', 6000), ['z', 'after']]);
  });

  it('a snapshot may hold the memory that the log needs: it is not touched', async () => {
    const store = place();
    await using db = await writer(store);
    await using reader = await follower(store);
    const rounds = Array.from({ length: 6 }, (_, i) => many(`round ${i}`, 1500));
    await db.putMany(rounds[0]!);
    await reader.refresh();
    const snapshot = reader.snapshot();
    for (const round of rounds.slice(1)) {
      await db.putMany(round);
      await reader.refresh();
      expect(await snapshot.scan().all()).toEqual(rounds[0]);
      await db.flush();
      expect(await reader.scan().all()).toEqual(round);
    }
    snapshot.close();
    await db.put('a', 'b');
    expect(await reader.get('a')).toBe('b');
  });
});

describe('the memory of a reader', () => {
  it('is used again as soon as a snapshot gives it back', async () => {
    const store = place();
    await using db = await writer(store, { memoryBudgetBytes: LARGE });
    await using reader = await follower(store);
    await db.putMany(many('first', 800));
    await reader.refresh();
    const snapshot = reader.snapshot();
    await db.flush();
    // In one object of the log there are many writes: memory ends in the middle of it.
    await Promise.all(many('second', 2500).map(([key, value]) => db.put(key, value)));
    await reader.refresh();
    expect(reader.stats().log).toMatchObject({ waitsFor: 'memory' });
    expect(await snapshot.scan().all()).toEqual(many('first', 800));
    snapshot.close();
    await reader.refresh();
    expect(reader.stats().log).toMatchObject({ waitsFor: undefined, entries: 2500 });
    expect(await reader.scan().all()).toEqual(many('second', 2500));
  });

  it('ends in time for entries that are so small that the tree over them is larger than they are', async () => {
    const store = place();
    await using db = await writer(store, { memoryBudgetBytes: LARGE });
    await using reader = await follower(store);
    const small = (i: number): [string, string][] => Array.from({ length: 3000 }, (_, j) => [String((j * 7919 + i) % 3000), String(i)]);
    let seen = 0;
    for (let i = 1; i <= 20; i++) {
      await putAtOnce(db, small(i));
      const found = await reader.scan().all();
      const values = new Set(found.map(([, value]) => value));
      expect([found.length, values.size]).toEqual([3000, 1]);
      expect(await reader.get(String(i))).toBe([...values][0]);
      seen = Number([...values][0]);
      expect(seen).toBeGreaterThanOrEqual(reader.stats().log!.waitsFor === undefined ? i : 1);
    }
    expect(seen).toBeGreaterThan(3);
    expect(reader.stats().log).toMatchObject({ waitsFor: 'memory', entries: seen * 3000 });
  });
});

describe('a list of the log whose pages were made one after the other', () => {
  it('shows nothing behind a piece that it left out', async () => {
    const store = place();
    await using db = await writer(store);
    await db.put('a', '1');
    let page: { name: string; size: number }[] | undefined;
    const paged = {
      ...store,
      async list(prefix: string, after?: string) {
        const found = await store.list(prefix, after);
        if (prefix !== 'wal/' || page === undefined) return found;
        // The first page ends with the segment, as it was then.
        const [first, last] = [page, page[0]!.name.slice(0, 28)];
        page = undefined;
        return [...first.filter(({ name }) => name > after!), ...found.filter(({ name }) => !name.startsWith(last))];
      },
    } as typeof store;
    await using reader = await follower(paged);
    page = (await store.list('wal/')).filter(({ name }) => !name.endsWith('begin'));
    await db.put('b', '2');
    // Goes on in the next segment, without a flush.
    const held = holding(store);
    const next = await writer(held.store);
    await next.put('c', '3');
    expect((await reader.scan().all()).map(([key]) => key)).toEqual(['a', 'b', 'c']);
    expect(page).toBeUndefined();
    await next.close();
  });
});

describe('a log that is cut off while a reader looks', () => {
  it.each([
    ['before its objects are read', 'get', /^wal\//],
    ['before the manifests are listed', 'list', /^manifest\//],
    ['before it is listed', 'list', /^wal\//],
  ] as const)('%s: it goes on to the newer manifest', async (_, operation, name) => {
    const store = place();
    await using db = await writer(store);
    const looking = holding(store);
    await using reader = await follower(looking.store);
    await db.putMany(many('first', 300));
    const held = looking.hold(operation, name);
    const read = reader.scan().all();
    const letGo = await held;
    const before = await logObjects(store);
    await db.putMany(many('second', 300));
    await db.flush();
    await db.idle();
    await db.put('key000000', 'newest');
    const left = await logObjects(store);
    expect(before.filter((object) => left.includes(object))).toEqual([]);
    letGo();
    const found = await read;
    expect([many('first', 300)[299], many('second', 300)[299]]).toContainEqual(found[299]);
    expect(await reader.get('key000000')).toBe('newest');
    expect((await reader.scan().all()).slice(1)).toEqual(many('second', 300).slice(1));
  });
});

it('a log that is cut off while a reader is opened, before the head of its first segment is read, is no damage', async () => {
  const store = place();
  await using db = await writer(store);
  await db.put('a', '1');
  const looking = holding(store);
  const held = looking.hold('get', /^wal\/.*\/0{16}$/);
  const opening = follower(looking.store);
  const letGo = await held;
  await db.put('b', '2');
  await db.flush();
  await db.idle();
  await db.put('c', '3');
  letGo();
  await using reader = await opening;
  expect((await reader.scan().all()).map(([key]) => key)).toEqual(['a', 'b', 'c']);
});

describe('a log that is damaged', () => {
  /** A log of a few objects, what is in it after each of them, and a copy of it with other objects. */
  async function sample() {
    const store = place();
    const db = await writer(store);
    const states: string[] = [JSON.stringify([])];
    for (const [key, value] of [
      ['a', '1'],
      ['b', '2'],
      ['a', '3'],
    ] as const) {
      await db.put(key, value);
      states.push(JSON.stringify(await db.scan().all()));
    }
    const objects = new Map<string, Uint8Array>();
    for (const { name } of await store.list('')) objects.set(name, (await store.get(name))!);
    await db.close();
    const changed = async (changes: Iterable<readonly [string, Uint8Array | undefined]>): Promise<ReturnType<typeof place>> => {
      const copy = place();
      for (const [name, content] of new Map<string, Uint8Array | undefined>([...objects, ...changes])) {
        if (content !== undefined) await copy.put(name, content);
      }
      return copy;
    };
    const pieces = [...objects.keys()].filter((name) => /\d{16}$/.test(name));
    return { states, objects, pieces, changed };
  }

  const outcome = async (store: ReturnType<typeof place>): Promise<string> => {
    let reader: TextReader | undefined;
    try {
      reader = await follower(store);
      return JSON.stringify(await reader.scan().all());
    } catch (error) {
      return (error as { code: string }).code;
    } finally {
      await reader?.close();
    }
  };

  it('is told by every byte that is not right, or cut off', async () => {
    const { states, objects, pieces, changed } = await sample();
    expect(await outcome(await changed([]))).toBe(states.at(-1));
    let tried = 0;
    for (const name of pieces) {
      const right = objects.get(name)!;
      for (let at = 0; at < right.length; at++) {
        const flipped = right.slice();
        flipped[at]! ^= 1 << (at % 8);
        expect(await outcome(await changed([[name, flipped]])), `${name} byte ${at} flipped`).toBe('CORRUPTION');
        // Nothing at all is what is left of an object that was never there.
        const cutOff = at === 0 && name === pieces.at(-1) ? states.at(-2) : 'CORRUPTION';
        expect(await outcome(await changed([[name, right.subarray(0, at)]])), `${name} cut off at ${at}`).toBe(cutOff);
        tried++;
      }
    }
    expect(tried).toBeGreaterThan(250);
  }, 60_000);

  it('is told by an object that is missing, unless it is the last', async () => {
    const { states, pieces, changed } = await sample();
    const outcomes: string[] = [];
    for (const name of pieces) outcomes.push(await outcome(await changed([[name, undefined]])));
    expect(outcomes).toEqual([...Array.from({ length: pieces.length - 1 }, () => 'CORRUPTION'), states.at(-2)]);
  });

  it('is told by manifests that are older than it', async () => {
    const { objects, changed } = await sample();
    const manifests = [...objects.keys()].filter((name) => name.startsWith('manifest/'));
    const outcomes: string[] = [];
    for (let left = 1; left <= manifests.length; left++) {
      outcomes.push(await outcome(await changed(manifests.slice(left).map((name) => [name, undefined]))));
    }
    // The first says nothing of key spaces, the second claims, the third begins the log: then the reader reads it.
    expect(outcomes.slice(0, 2)).toEqual(['[]', '[]']);
    expect(outcomes.slice(2).every((text) => text === '[]' || text.startsWith('[["a"'))).toBe(true);
  });
});

it('a writer that goes on in a term of its own is followed', async () => {
  const store = place();
  const first = await openReaderTo(store);
  const state = (await readState(store))!;
  const space = new KeySpaceCodec(state.keySpaces[0]!.id, utf8, bytes);
  const engine = await openRaw({ ...store, openLog: () => objectLog(store) }, { lastEpochLow: 300, takeover: 'now', durability: 'synced' });
  const { term } = engine.state;
  const value = new Uint8Array(1000);
  for (let i = 0; i < 2000; i++) {
    const epoch = await engine.writer.put(space, `key ${i}`, value, 'synced');
    if (i % 10 > 0 && i < 1990) continue;
    expect(await first.has(`key ${i}`), `key ${i} of term ${engine.state.term}`).toBe(true);
    expect(first.epoch).toBe(epoch);
  }
  expect(engine.state.term).toBeGreaterThan(term + 2);
  expect(await first.scan().all()).toHaveLength(2000);
  await engine.close();
  await first.close();
});

/** A reader of a new database of bytes. */
async function openReaderTo(store: ReturnType<typeof place>) {
  const db = await open(store, { keys: utf8, memoryBudgetBytes: 4 * 2 ** 20, log: objectLog(store) });
  await db.close();
  return openReader(store, { keys: utf8, memoryBudgetBytes: 4 * 2 ** 20, staleMs: 0, follow: 'log', log: objectLog(store) });
}

it('a reader that is closed while it looks says so', async () => {
  const store = place();
  await using db = await writer(store);
  const looking = holding(store);
  const reader = await follower(looking.store);
  await db.put('a', 'b');
  const held = looking.hold('get', /^wal\//);
  const read = codeOf(reader.get('a'));
  const letGo = await held;
  const closing = reader.close();
  letGo();
  await closing;
  expect(await read).toBe('CLOSED');
});
