// A directory passes the kit, with hard links and without.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogStore, ObjectStore, StorageError } from '@varve/core';
import { logStoreConformance, objectStoreConformance } from '@varve/store-conformance';
import { afterAll, describe, expect, it } from 'vitest';
import { fsStore, storeOn, type FsStore } from './fs-store.ts';
import type { Link } from './publish.ts';

const testRunner = { describe, it };
const base = mkdtempSync(join(tmpdir(), 'varve-fs-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const refuse: Link = () => {
  throw Object.assign(new Error('operation not permitted'), { code: 'EPERM' });
};

const places = new WeakMap<ObjectStore | LogStore, string>();
let count = 0;

function kit(name: string, store: (directory: string) => FsStore): void {
  const open = (directory = join(base, String(count++))) => remember(store(directory), directory);
  const openLog = (directory = join(base, String(count++))) => remember(store(directory).openLog(), directory);
  objectStoreConformance({
    name,
    open: () => open(),
    reopen: (handle) => open(places.get(handle)),
    sync: true,
    lock: true,
    manyObjects: 40,
    testRunner,
  });
  logStoreConformance({ name: `log of ${name}`, open: () => openLog(), reopen: (log) => openLog(places.get(log)), sync: true, testRunner });
}

function remember<Handle extends ObjectStore | LogStore>(handle: Handle, directory: string): Handle {
  places.set(handle, directory);
  return handle;
}

kit('a directory', fsStore);
kit('a directory without hard links', (directory) => storeOn(directory, refuse));

describe('the asynchronous half', () => {
  it('does not hold the event loop while it writes', async () => {
    const store = fsStore(join(base, String(count++)));
    let turns = 0;
    const ticking = setInterval(() => turns++, 0);
    await store.put('large', new Uint8Array(32 * 2 ** 20));
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(2);
  });

  it('writes from WebAssembly memory that grows while it writes', async () => {
    const store = fsStore(join(base, String(count++)));
    const memory = new WebAssembly.Memory({ initial: 65, maximum: 4096 });
    const bytes = new Uint8Array(memory.buffer, 65_536, 64 * 65_536).map((_, i) => (i * 7) & 255);
    const view = new Uint8Array(memory.buffer, 65_536, bytes.length);
    view.set(bytes);
    const writer = await store.createObject('object', bytes.length);
    const pending = writer.append(view, 0);
    memory.grow(3000);
    await pending;
    await writer.finish();
    expect(Buffer.compare(store.sync.get('object') ?? bytes.subarray(1), bytes)).toBe(0);
  });
});

describe('a reader', () => {
  it('that was closed refuses to read as CLOSED', () => {
    const { sync } = fsStore(join(base, String(count++)));
    sync.put('object', new Uint8Array(10));
    const reader = sync.openObject('object', 10);
    void reader.close();
    expect(() => reader.readInto(new Uint8Array(1), 0)).toThrow(expect.objectContaining({ code: 'CLOSED', object: 'object' }));
  });

  it('goes on reading an object that was deleted', () => {
    const { sync } = fsStore(join(base, String(count++)));
    sync.put('object', new Uint8Array(10).fill(7));
    const reader = sync.openObject('object', 10);
    sync.delete(['object']);
    const target = new Uint8Array(10);
    void reader.readInto(target, 0);
    expect(target).toEqual(new Uint8Array(10).fill(7));
    void reader.close();
  });
});

describe('put', () => {
  it('refuses a name that was used as CONFLICT, and so does a writer', async () => {
    const store = fsStore(join(base, String(count++)));
    store.sync.put('object', new Uint8Array(1));
    await expect(store.put('object', new Uint8Array(2))).rejects.toMatchObject({ code: 'CONFLICT', object: 'object' });
    const writer = await store.createObject('object', 1);
    await expect(writer.finish()).rejects.toMatchObject({ code: 'CONFLICT', object: 'object' });
    await writer.abort();
    expect(store.sync.list('')).toEqual([{ name: 'object', size: 1 }]);
  });
});

describe('has', () => {
  it('says no to what cannot be there', () => {
    const { sync } = fsStore(join(base, String(count++)));
    expect([sync.has('object'), sync.has('folder/object')]).toEqual([false, false]);
    expect(() => sync.has('')).toThrow(TypeError);
  });

  it('does not say no when the system cannot tell, but on Deno, where asking that way costs too much', () => {
    const { sync } = fsStore(join(base, String(count++)));
    sync.put('object', new Uint8Array(1));
    const answer = () => {
      try {
        return sync.has('x'.repeat(1000));
      } catch (error) {
        return (error as StorageError).code;
      }
    };
    expect(answer()).toBe('deno' in process.versions ? false : 'UNAVAILABLE');
  });
});
