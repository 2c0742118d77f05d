// `createIfMissing` and `errorIfExists`: whether there is a database is looked up before it is opened. Two that open at once are told apart by the
// engine's lock.

import type { ObjectStore } from '@varve/core';
import ModuleError from 'module-error';
import type { OpenOptions } from './options.ts';

/** Throws when the store must not hold a database and does, or must and does not. */
export async function checkExistence(store: ObjectStore, { createIfMissing, errorIfExists }: OpenOptions): Promise<void> {
  if (createIfMissing !== false && errorIfExists !== true) return;
  const isThere = (await store.list('')).length > 0;
  if (!isThere && createIfMissing === false) throw new ModuleError('the database does not exist, and createIfMissing is false');
  if (isThere && errorIfExists === true) throw new ModuleError('the database exists, and errorIfExists is true');
}
