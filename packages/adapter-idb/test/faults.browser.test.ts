// What goes wrong in browsers, done to the real thing: connections that are lost, answers that are, aborted transactions, full disks.

import type { LogSegment, ObjectWriter, StorageError } from '@varve/core';
import { describe, expect, it } from 'vitest';
import { Patience } from '../src/connection/patience.ts';
import { storeOn } from '../src/idb-store.ts';
import { idbStore, type IdbStore } from '../src/index.ts';
import { deleteDatabase, failureOf, freshName, openRaw, removeDatabasesAfterAll, requestOf } from './databases-test-kit.ts';
import { faultyBucket, isWrite, next, type Fault, type FaultyBucket } from './faults-test-kit.ts';

removeDatabasesAfterAll();

const LARGE = 200_000;
/** Faults that another try heals. */
const PASSING: readonly Fault[] = ['closed', 'aborted', 'lost', 'refused'];

interface Subject {
  readonly name: string;
  readonly store: IdbStore;
  readonly bucket: FaultyBucket;
  /** The same place, seen by somebody without trouble. */
  readonly other: IdbStore;
}

function subject(): Subject {
  const name = freshName();
  const bucket = faultyBucket();
  return { name, bucket, store: idbStore(name, { bucket }), other: idbStore(name) };
}

function sample(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => Math.imul(i + seed * 977, 2654435761) >>> 24);
}

const withCode = (code: string) => expect.objectContaining({ name: 'StorageError', code });

describe.each(PASSING)('a transaction that is %s', (fault) => {
  it('is repeated: an object is put', async () => {
    const { store, bucket, other } = subject();
    next(bucket, [fault], isWrite);
    await store.put('a', sample(LARGE));
    expect(await other.get('a')).toEqual(sample(LARGE));
  });

  it('is repeated: the winner of a name is told so', async () => {
    const { store, bucket, other } = subject();
    next(bucket, [fault, fault], isWrite);
    expect(await store.putIfAbsent('a', sample(LARGE))).toBe(true);
    expect(await other.putIfAbsent('a', sample(10, 2))).toBe(false);
    expect(await other.get('a')).toEqual(sample(LARGE));
  });

  it('is repeated: the loser of a name is told so', async () => {
    const { name, store, bucket, other } = subject();
    await other.put('a', sample(10, 2));
    next(bucket, [fault], isWrite);
    expect(await store.putIfAbsent('a', sample(LARGE))).toBe(false);
    expect(await other.get('a')).toEqual(sample(10, 2));
    expect(await countPieces(name)).toBe(1);
  });

  it('is repeated: reads, lists and deletions answer', async () => {
    const { store, bucket } = subject();
    await store.put('a', sample(LARGE));
    bucket.fault = once(fault);
    expect(await store.get('a')).toEqual(sample(LARGE));
    bucket.fault = once(fault);
    expect(await store.has('a')).toBe(true);
    bucket.fault = once(fault);
    expect(await store.list('')).toEqual([{ name: 'a', size: LARGE }]);
    bucket.fault = once(fault);
    const reader = await store.openObject('a', LARGE);
    bucket.fault = once(fault);
    const target = new Uint8Array(100_000);
    await reader.readInto(target, 50_000);
    expect(target).toEqual(sample(LARGE).slice(50_000, 150_000));
    bucket.fault = once(fault);
    await store.delete(['a']);
    expect(await store.has('a')).toBe(false);
  });

  it('is repeated: an object is written by piece', async () => {
    for (let at = 0; at < 4; at++) {
      const { store, bucket, other } = subject();
      let writes = 0;
      bucket.fault = (begun) => (isWrite(begun) && writes++ === at ? fault : undefined);
      const writer = await store.createObject('a', LARGE);
      for (let offset = 0; offset < LARGE; offset += 70_000) await writer.append(sample(LARGE).subarray(offset, offset + 70_000), offset);
      expect(await other.list('')).toEqual([]);
      await writer.finish();
      expect(await other.get('a')).toEqual(sample(LARGE));
      await writer.abort();
      expect(await other.has('a')).toBe(true);
    }
  });

  it('is repeated: an object is given up', async () => {
    const { name, store, bucket, other } = subject();
    const writer = await store.createObject('a', LARGE);
    await writer.append(sample(LARGE), 0);
    next(bucket, [fault], isWrite);
    await writer.abort();
    expect(await other.list('')).toEqual([]);
    expect(await countPieces(name)).toBe(0);
  });

  it('is repeated: a log is created, appended to, synced, read and truncated', async () => {
    const { store, bucket, other } = subject();
    const log = store.openLog();
    next(bucket, [fault], isWrite);
    const segment = (await log.create(1, LARGE))!;
    expect(await other.openLog().create(1, LARGE)).toBeUndefined();
    for (let position = 0, length = 100; position < LARGE; position += length, length = Math.min(length * 3, LARGE - position)) {
      next(bucket, [fault], isWrite);
      await segment.append(sample(LARGE).subarray(position, position + length), position);
      next(bucket, [fault], isWrite);
      await segment.sync();
    }
    bucket.fault = once(fault);
    const into = new Uint8Array(LARGE);
    expect(await log.read(1, into)).toBe(LARGE);
    expect(into).toEqual(sample(LARGE));
    bucket.fault = once(fault);
    expect(await log.segments()).toEqual([{ number: 1, size: LARGE }]);
    next(bucket, [fault], isWrite);
    await log.makeDurable([1]);
    next(bucket, [fault], isWrite);
    await log.truncate(2);
    expect(await other.openLog().segments()).toEqual([]);
  });
});

