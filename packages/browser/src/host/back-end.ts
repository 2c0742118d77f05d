// Where a database lives. It is decided once and recorded: a context that cannot use that place does not look for another one, or there would be two
// databases of one name.

import { memoryStore, StorageError, type ObjectStore } from '@varve/core';
import { idbStore } from '@varve/adapter-idb';
import { opfsStore } from '@varve/adapter-opfs';
import { generationName, recordPlace, type Place } from './places.ts';

export const FOLDER = 'varve';
export const DATABASES = 'varve-';
/** Tabs that are being closed let go of their files within this time. */
const PATIENCE_MS = 3000;

export async function chooseBackEnd(name: string, fallback: 'memory' | 'throw'): Promise<{ place: Place | undefined; store: ObjectStore }> {
  let place: Place;
  try {
    place = await recordPlace(name, (await hasSyncFiles()) ? 'opfs' : 'idb');
  } catch (cause) {
    // What fails for now is no reason to write where nothing lasts.
    if (!isForbidden(cause)) throw new StorageError('UNAVAILABLE', `the browser's storage did not answer: ${String(cause)}`, { cause });
    if (fallback === 'memory') return { place: undefined, store: memoryStore() };
    const remedy = "is storage blocked for this site? Use { fallback: 'memory' } to go on without";
    throw new StorageError('UNSUPPORTED', `nothing can be stored here: ${remedy}`, { cause });
  }
  return { place, store: storeAt(name, place) };
}

export function storeAt(name: string, { backEnd, generation }: Place): ObjectStore {
  const files = generationName(name, generation);
  return backEnd === 'idb' ? idbStore(`${DATABASES}${files}`) : opfsStore(`${FOLDER}/${files}`, { patienceMs: PATIENCE_MS });
}

/** Whether synchronous access is there, and allowed: private windows may have the one and not the other. */
async function hasSyncFiles(): Promise<boolean> {
  const name = `.varve-probe-${crypto.randomUUID()}`;
  try {
    const root = await navigator.storage.getDirectory();
    const file = await root.getFileHandle(name, { create: true });
    try {
      (await file.createSyncAccessHandle()).close();
    } finally {
      await root.removeEntry(name).catch(() => undefined);
    }
    return true;
  } catch (error) {
    // The place is recorded for good: only what is so for good counts.
    if (isForbidden(error)) return false;
    throw error;
  }
}

/** It is not there, or not allowed. */
function isForbidden(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof ReferenceError) return true;
  return error instanceof Error && ['SecurityError', 'NotAllowedError', 'NotSupportedError'].includes(error.name);
}
