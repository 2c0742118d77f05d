// Databases of tests: fresh names, and all of them removed in the end.

import { afterAll } from 'vitest';

const names: string[] = [];

/** A name that no database has. */
export function freshName(): string {
  const name = `test-${crypto.randomUUID()}`;
  names.push(name);
  return name;
}

/** Removes every database that was named here, when the file's tests are done. */
export function removeDatabasesAfterAll(): void {
  afterAll(async () => {
    for (const name of names.splice(0)) await deleteDatabase(name);
  });
}

export function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error ?? new Error('not deleted'));
  });
}
