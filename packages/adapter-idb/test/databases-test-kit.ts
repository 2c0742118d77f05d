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

export async function deleteDatabase(name: string): Promise<void> {
  await requestOf(indexedDB.deleteDatabase(name));
}

/** A connection of its own, without a store. A database that is not there is made without object stores. */
export function openRaw(name: string, version?: number): Promise<IDBDatabase> {
  return requestOf(indexedDB.open(name, version));
}

/** A request's result. */
export function requestOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('the request failed')));
  });
}

/** What a call fails with. */
export async function failureOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error('it succeeded');
}