describe('a connection that stays lost', () => {
  it('leaves a write unknown when its answer was lost', async () => {
    const { store, bucket } = subject();
    let writes = 0;
    bucket.fault = (begun) => {
      if (!isWrite(begun)) return undefined;
      return writes++ === 0 ? 'lost' : 'closed';
    };
    await expect(store.putIfAbsent('a', sample(10))).rejects.toEqual(withCode('UNKNOWN'));
    bucket.fault = () => undefined;
    expect(await store.get('a')).toEqual(sample(10));
  });

  it('makes a write unavailable when it was never begun', async () => {
    const { store, bucket } = subject();
    next(bucket, ['closed', 'closed', 'closed', 'closed', 'closed'], isWrite);
    await expect(store.putIfAbsent('a', sample(10))).rejects.toEqual(withCode('UNAVAILABLE'));
    bucket.fault = () => undefined;
    expect(await store.has('a')).toBe(false);
  });

  it('makes reads unavailable', async () => {
    const { store, bucket } = subject();
    bucket.fault = () => 'refused';
    await expect(store.get('a')).rejects.toEqual(withCode('UNAVAILABLE'));
    await expect(store.list('')).rejects.toEqual(withCode('UNAVAILABLE'));
  });

  it('is opened again, a few times', async () => {
    const { store, bucket } = subject();
    bucket.failingOpens = 2;
    await store.put('a', sample(10));
    await store.close();
    bucket.failingOpens = 100;
    await expect(store.get('a')).rejects.toEqual(withCode('UNAVAILABLE'));
    bucket.failingOpens = 0;
    expect(await store.get('a')).toEqual(sample(10));
  });

  it('is left at once when the browser says that it is closed', async () => {
    const { store, bucket } = subject();
    await store.put('a', sample(10));
    bucket.connections[0].close();
    bucket.connections[0].dispatchEvent(new Event('close'));
    expect(await store.get('a')).toEqual(sample(10));
    expect(bucket.connections.length).toBe(2);
  });
});

