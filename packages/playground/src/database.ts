// The database of the page, and its worker, which the page can end.

import { openDatabase } from '@varve/browser';
import { json, utf8 } from '@varve/core/codecs';
import type { Place } from './places.ts';

let worker: Worker | undefined;

function newWorker(): Worker {
  worker = new Worker(new URL('./engine-worker.ts', import.meta.url), { type: 'module', name: 'varve' });
  return worker;
}

export const NAME = 'playground';

export function openPlayground() {
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

export { newWorker };
