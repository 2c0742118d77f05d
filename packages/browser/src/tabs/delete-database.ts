// Deleting a database: every tab lets go of it first.

import { checkName } from '../database-name.ts';
import type { PageRealm, WorkerEnd } from '../wire/realm.ts';
import { exclusiveWorker } from './exclusive-worker.ts';
import { spawnWorker } from './spawn-worker.ts';

/**
 * Closes a database in every tab and deletes it with all that it holds. What is not there is no error.
 * @example
 * import { deleteDatabase } from '@varve/browser';
 *
 * export const signOut = () => deleteDatabase('app');
 */
export function deleteDatabase(name: string, { worker = spawnWorker }: { readonly worker?: () => Worker } = {}): Promise<void> {
  return deleteDatabaseIn(globalThis, name, worker);
}

/** The same in a browser that is handed over. */
export async function deleteDatabaseIn(realm: PageRealm, name: string, newWorker: () => WorkerEnd): Promise<void> {
  checkName(name);
  await exclusiveWorker({ realm, name, message: 'the database was deleted', newWorker, task: { remove: name } });
}
