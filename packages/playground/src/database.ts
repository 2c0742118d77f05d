// The database of the page, and its worker, which the page can end.

import { openDatabase } from '@varve/browser';
import { json, utf8 } from '@varve/core/codecs';
import type { Place } from './places.ts';

let worker: Worker | undefined;

function newWorker(): Worker {
  worker = newToolWorker();
  return worker;
}

/** For what has the database to itself: it is not the one that the page can end. */
export function newToolWorker(): Worker {
  return new Worker(new URL('./engine-worker.ts', import.meta.url), { type: 'module', name: 'varve' });
}

export const NAME = 'playground';

export function openPlayground() {
  worker = undefined;
  const db = openDatabase(NAME, { keys: utf8, values: utf8, worker: newWorker });
  return { db, places: db.keyspace('places', { keys: utf8, values: json<Place>() }) };
}

export type Playground = ReturnType<typeof openPlayground>;

/** Ends the worker at once, as a crash would. False: another tab has it. */
export function killWorker(): boolean {
  if (worker === undefined) return false;
  worker.terminate();
  worker = undefined;
  return true;
}

/** Fulfilled when the database, once open, is let go of behind the page's back: another tab has deleted it, or put another one in its place. */
export async function untilOver({ db }: Playground): Promise<void> {
  await db.opened;
  // Of keys that nobody types: only its end is of interest.
  for await (const _ of db.watch({ prefix: '\0' }));
}
