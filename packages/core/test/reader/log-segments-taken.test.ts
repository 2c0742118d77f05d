// A log of objects whose segments change hands (docs/PROTOCOL.md, rules 2 and 4): what a write asks for, and writers that sleep at each step of a take-over. Each test is
// one order of calls, made by holding some of them.

import { describe, expect, it } from 'vitest';
import { open, StorageError, type MemoryCall, type MemoryStore } from '@varve/core';
import { objectLog } from '@varve/core/object-log';
import { codeOf, holding, logObjects, place, writer } from './log-reader-test-kit.ts';
import { SMALL, type Texts } from './reader-test-kit.ts';
import { Rows } from './rows-test-kit.ts';

const BEGIN = /\/begin$/;
const LOG = /^wal\/$/;
const MANIFESTS = /^manifest\//;

const keys = async (db: Texts): Promise<string[]> => (await db.scan().all()).map(([key]) => key);

/** Calls through a handle, from now on. */
function listening(store: MemoryStore): { store: MemoryStore; calls: string[] } {
  const calls: string[] = [];
  const fault = ({ operation, name }: MemoryCall): undefined => {
    calls.push(`${operation} ${name.replace(/0{3,}/g, '0..')}`);
  };
  return { store: store.share({ sync: false, fault }), calls };
}