describe('a browser that does not answer', () => {
  /** Longer than a busy browser takes for anything. */
  function impatient(): Subject {
    const made = subject();
    return { ...made, store: storeOn(made.name, () => made.bucket, new Patience({ everyMs: 1000, most: 5 })) };
  }

  it('leaves a write unknown', async () => {
    const { store, bucket, other } = impatient();
    next(bucket, ['silent'], isWrite);
    const failure = await failureOf(() => store.put('a', sample(10)));
    expect(failure).toEqual(withCode('UNKNOWN'));
    expect((failure as StorageError).message).toContain('waitedMs=5000');
    expect(await other.get('a')).toEqual(sample(10));
    await store.put('b', sample(10));
  });

  it('makes a read unavailable', async () => {
    const { store, bucket } = impatient();
    await store.put('a', sample(10));
    next(bucket, ['silent']);
    await expect(store.get('a')).rejects.toEqual(withCode('UNAVAILABLE'));
    expect(await store.get('a')).toEqual(sample(10));
  });
});

describe('a full disk', () => {
  it('is told as QUOTA, with usage, limit and remedy, and leaves nothing', async () => {
    const { name, store, bucket, other } = subject();
    next(bucket, ['full'], isWrite);
    const error = (await failureOf(() => store.put('a', sample(LARGE)))) as StorageError;
    expect(error).toEqual(withCode('QUOTA'));
    expect(error.message).toMatch(/delete data.*usage=\d+ quota=\d+/);
    expect(error.object).toBe('a');
    expect(await other.list('')).toEqual([]);
    expect(await countPieces(name)).toBe(0);
  });

  it.each(['append', 'finish'])('leaves nothing of an object that is being written, found at %s', async (at) => {
    const { name, store, bucket, other } = subject();
    const writer = await store.createObject('a', LARGE);
    await writer.append(sample(LARGE), 0);
    next(bucket, ['full'], isWrite);
    await expect((async () => (at === 'append' ? writer.append(sample(LARGE), LARGE) : writer.finish()))()).rejects.toEqual(
      withCode('QUOTA'),
    );
    expect(await countPieces(name)).toBe(0);
    await writer.abort();
    expect(await other.list('')).toEqual([]);
    await store.put('a', sample(10));
  });

  it('keeps nothing of an append to the log', async () => {
    const { store, bucket, other } = subject();
    const segment = (await store.openLog().create(1, LARGE))!;
    await segment.append(sample(100), 0);
    for (const length of [50, LARGE]) {
      next(bucket, ['full'], isWrite);
      await expect(segment.append(sample(length, 2), 100)).rejects.toEqual(withCode('QUOTA'));
      expect(await other.openLog().segments()).toEqual([{ number: 1, size: 100 }]);
    }
    await segment.append(sample(60, 3), 100);
    const into = new Uint8Array(160);
    expect(await other.openLog().read(1, into)).toBe(160);
    expect(into.slice(100)).toEqual(sample(60, 3));
  });

  it('is not told when an earlier try may have been kept', async () => {
    const { store, bucket } = subject();
    const segment = (await store.openLog().create(1, LARGE))!;
    next(bucket, ['lost', 'full'], isWrite);
    await expect(segment.append(sample(100), 0)).rejects.toEqual(withCode('UNKNOWN'));
  });
});

describe('a log of which the browser has lost the end', () => {
  async function loseEnd(): Promise<{ segment: LogSegment; other: IdbStore }> {
    const { name, store, bucket, other } = subject();
    const segment = (await store.openLog().create(1, LARGE))!;
    await segment.append(sample(5000), 0);
    await segment.append(sample(5000), 5000);
    const raw = await openRaw(name);
    await requestOf(raw.transaction('records', 'readwrite').objectStore('records').delete([1, 5000]));
    raw.close();
    bucket.connections[0].close();
    return { segment, other };
  }

  it('is not appended to', async () => {
    const { segment, other } = await loseEnd();
    await expect(segment.append(sample(10), 10_000)).rejects.toEqual(withCode('UNAVAILABLE'));
    expect(await other.openLog().segments()).toEqual([{ number: 1, size: 5000 }]);
  });

  it('is not synced, then or later', async () => {
    const { segment } = await loseEnd();
    const failure = await failureOf(() => segment.sync());
    expect(failure).toEqual(withCode('UNAVAILABLE'));
    await expect(segment.sync()).rejects.toBe(failure);
  });
});

