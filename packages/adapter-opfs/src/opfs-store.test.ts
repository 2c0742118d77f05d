// The store on files in memory that can lose power, in every runtime. test/ has the same on the real thing.

import { describe, expect, it } from 'vitest';
import { open, seededRandom, StorageError, utf8, type LogStore, type ObjectStore } from '@varve/core';
import { logStoreConformance, objectStoreConformance } from '@varve/store-conformance';
import { MemoryFiles } from './memory-files-test-kit.ts';
import { storeOn, type OpfsStore } from './opfs-store.ts';

const filesOf = new WeakMap<object, MemoryFiles>();

function storeIn(files: MemoryFiles): OpfsStore {
  const store = storeOn(files.open, 0);
  filesOf.set(store, files);
  return store;
}

async function logOf(store: OpfsStore): Promise<LogStore> {
  await store.list('');
  const log = store.openLog();
  storeOfLog.set(log, store);
  return log;
}

const storeOfLog = new WeakMap<LogStore, OpfsStore>();

objectStoreConformance({
  name: 'opfs store on files in memory',
  open: async () => {
    const store = storeIn(new MemoryFiles());
    await store.list('');
    return store;
  },
  powerCut: async (store: ObjectStore) => {
    const left = storeIn(filesOf.get(store)!.afterPowerCut());
    await left.list('');
    return left;
  },
  sync: true,
  lock: true,
  testRunner: { describe, it },
});

logStoreConformance({
  name: 'opfs log on files in memory',
  open: () => logOf(storeIn(new MemoryFiles())),
  reopen: (log) => logOf(storeOfLog.get(log)!),
  powerCut: (log) => logOf(storeIn(filesOf.get(storeOfLog.get(log)!)!.afterPowerCut())),
  sync: true,
  testRunner: { describe, it },
});

describe('a database on it', () => {
  it('is refused to a second one, by an error that says so', async () => {
    const files = new MemoryFiles();
    const db = await open(storeIn(files));
    await expect(open(storeIn(files))).rejects.toMatchObject({ code: 'LOCKED' });
    await db.close();
    await (await open(storeIn(files))).close();
  });

  it('survives power cuts that keep any sectors of what was not flushed (seeds 1 to 60)', async () => {
    for (let seed = 1; seed <= 60; seed++) await expect(surviveCuts(seed)).resolves.toBeUndefined();
  });
});

/** Writes and loses power, again and again; what was synced is there each time. */
async function surviveCuts(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const below = (n: number): number => random.uint32() % n;
  const expected = new Map<string, string>();
  let files = new MemoryFiles();
  for (let life = 0; life < 4; life++) {
    const db = await open(storeIn(files), { keys: utf8, values: utf8, memoryBudgetBytes: 4 << 20, sstSizeBytes: 32 << 10, random });
    const found = new Map(await db.scan().all());
    for (const [key, value] of expected) expect(found.get(key), `seed ${seed}, life ${life}: ${key}`).toBe(value);
    for (let i = 0; i < 40; i++) {
      const key = `k${below(50)}`;
      const value = String(below(1000)).repeat(1 + below(300));
      // Overwritten without a sync: either value may be there, so it is asked for no more.
      if (below(3) > 0) {
        expected.delete(key);
        await db.put(key, value);
      } else {
        await db.put(key, value, { durability: 'synced' });
        expected.set(key, value);
      }
      if (below(12) === 0) await db.flush();
      if (below(30) === 0) await db.compact();
    }
    const cut = files.afterPowerCut(() => below(2) === 0);
    if (below(2) === 0) {
      await db.close();
      continue;
    }
    db.close().catch(() => undefined);
    files = cut;
  }
}

