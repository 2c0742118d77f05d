// What a store answers to writing that is only read from.

import { StorageError } from '../base/errors.ts';
import type { ObjectStore } from './object-store.ts';

type Writing = Pick<ObjectStore, 'put' | 'putIfAbsent' | 'createObject' | 'delete'>;

/** Refuses to write; `why` says what to do instead. */
export function readOnly(why: string): Writing {
  const refuse = (): never => {
    throw new StorageError('READ_ONLY', why);
  };
  return { put: refuse, putIfAbsent: refuse, createObject: refuse, delete: refuse };
}
