// A writer that is stopped in the middle, and the reader that looks what it left.
//
//   { job: 'write', place, seed, first }   opens the database and writes operations from `first` on, for ever; answers { acknowledged: n } for each
//   { job: 'read', place }                 opens it, verifies it, and answers { found }: which operation wrote the value of each key

import { open, utf8, type Database, type ObjectStore } from '@varve/core';
import { opfsStore } from '@varve/adapter-opfs';
import { operationAt, valueAt, writerOf } from './writes.ts';

export type Job =
  | { readonly job: 'write'; readonly place: string; readonly seed: number; readonly first: number }
  | { readonly job: 'read'; readonly place: string };

export interface Told {
  readonly acknowledged?: number;
  readonly found?: ReadonlyMap<string, number>;
  readonly failure?: string;
}

type TextDatabase = Database<ObjectStore, string, string, string, string, string>;

/** Writes under way at once. */
const MOST_UNDER_WAY = 24;
const FLUSH_EVERY = 400;
const COMPACT_EVERY = 1500;
/** The system takes its time to let go of the files of a worker that was stopped. */
const PATIENCE_MS = 20_000;

const tell = (told: Told): void => self.postMessage(told);

function openPlace(place: string): Promise<TextDatabase> {
  const store: ObjectStore = opfsStore(place, { patienceMs: PATIENCE_MS });
  return open(store, { keys: utf8, values: utf8, memoryBudgetBytes: 4 * 2 ** 20, sstSizeBytes: 64 * 1024 });
}

async function write(place: string, seed: number, first: number): Promise<void> {
  const db = await openPlace(place);
  const underWay = new Set<Promise<void>>();
  for (let n = first; ; n++) {
    const batch = db.batch();
    const { puts, deletes } = operationAt(seed, n);
    for (const key of puts) batch.put(key, valueAt(n, key));
    for (const key of deletes) batch.delete(key);
    const done: Promise<void> = db.write(batch).then(() => {
      underWay.delete(done);
      tell({ acknowledged: n });
    });
    underWay.add(done);
    if (underWay.size === MOST_UNDER_WAY) await Promise.all(underWay);
    if (n % FLUSH_EVERY === FLUSH_EVERY - 1) void db.flush();
    if (n % COMPACT_EVERY === COMPACT_EVERY - 1) void db.compact();
  }
}

async function read(place: string): Promise<void> {
  const db = await openPlace(place);
  const found = new Map<string, number>();
  for (const [key, value] of await db.scan().all()) {
    const n = writerOf(key, value);
    if (n === undefined) throw new Error(`nobody wrote this value of ${key}: ${value.slice(0, 40)}`);
    found.set(key, n);
  }
  const { ok, problems } = await db.verify();
  if (!ok) throw new Error(problems[0].message);
  await db.close();
  tell({ found });
}

self.onmessage = async ({ data }: MessageEvent<Job>) => {
  try {
    if (data.job === 'write') await write(data.place, data.seed, data.first);
    else await read(data.place);
  } catch (error) {
    tell({ failure: error instanceof Error ? `${error.message}\n${error.stack}` : String(error) });
  }
};
