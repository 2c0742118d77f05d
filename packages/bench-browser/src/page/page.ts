// What the program asks of the page: a peer in a worker, or calls from the page itself.

import { openDatabase, type BrowserDatabase } from '@varve/browser';
import { bytes, utf8, type BytesLike } from '@varve/core/codecs';
import { openDB } from 'idb';
import { makeEntries, shuffled, type Entries } from '../entries.ts';
import type { PeerName, Rates } from './worker.ts';

const ENTRIES = 20_000;
const MANY = 100_000;
const LEAST_MS = 400;
const CODECS = { keys: utf8, values: bytes } as const;

function inWorker(peer: PeerName): Promise<Rates> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  return new Promise<Rates>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<{ rates: Rates } | { failure: string }>) => {
      if ('failure' in data) reject(new Error(`${peer}: ${data.failure}`));
      else resolve(data.rates);
    };
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(peer);
  }).finally(() => worker.terminate());
}

type Get = (key: string) => Promise<unknown>;

async function rateOf(work: (i: number) => Promise<unknown>, each = 1): Promise<number> {
  for (let i = 0; i < 20; i++) await work(i);
  const start = performance.now();
  let done = 0;
  while (performance.now() - start < LEAST_MS) await work(done++);
  return (done * each * 1000) / (performance.now() - start);
}

async function gets(get: Get, getMany: (keys: string[]) => Promise<unknown>): Promise<Rates> {
  const { keys } = makeEntries(ENTRIES);
  const order = shuffled(ENTRIES);
  const key = (i: number): string => keys[order[i % ENTRIES]];
  return {
    'await get one by one': await rateOf((i) => get(key(i))),
    'get, 64 in flight': await rateOf((i) => Promise.all(Array.from({ length: 64 }, (_, n) => get(key(i * 64 + n)))), 64),
    'getMany of 100': await rateOf((i) => getMany(Array.from({ length: 100 }, (_, n) => key(i * 100 + n))), 100),
  };
}

type Db = BrowserDatabase<string, Uint8Array, string, string, BytesLike>;

async function fill(db: Db, { keys, values }: Entries): Promise<void> {
  await db.putMany(keys.map((key, i) => [key, values[i]] as const));
}

async function varveFromPage(): Promise<Rates> {
  const db = openDatabase(`page-${crypto.randomUUID()}`, CODECS);
  await fill(db, makeEntries(ENTRIES));
  await db.idle();
  const rates = await gets(
    (key) => db.get(key),
    (keys) => db.getMany(keys),
  );
  await db.close();
  return rates;
}

async function idbFromPage(): Promise<Rates> {
  const db = await openDB(`page-idb-${crypto.randomUUID()}`, 1, { upgrade: (made) => void made.createObjectStore('entries') });
  const { keys, values } = makeEntries(ENTRIES);
  const transaction = db.transaction('entries', 'readwrite');
  keys.forEach((key, i) => void transaction.store.put(values[i], key));
  await transaction.done;
  const rates = await gets(
    (key) => db.get('entries', key),
    (wanted) => {
      const { store } = db.transaction('entries');
      return Promise.all(wanted.map((key) => store.get(key)));
    },
  );
  db.close();
  return rates;
}

/** Milliseconds from `openDatabase` to the first value, and between turns of the page's event loop while entries are imported. */
async function openAndImport(): Promise<{ openMs: number[]; turns99Ms: number; turnsMostMs: number; importedPerSecond: number }> {
  const name = `open-${crypto.randomUUID()}`;
  const db = openDatabase(name, CODECS);
  await db.opened;
  const entries = makeEntries(MANY);
  const gaps: number[] = [];
  let last = performance.now();
  let isOver = false;
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    const now = performance.now();
    gaps.push(now - last);
    last = now;
    if (!isOver) port2.postMessage(0);
  };
  port2.postMessage(0);
  const start = performance.now();
  await fill(db, entries);
  const seconds = (performance.now() - start) / 1000;
  isOver = true;
  await db.close();
  const openMs: number[] = [];
  const { keys } = entries;
  for (let round = 0; round < 7; round++) {
    const from = performance.now();
    const again = openDatabase(name, CODECS);
    if ((await again.get(keys[round])) === undefined) throw new Error('the entry is not there');
    openMs.push(performance.now() - from);
    await again.close();
  }
  gaps.sort((a, b) => a - b);
  return { openMs, turns99Ms: gaps[Math.floor(gaps.length * 0.99)], turnsMostMs: gaps[gaps.length - 1], importedPerSecond: MANY / seconds };
}

const bench = { inWorker, varveFromPage, idbFromPage, openAndImport };
export type Bench = typeof bench;
Object.assign(globalThis, { bench });
document.body.dataset['ready'] = 'yes';
