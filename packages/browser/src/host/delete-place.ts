// Removes a database from wherever it lives.

import { holdLock } from '../tabs/locks.ts';
import { engineLock } from '../tabs/messages.ts';
import { FOLDER } from './back-end.ts';
import { forgetPlace } from './places.ts';

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
  try {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(FOLDER);
    await folder.removeEntry(name, { recursive: true });
  } catch (error) {
    // There is none, or this browser has no such files.
    if (error instanceof DOMException && error.name === 'NoModificationAllowedError') throw error;
  }
}

function removeIndexedDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(`varve-${name}`);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error ?? new Error('the database could not be deleted'));
  });
}
