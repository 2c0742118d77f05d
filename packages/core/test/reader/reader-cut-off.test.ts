// Readers where requests are cut off, as in workerd: nothing that one request has begun is waited for by another, and what it held is not lost. In real workerd:
// packages/adapter-do/test/workerd/readers.test.ts.

import { memoryStore, openReader, sharedReader, type MemoryCall, type MemoryStore } from '@varve/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EACH_READ_LOOKS, flushed, many, ON_REQUEST, replaceAll, SELDOM, SMALL, type TextReader } from './reader-test-kit.ts';

beforeEach(() => vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' }));
afterEach(() => vi.unstubAllGlobals());

const NEVER = new Promise<void>(() => undefined);

/** The store through a handle whose calls hang while `hung` says so. */
class Hanging {
  readonly calls: string[] = [];
  readonly slow: MemoryStore;
  hung: (call: MemoryCall) => boolean = () => false;

  constructor(store: MemoryStore) {
    const delay = (call: MemoryCall): Promise<void> | undefined => {
      this.calls.push(`${call.operation} ${call.name}`);
      return this.hung(call) ? NEVER : undefined;
    };
    this.slow = store.share({ sync: false, delay });
  }
}

/** What began is given up: it never ends. */
const cutOff = (work: Promise<unknown>): void => void work.catch(() => undefined);
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe('where requests are cut off', () => {
  it('a first get asks for the manifests, a whole .meta and a block; a second one of its SST for a block', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first'));
    const world = new Hanging(store);
    const reader: TextReader = await openReader(world.slow, ON_REQUEST);
    const asked = (): string[] => world.calls.splice(0).flatMap((call) => /^readInto .*\.(\w+)$/.exec(call)?.slice(1) ?? []);
    asked();
    await reader.get('key000007');
    expect(asked()).toEqual(['meta', 'sst']);
    await reader.get('key000100');
    expect(asked()).toEqual(['sst']);
    void db;
  });

  it('reads of a block that another has asked for in vain ask for themselves', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first'));
    const world = new Hanging(store);
    const reader: TextReader = await openReader(world.slow, ON_REQUEST);
    world.hung = ({ operation }) => operation === 'readInto';
    cutOff(reader.get('key000007'));
    cutOff(reader.scan({ prefix: 'key0000' }).all());
    await turn();
    world.hung = () => false;
    expect(await reader.get('key000007')).toBe('first 7 '.repeat(20));
    expect(await reader.scan().all()).toEqual(many('first'));
    void db;
  });

  it('a thousand reads that are cut off hold no memory', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first'));
    const world = new Hanging(store);
    const reader: TextReader = await openReader(world.slow, ON_REQUEST);
    await reader.scan({ limit: 1 }).all();
    const { memory, cache } = reader.stats();
    world.hung = ({ operation, name }) => operation === 'readInto' && name.endsWith('.sst');
    for (let i = 0; i < 1000; i++) {
      cutOff(reader.get(`key${String(i * 3).padStart(6, '0')}`));
      cutOff(reader.scan({ gte: `key${String(i * 3).padStart(6, '0')}` }).first());
    }
    await turn();
    const after = reader.stats();
    expect(after.memory).toEqual(memory);
    expect(after.cache.usedFrames - cache.usedFrames).toBeLessThanOrEqual(after.loads.partitions);
    world.hung = () => false;
    expect(await reader.scan().all()).toEqual(many('first'));
    void db;
  });

  it('reads go on when a look was cut off, and none waits for it for long', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first'));
    let now = 1_000_000;
    const world = new Hanging(store);
    const clock = { now: () => now };
    const turns = {
      next: (callback: () => void) => void setImmediate(callback),
      sleep: async (ms: number) => ((now += ms), await turn()),
    };
    const reader: TextReader = await openReader(world.slow, { ...SMALL, staleMs: 60_000, clock, turns });
    await replaceAll(db, 'second');
    now += 60_000;
    world.hung = ({ operation }) => operation === 'list';
    cutOff(reader.get('key000001'));
    await turn();
    world.hung = () => false;
    const began = now;
    expect(await reader.get('key000001')).toBe('second 1 '.repeat(20));
    expect(now - began).toBeLessThan(3000);
  });

  it('reads that need a look at the same time leave it to one of them', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first'));
    const world = new Hanging(store);
    let now = 1_000_000;
    const reader: TextReader = await openReader(world.slow, { ...SMALL, clock: { now: () => now } });
    now += 5000;
    world.calls.length = 0;
    await Promise.all(Array.from({ length: 50 }, (_, i) => reader.get(`key${String(i).padStart(6, '0')}`)));
    expect(world.calls.filter((call) => call.startsWith('list'))).toHaveLength(1);
    void db;
  });

  it('two that look at the same time go on to the newest, and keep no SST twice', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first'));
    const reader: TextReader = await openReader(store.share({ sync: false }), EACH_READ_LOOKS);
    for (let i = 0; i < 5; i++) {
      await replaceAll(db, `value ${i}`);
      await Promise.all([reader.refresh(), reader.refresh(), reader.get('key000000')]);
    }
    const { memory, ssts } = reader.stats();
    const other: TextReader = await openReader(store.share({ sync: false }), EACH_READ_LOOKS);
    await other.get('key000000');
    expect(ssts).toBe(other.stats().ssts);
    expect(memory.allocatedBytes).toBe(other.stats().memory.allocatedBytes);
  });

  it('a get whose moment was replaced while it waited reads the next one', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first'));
    let release: (() => void) | undefined;
    const slow = store.share({
      sync: false,
      delay: ({ operation, name }) =>
        operation === 'readInto' && name.endsWith('.sst') ? new Promise((resolve) => (release = resolve)) : undefined,
    });
    const reader: TextReader = await openReader(slow, SELDOM);
    const reading = reader.get('key000009');
    while (release === undefined) await turn();
    await replaceAll(db, 'second');
    await reader.refresh();
    const tick = setInterval(() => release?.(), 1);
    expect(await reading).toBe('second 9 '.repeat(20));
    clearInterval(tick);
  });

  it('a shared reader is opened once, and again by the next where it was cut off', async () => {
    let opened = 0;
    let hangs = true;
    const world = { close: () => undefined };
    vi.useFakeTimers();
    const shared = sharedReader(async () => {
      opened++;
      if (hangs) await NEVER;
      return world;
    });
    cutOff(shared());
    hangs = false;
    const all = Promise.all(Array.from({ length: 20 }, () => shared()));
    await vi.advanceTimersByTimeAsync(2000);
    expect(opened).toBe(1);
    await vi.advanceTimersByTimeAsync(2000);
    expect(new Set(await all).size).toBe(1);
    expect(opened).toBe(2);
    vi.useRealTimers();
  });
});
