// Deleting a database: every tab lets go of it first.

import { checkName } from '../database-name.ts';
import { exclusiveWorker } from './exclusive-worker.ts';
import { spawnWorker } from './spawn-worker.ts';

/**
 * Closes a database in every tab and deletes it with all that it holds. What is not there is no error.
 * @example
 * import { deleteDatabase } from '@varve/browser';
 *
 * export const signOut = () => deleteDatabase('app');
 */
export async function deleteDatabase(
  name: string,
  { worker: newWorker = spawnWorker }: { readonly worker?: () => Worker } = {},
): Promise<void> {
  checkName(name);
  await exclusiveWorker({ name, message: 'the database was deleted', newWorker, task: { remove: name } });
}
