// A cache on a disk that gets full: a small file system in memory, which only root can mount. VARVE_WITHOUT_ROOT=1 leaves this out.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fsStore } from '@varve/adapter-fs';
import { expect, it } from 'vitest';
import { cacheOn } from '../src/cache-store.ts';
import { bytesOf, countedStore, fixedHistory, MIB } from './cache-test-kit.ts';
import { freshDirectories } from './directories-test-kit.ts';
import { mountTmpfs, unmount, withRoot } from './mounts.ts';

const freshDirectory = freshDirectories();
const SIZE = 400_000;
const OBJECTS = 12;

it.runIf(withRoot)('goes on with what fits, tells once, and harms no read', async () => {
  const disk = freshDirectory();
  mkdirSync(disk);
  mountTmpfs(disk, '2m');
  try {
    const { store: remote } = countedStore();
    const messages: string[] = [];
    const onEvent = (event: { kind: string; message?: string }): void => void messages.push(event.message ?? event.kind);
    const store = cacheOn(remote, fsStore(join(disk, 'cache')), { budgetBytes: 16 * MIB, onEvent }, fixedHistory());
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < OBJECTS; i++) {
        if (round === 0) await store.put(`sst/${i}`, bytesOf(SIZE, i));
        const target = new Uint8Array(SIZE);
        const reader = await store.openObject(`sst/${i}`, SIZE);
        await reader.readInto(target, 0);
        await reader.close();
        expect(Buffer.compare(target, bytesOf(SIZE, i))).toBe(0);
      }
      await store.close();
    }
    expect(messages).toEqual([expect.stringContaining('the local store is full: the cache keeps less than it may')]);
    expect(store.stats().keptBytes).toBeGreaterThan(MIB / 2);
    expect(store.stats().keptBytes).toBeLessThan(2 * MIB);
  } finally {
    unmount(disk);
  }
});
