// Several processes on one directory: races, crashes, locks.

import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fsStore } from '../src/index.ts';
import { storeProcesses } from './store-process-test-kit.ts';

const { folder, start } = storeProcesses();

let count = 0;
function freshDirectory(): string {
  const directory = join(folder, `db${count++}`);
  mkdirSync(directory);
  return directory;
}

const temporaryFiles = (directory: string) => (existsSync(join(directory, '_tmp')) ? readdirSync(join(directory, '_tmp')) : []);

describe('two processes', () => {
  it('race for a hundred names, each of which has one winner', async () => {
    const directory = freshDirectory();
    const startMs = Date.now() + 1500;
    const racers = [1, 2].map((seed) => start(['race', directory, seed, 100, startMs, 5]));
    const [first, second] = (await Promise.all(racers.map((racer) => racer.next()))) as number[][];
    expect([...first, ...second].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    const { sync } = fsStore(directory);
    for (const [i, won] of [first, second].entries()) {
      for (const name of won) expect(sync.get(`race/${name}`)?.[0]).toBe(i + 1);
    }
    expect(sync.list('')).toHaveLength(100);
    expect(temporaryFiles(directory)).toEqual([]);
  });
});

describe('a process that dies', () => {
  it('between writing an object and naming it leaves no object, and its file is removed', async () => {
    const directory = freshDirectory();
    const victim = start(['hang', directory]);
    expect(await victim.next()).toBe('written');
    await victim.kill();
    expect(temporaryFiles(directory)).toHaveLength(1);
    const { sync } = fsStore(directory);
    expect([sync.has('object'), sync.list('')]).toEqual([false, []]);
    expect(sync.putIfAbsent('object', new Uint8Array(3))).toBe(true);
    expect(temporaryFiles(directory)).toEqual([]);
  });

  it('leaves the files of those that live alone', async () => {
    const directory = freshDirectory();
    const living = start(['hang', directory]);
    expect(await living.next()).toBe('written');
    const before = temporaryFiles(directory);
    expect(before).toHaveLength(1);
    fsStore(directory).sync.put('other', new Uint8Array(3));
    expect(temporaryFiles(directory)).toEqual(before);
    await living.kill();
  });

  it('loses nothing of what it has appended to the log', async () => {
    const directory = freshDirectory();
    const victim = start(['append', directory]);
    expect(await victim.next()).toBe('appended');
    await victim.kill();
    const into = new Uint8Array(60_000);
    expect(fsStore(directory).openLog().read(1, into)).toBe(50_000);
    expect(into.subarray(0, 50_000)).toEqual(new Uint8Array(50_000).map((_, i) => (i * 31 + 1) & 255));
  });

  it('holds the lock no longer', async () => {
    const directory = freshDirectory();
    const store = fsStore(directory);
    const holder = start(['lock', directory]);
    expect(await holder.next()).toBe('locked');
    expect(store.lock()).toBeUndefined();
    await holder.kill();
    const release = store.lock();
    expect(release).toBeDefined();
    expect(await start(['tryLock', directory]).next()).toBe('refused');
    release?.();
    expect(await start(['tryLock', directory]).next()).toBe('locked');
    expect(readdirSync(join(directory, '_lock'))).toHaveLength(1);
  });
});

describe('a process that leaves everything open', () => {
  it('ends by itself', async () => {
    const leaver = start(['leave', freshDirectory()]);
    expect(await leaver.next()).toBe('done');
    expect(await leaver.ended).toBe(0);
  });
});
