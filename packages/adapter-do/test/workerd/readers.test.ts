// Readers in a plain Worker: many requests share one, and none is harmed when another is cut off in its middle.

import { doStore } from '@varve/adapter-do';
import { r2Store } from '@varve/adapter-r2';
import { open, utf8 } from '@varve/core';
import { env, exports } from 'cloudflare:workers';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { held } from './objects.ts';

const MIB = 2 ** 20;
const COUNT = 3000;
const keyOf = (i: number): string => `key ${String(i).padStart(6, '0')}`;
const valueOf = (i: number): string => `value ${i} `.repeat(40);

/** The Worker of objects.ts, with a request of its own for each call. */
const worker = (exports as unknown as { readonly default: Fetcher }).default;

/** Prefixes of the same database: each has a reader of its own, which is cold. */
const prefixes: string[] = [];

beforeAll(async () => {
  for (let i = 0; i < 4; i++) {
    const prefix = crypto.randomUUID();
    const db = await open(r2Store(env.BUCKET, { prefix }), { keys: utf8, values: utf8, memoryBudgetBytes: 4 * MIB, compression: 'none' });
    await db.putMany(Array.from({ length: COUNT }, (_, n) => [keyOf(n), valueOf(n)] as const));
    await db.compact();
    await db.close();
    prefixes.push(prefix);
  }
});

afterEach(() => {
  held.holds = () => false;
  held.asked.length = 0;
});

const fetchKey = (prefix: string, key: string, signal?: AbortSignal): Promise<Response> =>
  worker.fetch(new Request(`http://worker/${prefix}/${encodeURIComponent(key)}`, signal === undefined ? {} : { signal }));

const textOf = async (prefix: string, i: number): Promise<string> => (await fetchKey(prefix, keyOf(i))).text();

async function asked(wanted: string): Promise<void> {
  while (!held.asked.some((key) => key.includes(wanted))) await scheduler.wait(1);
}

it('cold requests that come together are all answered, by one reader', async () => {
  const [prefix] = prefixes as [string];
  const wanted = Array.from({ length: 40 }, (_, i) => (i * 71) % COUNT);
  expect(await Promise.all(wanted.map((i) => textOf(prefix, i)))).toEqual(wanted.map(valueOf));
  // One opened it, and what came with it is there for all.
  expect(held.asked.filter((key) => key === `${prefix}/manifest/`)).toHaveLength(1);
});

it('requests are answered while another waits for the same block in vain, and after it was cut off', async () => {
  const [, prefix] = prefixes as [string, string];
  await textOf(prefix, 0);
  const cut = new AbortController();
  held.asked.length = 0;
  held.holds = (key) => key.endsWith('.sst');
  const inVain = fetchKey(prefix, keyOf(2500), cut.signal).catch(() => 'cut off');
  await asked('.sst');
  held.holds = () => false;
  expect(await textOf(prefix, 2500)).toBe(valueOf(2500));
  cut.abort();
  await inVain;
  expect(await Promise.all([2500, 2501, 17].map((i) => textOf(prefix, i)))).toEqual([2500, 2501, 17].map(valueOf));
});

it('requests that are cut off hold no memory of the reader', async () => {
  const [, , prefix] = prefixes as [string, string, string];
  await textOf(prefix, 0);
  const stats = async () => (await fetchKey(prefix, 'stats')).json<{ allocated: number; frames: number }>();
  const before = await stats();
  held.holds = (key) => key.endsWith('.sst');
  for (let i = 0; i < 60; i++) {
    const cut = new AbortController();
    held.asked.length = 0;
    const inVain = fetchKey(prefix, keyOf(1000 + i * 30), cut.signal).catch(() => 'cut off');
    // It may be in memory already.
    await Promise.race([asked('.sst'), inVain]);
    cut.abort();
    await inVain;
  }
  held.holds = () => false;
  const after = await stats();
  expect(after.allocated).toBe(before.allocated);
  for (let i = 0; i < COUNT; i += 97) expect(await textOf(prefix, i)).toBe(valueOf(i));
});

it('the reader is opened by the next request when the one that opened it was cut off', { timeout: 60_000 }, async () => {
  const [, , , prefix] = prefixes as [string, string, string, string];
  const cut = new AbortController();
  held.holds = (key) => key === `${prefix}/manifest/`;
  const inVain = fetchKey(prefix, keyOf(1), cut.signal).catch(() => 'cut off');
  await asked('/manifest/');
  held.holds = () => false;
  cut.abort();
  await inVain;
  expect(await textOf(prefix, 1)).toBe(valueOf(1));
});

it('a database in a Durable Object is for the object alone: its store says what it takes', () => {
  expect(() => doStore(undefined as never)).toThrow(TypeError);
});
