// A program that uses a store in a process of its own, so that a test can race it, take its rights or its life. It is told what to do in its
// arguments and tells what happened in lines of JSON.
//
//   store-program <action> <directory> [arguments]

import { StorageError } from '@varve/core';
import { fsStore } from '../src/index.ts';
import { storeOn } from '../src/fs-store.ts';
import { tell } from './tell.ts';

const [action, directory, ...rest] = process.argv.slice(2);

function sleep(ms = Infinity): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms === Infinity ? undefined : ms);
}

function told(attempt: () => unknown): void {
  try {
    tell({ result: attempt() ?? null });
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    tell({ code: error.code, message: error.message, object: error.object });
  }
}

const bytes = (seed: number, length: number) => new Uint8Array(length).map((_, i) => (i * 31 + seed) & 255);

const actions: Record<string, () => void | Promise<void>> = {
  /** Tries to create `count` names, all at the times at which the others try. */
  race() {
    const [seed, count, startMs, everyMs] = rest.map(Number);
    const { sync } = fsStore(directory);
    const won: number[] = [];
    for (let i = 0; i < count; i++) {
      while (Date.now() < startMs + i * everyMs);
      if (sync.putIfAbsent(`race/${i}`, bytes(seed, 200))) won.push(i);
    }
    tell(won);
  },
  /** Writes an object, and stops before it gets its name. */
  hang() {
    const store = storeOn(directory, () => {
      tell('written');
      sleep();
    });
    store.sync.put('object', bytes(1, 5000));
  },
  /** Takes the lock and keeps it. */
  lock() {
    tell(fsStore(directory).lock() === undefined ? 'refused' : 'locked');
    sleep();
  },
  /** Takes the lock for a moment. */
  tryLock() {
    tell(fsStore(directory).lock() === undefined ? 'refused' : 'locked');
  },
  /** Appends to the log without ever syncing, then stops. */
  append() {
    const segment = fsStore(directory).openLog().create(1, 0);
    if (segment === undefined || segment instanceof Promise) throw new Error('no segment');
    const all = bytes(1, 50_000);
    for (let position = 0; position < all.length; position += 1000) void segment.append(all.subarray(position, position + 1000), position);
    tell('appended');
    sleep();
  },
  /** Leaves everything open. */
  async leave() {
    const store = fsStore(directory);
    store.lock();
    await store.put('object', bytes(1, 100));
    await (await store.openObject('object', 100)).readInto(new Uint8Array(10), 0);
    await (await store.createObject('other', 100)).append(bytes(1, 100), 0);
    const segment = await store.openLog().create(1, 0);
    await segment?.append(bytes(1, 100), 0);
    await segment?.sync();
    tell('done');
  },
  /** One operation each, whatever comes of it. */
  operations() {
    const store = fsStore(directory);
    told(() => store.sync.get('object')?.length);
    told(() => store.sync.put('new', bytes(1, 100)));
    told(() => store.sync.putIfAbsent('newer', bytes(1, 100)));
    told(() => store.sync.createObject('newest', 100).sync?.abort());
    told(() => store.sync.delete(['object']));
    told(() => store.lock() !== undefined);
    told(() => store.openLog().create(1, 0) !== undefined);
    told(() => store.sync.list('').length);
  },
  /** Opens readers until the system refuses. */
  open() {
    const { sync } = fsStore(directory);
    const readers: unknown[] = [];
    told(() => {
      for (let i = 0; i < 5000; i++) readers.push(sync.openObject('object', 5));
    });
  },
};

await actions[action]();