describe('when the device is full', () => {
  it('nothing of an object is left, and its room is used again', async () => {
    const files = new MemoryFiles();
    const store = storeIn(files);
    await store.put('a', new Uint8Array(5000));
    files.objects.fault = () => {
      throw new DOMException('no more', 'QuotaExceededError');
    };
    await expect((async () => store.put('b', new Uint8Array(10_000)))()).rejects.toMatchObject({ code: 'QUOTA', object: 'b' });
    files.objects.fault = undefined;
    expect(await store.list('')).toEqual([{ name: 'a', size: 5000 }]);
    await store.put('c', new Uint8Array(10_000).fill(7));
    expect(files.objects.getSize()).toBe(8192 + 10_000);
  });

  it('so that the journal cannot grow, nothing of an object is left either, and its room is used again', async () => {
    const files = new MemoryFiles();
    const store = storeIn(files);
    await store.put('a', new Uint8Array(5000));
    for (const file of files.names) {
      file.fault = (call) => {
        if (call === 'write') throw new DOMException('no more', 'QuotaExceededError');
      };
    }
    for (let i = 0; i < 20; i++) {
      await expect((async () => store.put(`b${i}`, new Uint8Array(9000)))()).rejects.toMatchObject({ code: 'QUOTA' });
    }
    for (const file of files.names) file.fault = undefined;
    expect(await store.list('')).toEqual([{ name: 'a', size: 5000 }]);
    await store.put('c', new Uint8Array(9000));
    expect(files.objects.getSize()).toBeLessThan(8192 + 2 * 12_288);
  });

  it('a database can be opened and read', async () => {
    const files = new MemoryFiles();
    const db = await open(storeIn(files), { keys: utf8, values: utf8 });
    await db.put('a', '1');
    await db.close();
    for (const file of files.names) {
      file.fault = (call) => {
        if (call === 'write') throw new DOMException('no more', 'QuotaExceededError');
      };
    }
    expect(await storeIn(files).list('manifest/')).not.toEqual([]);
  });

  it('a log that could not be flushed is not trusted again', async () => {
    const files = new MemoryFiles();
    const log = await logOf(storeIn(files));
    const segment = (await log.create(1, 4096))!;
    await segment.append(new Uint8Array(100).fill(1), 0);
    files.log.fault = (call) => {
      if (call === 'flush') throw new DOMException('lost', 'UnknownError');
    };
    await expect(segment.sync()).rejects.toBeInstanceOf(StorageError);
    files.log.fault = undefined;
    await expect(segment.sync()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

describe('after a flush that failed', () => {
  it('nothing is promised any more: the system may have dropped what it could not write', async () => {
    const files = new MemoryFiles();
    const store = storeIn(files);
    await store.put('a', new Uint8Array(10));
    let failures = 1;
    files.objects.fault = (call) => {
      if (call === 'flush' && failures-- > 0) throw new DOMException('lost', 'UnknownError');
    };
    await expect((async () => store.put('b', new Uint8Array(10)))()).rejects.toMatchObject({ code: 'READ_ONLY' });
    await expect((async () => store.put('c', new Uint8Array(10)))()).rejects.toMatchObject({ code: 'READ_ONLY' });
    await expect((async () => store.putIfAbsent('a', new Uint8Array(10)))()).rejects.toMatchObject({ code: 'READ_ONLY' });
    expect((await store.get('a'))?.length).toBe(10);
    store.close();
    expect((await storeIn(files).list('')).map(({ name }) => name)).toEqual(['a']);
  });
});

describe('the journal', () => {
  it('that is gone while objects are there is damage, not a new place', async () => {
    const files = new MemoryFiles();
    const store = storeIn(files);
    await store.put('a', new Uint8Array(10));
    store.close();
    for (const file of files.names) {
      file.open();
      file.truncate(0);
      file.close();
    }
    await expect((async () => storeIn(files).list(''))()).rejects.toMatchObject({ code: 'CORRUPTION' });
  });

  it('that could not be written anew does not come back after a power cut with what it was then', async () => {
    const files = new MemoryFiles();
    const store = storeIn(files);
    await store.put('a', new Uint8Array(1));
    for (const file of files.names) {
      let flushes = 0;
      file.fault = (call) => {
        // The new file takes everything but its flush; that of its removal succeeds.
        if (call === 'flush' && file.getSize() > 0 && flushes++ % 2 === 1) throw new DOMException('lost', 'UnknownError');
      };
    }
    let kept = 0;
    const put = async (name: string): Promise<void> => store.put(name, new Uint8Array(1));
    const once = (): number => 1;
    const never = (): number => 0;
    for (let i = 0; i < 1500; i++) kept += await put(`b${i}`).then(once, never);
    const left = await storeIn(files.afterPowerCut(() => true)).list('');
    expect(left.length).toBeGreaterThanOrEqual(kept + 1);
  });

  it('is written anew when it has grown, and every open finds the same', async () => {
    const files = new MemoryFiles();
    let store = storeIn(files);
    for (let i = 0; i < 3000; i++) {
      await store.put(`sst/${i}`, new Uint8Array([i & 0xff]));
      if (i >= 20) await store.delete([`sst/${i - 20}`]);
      if (i % 500 !== 499) continue;
      const before = await store.list('');
      store.close();
      store = storeIn(files);
      expect(await store.list('')).toEqual(before);
    }
    expect(files.names[0].getSize() + files.names[1].getSize()).toBeLessThan(200_000);
    expect(files.objects.getSize()).toBeLessThan(40 * 4096);
  });

  it('that cannot be written anew goes on in its old file', async () => {
    const files = new MemoryFiles();
    const store = storeIn(files);
    await store.put('a', new Uint8Array(1));
    for (const file of files.names) {
      file.fault = (call) => {
        if (call === 'truncate') throw new DOMException('no more', 'QuotaExceededError');
      };
    }
    let refused = 0;
    for (let i = 0; i < 2000; i++) await (async () => store.put(`b${i}`, new Uint8Array(1)))().catch(() => refused++);
    expect(refused).toBeGreaterThan(0);
    store.close();
    for (const file of files.names) file.fault = undefined;
    expect(await storeIn(files).has('a')).toBe(true);
  });
});
