// A directory passes the kit, with hard links and without.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogStore, ObjectStore } from '@varve/core';
import { logStoreConformance, objectStoreConformance } from '@varve/store-conformance';
import { afterAll, describe, it } from 'vitest';
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
    manyObjects: 100,
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