describe('an object that nobody finished', () => {
  async function abandon(): Promise<Subject & { writer: ObjectWriter }> {
    const made = subject();
    const writer = await made.store.createObject('sst/1', LARGE);
    await writer.append(sample(LARGE), 0);
    return { ...made, writer };
  }

  it('is not there, and is removed by whoever gets the lock', async () => {
    const { name, other } = await abandon();
    expect(await other.list('')).toEqual([]);
    expect(await countPieces(name)).toBe(3);
    const release = await other.lock();
    expect(await countPieces(name)).toBe(0);
    await release?.();
  });

  it('cannot be finished any more when it was removed', async () => {
    const { writer, other } = await abandon();
    await (
      await other.lock({ takeOver: true })
    )?.();
    await expect(writer.finish()).rejects.toEqual(withCode('UNAVAILABLE'));
    await writer.abort();
    expect(await other.list('')).toEqual([]);
  });

  it('stays when its own writer takes the lock again', async () => {
    const { store, writer } = await abandon();
    await (
      await store.lock()
    )?.();
    await writer.finish();
    expect(await store.get('sst/1')).toEqual(sample(LARGE));
  });
});

describe('the database', () => {
  it('is closed when the browser has heard of it: a worker may be ended then', async () => {
    const { store, bucket } = subject();
    await store.put('object/a', sample(10));
    const heard: string[] = [];
    const [database] = bucket.connections as [IDBDatabase];
    const close = database.close.bind(database);
    database.close = () => {
      close();
      heard.push('closed');
    };
    bucket.indexedDB.databases = async () => {
      heard.push('asked');
      await new Promise((resolve) => setTimeout(resolve, 5));
      heard.push('answered');
      return [];
    };
    await store.close();
    expect(heard).toEqual(['closed', 'asked', 'answered']);
  });

  it('can be deleted while a store is in use, and is made anew', async () => {
    const { name, store } = subject();
    await store.put('a', sample(10));
    await deleteDatabase(name);
    expect(await store.get('a')).toBeUndefined();
    await store.put('a', sample(20));
    expect(await store.list('')).toEqual([{ name: 'a', size: 20 }]);
  });

  it('is refused when something else has made it', async () => {
    for (const version of [1, 7]) {
      const { name, store } = subject();
      (await openRaw(name, version)).close();
      await expect(store.get('a')).rejects.toEqual(withCode('UNSUPPORTED'));
      await expect(store.put('a', sample(10))).rejects.toEqual(withCode('UNSUPPORTED'));
    }
  });
});

describe('the lock', () => {
  it('tells that somebody has it', async () => {
    const { store, other } = subject();
    expect(await store.lockHolder()).toBeUndefined();
    const release = await store.lock();
    expect(await other.lockHolder()).toMatch(/^a page or worker of this site, client=/);
    await release?.();
    expect(await other.lockHolder()).toBeUndefined();
  });

  it('is not asked where there are no Web Locks', async () => {
    const { store, other } = subject();
    Object.defineProperty(navigator, 'locks', { value: undefined, configurable: true });
    try {
      const release = await store.lock();
      expect(await other.lock()).toBeDefined();
      expect(await store.lockHolder()).toBeUndefined();
      await release?.();
    } finally {
      // What stands on the prototype is seen again.
      delete (navigator as { locks?: unknown }).locks;
    }
    expect(navigator.locks).toBeDefined();
  });
});

/** The next transaction suffers. */
function once(fault: Fault): () => Fault | undefined {
  let count = 0;
  return () => (count++ === 0 ? fault : undefined);
}

/** Pieces that are in the database, of finished objects and others. */
async function countPieces(name: string): Promise<number> {
  const raw = await openRaw(name);
  const count = await requestOf(raw.transaction('pieces').objectStore('pieces').count());
  raw.close();
  return count;
}
