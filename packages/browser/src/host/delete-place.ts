// Removes a database from wherever it lives.

import { StorageError } from '@varve/core';
import { DATABASES, FOLDER } from './back-end.ts';
import { findPlace, forgetPlace, generationName, type Place } from './places.ts';

const RETRY_MS = 50;
const PATIENCE_MS = 3000;
const DELETING_MS = 30_000;

/** What is not there is no error. */
export async function deletePlace(name: string): Promise<void> {
  const { generation } = (await findPlace(name)) ?? { generation: 0 };
  for (const each of around(generation)) await removeGeneration(name, { generation: each });
  await removeGeneration(name, { generation });
  // Last: as long as the place is recorded nobody looks for the database elsewhere.
  await forgetPlace(name);
}

/** What an import wrote that did not come to its end, and what one has replaced. */
export async function removeOthers(name: string, { backEnd, generation }: Place): Promise<void> {
  for (const each of around(generation)) await removeGeneration(name, { backEnd, generation: each });
}

/** An import writes the next generation, once the one after it and the one before are gone. */
const around = (generation: number): number[] => [generation - 1, generation + 1].filter((each) => each >= 0);

/** Wherever it lives, unless that is known. */
async function removeGeneration(name: string, { backEnd, generation }: Partial<Place> & Pick<Place, 'generation'>): Promise<void> {
  const files = generationName(name, generation);
  if (backEnd !== 'idb') await removeFolder(files);
  if (backEnd !== 'opfs') await removeIndexedDatabase(files);
}

async function removeFolder(name: string): Promise<void> {
  const folder = await findFolder();
  for (let waitedMs = 0; folder !== undefined; waitedMs += RETRY_MS) {
    try {
      await folder.removeEntry(name, { recursive: true });
      return;
    } catch (error) {
      const kind = error instanceof DOMException ? error.name : '';
      if (kind === 'NotFoundError') return;
      // A worker that was just ended lets go of its files in a moment.
      if (kind !== 'NoModificationAllowedError' || waitedMs >= PATIENCE_MS) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/** Undefined: there is none, or this browser has no such files. */
async function findFolder(): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    const root = await navigator.storage.getDirectory();
    return await root.getDirectoryHandle(FOLDER);
  } catch (error) {
    const isNone = error instanceof DOMException && ['NotFoundError', 'SecurityError'].includes(error.name);
    if (isNone || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Without an answer who waits is told: somebody has it open who does not listen, or the browser has forgotten it. */
function removeIndexedDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      reject(
        new StorageError('UNAVAILABLE', 'the browser does not delete the database: close its other tabs, or restart it, and try again'),
      );
    };
    const timer = setTimeout(giveUp, DELETING_MS);
    const request = indexedDB.deleteDatabase(DATABASES + name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error ?? new Error('the database could not be deleted'));
    const over = (): void => clearTimeout(timer);
    for (const event of ['success', 'error']) request.addEventListener(event, over);
  });
}