describe('a write', () => {
  it('takes two requests: its object, and whose segment it is', async () => {
    const { store, calls } = listening(place());
    await using db = await writer(store);
    await db.put('a', '1');
    await db.idle();
    calls.length = 0;
    await db.put('b', '2');
    expect(calls).toEqual([expect.stringMatching(/^putIfAbsent wal\/.*\.wal\/[.\d]+$/), expect.stringMatching(/^get wal\/.*\/begin$/)]);
  });

  it('is refused at open by a store that replaces nothing: others would take what it does not', async () => {
    await expect(writer({ ...place(), replace: undefined! })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });

  it('is UNKNOWN when the look fails, whatever it fails with: its object is there', async () => {
    const store = place();
    let isFull = false;
    const full = { when: 'before', error: new StorageError('QUOTA', 'the bucket is full') } as const;
    const fault = ({ operation, name }: MemoryCall) => (isFull && operation === 'get' && BEGIN.test(name) ? full : undefined);
    const db = await writer(store.share({ sync: false, fault }));
    isFull = true;
    expect(await codeOf(db.put('a', '1'))).toBe('UNKNOWN');
    await db.close();
    await using next = await writer(store);
    expect(await keys(next)).toEqual(['a']);
  });
});

describe('an open', () => {
  /** What each row of requests asks for; the lock is a courtesy that buckets have not. */
  async function rowsOf(store: MemoryStore): Promise<string[][]> {
    const rows = new Rows(store);
    const { result: db, requests } = await rows.of(() => writer({ ...rows.store, lock: undefined! }));
    const opening = [...requests];
    await db.close();
    const asked: string[][] = [];
    for (const { row, operation, name } of opening) (asked[row - 1] ??= []).push(`${operation} ${name.replace(/0{3,}/g, '..')}`);
    return asked;
  }

  it('waits for nine rows of requests where nothing has to be replayed: what need not wait does not', async () => {
    const store = place();
    const first = await writer(store.share({ sync: false }));
    for (let i = 0; i < 3; i++) await first.put(`a${i}`, '1');
    await first.flush();
    await first.close();
    expect(await rowsOf(store)).toEqual([
      ['list wal/'],
      ['list manifest/'],
      [1, 2, 3, 4, 5].map((n) => `get manifest/..${n}.manifest`),
      ['putIfAbsent manifest/..6.manifest'],
      ['list manifest/', 'get manifest/..6.manifest', 'replace wal/..2.wal/begin', 'get wal/..2.wal/..', 'get wal/..2.wal/..80'],
      ['list wal/'],
      ['putIfAbsent wal/..3.wal/begin'],
      ['putIfAbsent wal/..3.wal/..'],
      ['list manifest/', 'get manifest/..6.manifest'],
    ]);
  });

  it('waits for one more where something is replayed: a replay takes time, in which another may have come', async () => {
    const store = place();
    const first = await writer(store.share({ sync: false }));
    for (let i = 0; i < 30; i++) await first.put(`a${i}`, '1');
    await first.close();
    const rows = await rowsOf(store);
    expect(rows).toHaveLength(10);
    expect(rows[4]!.filter((request) => request.startsWith('get wal/'))).toHaveLength(32);
    expect(rows[6]).toEqual(['list manifest/', expect.stringContaining('get manifest/')]);
  });
});

describe('a writer that is being overtaken', () => {
  it('acknowledges until its segment is taken, and whoever comes finds all of it', async () => {
    const store = place();
    const first = await writer(store.share({ sync: false }));
    const next = holding(store);
    const held = next.hold('replace', BEGIN);
    const opening = writer(next.store);
    const take = await held;
    await first.put('between the claim and the taking', 'counts');
    take();
    await using second = await opening;
    expect(await codeOf(first.put('late', 'void'))).toBe('UNKNOWN');
    expect(await keys(second)).toEqual(['between the claim and the taking']);
    await first.close();
  });

  it('begins no segment that nobody would find', async () => {
    const store = place();
    const first = await writer(store.share({ sync: false }));
    await first.put('a', '1');
    await using second = await writer(store.share({ sync: false }));
    await second.put('b', '2');
    // It has not heard of it, and goes on in another segment.
    expect(await codeOf(first.flush())).toBe('FENCED');
    expect(await codeOf(first.put('c', '3'))).toBe('FENCED');
    expect(await keys(second)).toEqual(['a', 'b']);
    await first.close();
  });

  it('is found in the segment that it has begun while its others were taken', async () => {
    const store = place();
    const first = await writer(store.share({ sync: false }));
    await first.put('a', '1');
    const next = holding(store);
    const held = next.hold('replace', BEGIN);
    const opening = writer(next.store);
    const take = await held;
    // Its manifest cannot be there any more, but the segment is.
    expect(await codeOf(first.flush())).toBe('FENCED');
    take();
    await using second = await opening;
    expect(await keys(second)).toEqual(['a']);
    await first.close();
  });
});

describe('somebody who sleeps while opening', () => {
  it('takes nothing from whoever came next, when it was found before', async () => {
    const store = place();
    await (await writer(store.share({ sync: false }))).close();
    const sleeper = holding(store);
    const held = sleeper.hold('replace', BEGIN);
    const opening = codeOf(writer(sleeper.store));
    const wake = await held;
    await using owner = await writer(store.share({ sync: false }));
    await owner.put('a', '1');
    wake();
    expect(await opening).toBe('FENCED');
    await owner.put('b', '2');
    expect(await keys(owner)).toEqual(['a', 'b']);
  });

  it('looks before it takes what it has found since it has read manifests', async () => {
    const store = place();
    await (await writer(store.share({ sync: false }))).close();
    const sleeper = holding(store);
    const early = sleeper.hold('list', LOG);
    const opening = codeOf(writer(sleeper.store));
    const goOn = await early;
    const held = sleeper.hold('list', LOG);
    goOn();
    const wake = await held;
    await using owner = await writer(store.share({ sync: false }));
    await owner.put('a', '1');
    wake();
    expect(await opening).toBe('FENCED');
    await owner.put('b', '2');
    expect(await keys(owner)).toEqual(['a', 'b']);
  });

  it('is the later one when it has not read the manifests yet, and finds segments that were not there before', async () => {
    const store = place();
    await (await writer(store.share({ sync: false }))).close();
    const sleeper = holding(store);
    const held = sleeper.hold('list', MANIFESTS);
    const opening = writer(sleeper.store);
    const wake = await held;
    const first = await writer(store.share({ sync: false }));
    await first.put('a', '1');
    wake();
    await using owner = await opening;
    expect(await codeOf(first.put('late', 'void'))).toBe('UNKNOWN');
    expect(await keys(owner)).toEqual(['a']);
    await first.close();
  });

  it('takes nothing from whoever went on so far that the number of its claim was free again', async () => {
    const store = place();
    await (await writer(store.share({ sync: false }))).close();
    const sleeper = holding(store);
    const held = sleeper.hold('putIfAbsent', MANIFESTS);
    const opening = codeOf(writer(sleeper.store));
    const wake = await held;
    const newest = (await store.list('manifest/')).at(-1)!.name;
    await using owner = await writer(store.share({ sync: false }));
    for (let i = 0; i < 40; i++) {
      await owner.put(String(i).padStart(2, '0'), 'x');
      await owner.flush();
    }
    await owner.idle();
    const oldest = Number((await store.list('manifest/'))[0]!.name.replace(/\D/g, ''));
    expect(oldest).toBeGreaterThan(Number(newest.replace(/\D/g, '')) + 1);
    wake();
    expect(await opening).toBe('FENCED');
    await owner.put('last', 'counts');
    expect(await keys(owner)).toHaveLength(41);
  });

  it('is no owner again when its segment is flushed, and its creation is sent once more by the line', async () => {
    const store = place();
    const first = await writer(store.share({ sync: false }));
    await first.put('a', '1');
    const [begin] = (await logObjects(store)).filter((name) => BEGIN.test(name));
    const created = (await store.get(begin!))!;
    // It takes the segment, and dies before it has one of its own.
    const dying = holding(store);
    const held = dying.hold('putIfAbsent', BEGIN);
    const opening = writer(dying.store);
    const letGo = await held;
    await using owner = await writer(store.share({ sync: false }));
    await owner.flush();
    await owner.idle();
    expect(await store.putIfAbsent(begin!, created)).toBe(false);
    expect(await codeOf(first.put('late', 'void'))).toBe('UNKNOWN');
    expect(await keys(owner)).toEqual(['a']);
    letGo();
    expect(await codeOf(opening)).toBe('FENCED');
    await first.close();
  });

  it('leaves what it could not take to whoever opens next', async () => {
    const store = place();
    const first = await writer(store.share({ sync: false }));
    await first.put('a', '1');
    const broken = store.share({
      sync: false,
      fault: ({ operation }) => (operation === 'replace' ? { when: 'before', error: new Error('gone') } : undefined),
    });
    await expect(writer(broken)).rejects.toThrow('gone');
    expect(await codeOf(first.put('b', '2'))).toBe('fulfilled');
    await using second = await writer(store.share({ sync: false }));
    expect(await codeOf(first.put('late', 'void'))).toBe('UNKNOWN');
    expect(await keys(second)).toEqual(['a', 'b']);
    await first.close();
  });
});

it('one log serves several writers, one after the other, also where one of them was overtaken', async () => {
  const store = place();
  const log = objectLog(store);
  const again = (): Promise<Texts> => open(store, { ...SMALL, takeover: 'now', log });
  const first = await again();
  await first.put('a', '1');
  await first.close();
  const second = await again();
  await second.put('b', '2');
  await using other = await writer(store.share({ sync: false }));
  expect(await codeOf(second.put('late', 'void'))).toBe('UNKNOWN');
  await second.close();
  await other.put('c', '3');
  await using third = await again();
  expect(await keys(third)).toEqual(['a', 'b', 'c']);
});
