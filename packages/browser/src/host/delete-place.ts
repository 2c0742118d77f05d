// Removes a database from wherever it lives.

import { holdLock } from '../tabs/locks.ts';
import { engineLock } from '../tabs/messages.ts';
import { FOLDER } from './back-end.ts';
import { forgetPlace } from './places.ts';

const RETRY_MS = 50;
const PATIENCE_MS = 3000;

/** Waits until no worker has it open. What is not there is no error. */
export async function deletePlace(name: string): Promise<void> {
  const letGo = await holdLock(engineLock(name));
  try {
    await removeFolder(name);
    await removeIndexedDatabase(name);
    // Last: as long as the place is recorded nobody looks for the database elsewhere.
    await forgetPlace(name);
  } finally {
    letGo?.();
  }
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

function removeIndexedDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(`varve-${name}`);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error ?? new Error('the database could not be deleted'));
  });
}
