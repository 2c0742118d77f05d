// What IndexedDB says, in the words of StorageError. Names of DOMExceptions tell little, and browsers differ; so only two questions are asked of them:
// may another try help, and did it certainly not take place?

import { StorageError, type StorageErrorCode } from '@varve/core';
import type { IdbBucket } from './bucket.ts';

/** Where an error happened. */
export interface ErrorPlace {
  readonly database: string;
  readonly object?: string | undefined;
}

/** Another try, on a new connection, would fail in the same way. */
const FINAL = new Set([
  'ConstraintError',
  'DataCloneError',
  'DataError',
  'InvalidAccessError',
  'NotAllowedError',
  'NotFoundError',
  'NotReadableError',
  'NotSupportedError',
  'QuotaExceededError',
  'ReadOnlyError',
  'SecurityError',
  'VersionError',
]);

/** `add` found its key taken. */
export function isTaken(error: unknown): boolean {
  return nameOf(error) === 'ConstraintError';
}

/** The connection is gone, or the browser had trouble of its own: a new connection may do. */
export function isPassing(error: unknown): boolean {
  const name = nameOf(error);
  return name !== undefined && !FINAL.has(name);
}

/** A transaction that ended so has left nothing. */
export function isDecided(error: unknown): boolean {
  return isTaken(error) || nameOf(error) === 'QuotaExceededError';
}

/** A StorageError for what IndexedDB said; other errors, and a key that is taken, are returned as they are. `unknown`: it may have taken place. */
export async function storageError(error: unknown, place: ErrorPlace, bucket: IdbBucket, unknown: boolean): Promise<unknown> {
  const name = nameOf(error);
  if (name === undefined || isTaken(error)) return error;
  const [code, message] = unknown ? LOST : explain(name);
  const fill = code === 'QUOTA' ? await fillOf(bucket) : '';
  const { database, object } = place;
  return new StorageError(code, `${message} error=${name}${fill} database=${database}`, {
    cause: error,
    ...(object !== undefined && { object }),
  });
}

function nameOf(error: unknown): string | undefined {
  return error instanceof DOMException ? error.name : undefined;
}

type Explanation = readonly [StorageErrorCode, string];

const LOST: Explanation = ['UNKNOWN', 'the connection to IndexedDB was lost, and the answer with it: look whether it took place'];

function explain(name: string): Explanation {
  switch (name) {
    case 'QuotaExceededError':
      return [
        'QUOTA',
        'the browser has no room for the database: delete data or free the disk, navigator.storage.persist() may raise the limit',
      ];
    case 'NotFoundError':
    case 'VersionError':
      return ['UNSUPPORTED', 'an IndexedDB database of another program, or of a newer version, has this name: use another one'];
    case 'NotAllowedError':
    case 'SecurityError':
      return ['UNAVAILABLE', 'the browser refuses IndexedDB here: allow this site to keep data'];
    case 'NotReadableError':
      return ['CORRUPTION', 'the browser has lost a part of the database: restore it from a backup'];
    default:
      return ['UNAVAILABLE', 'IndexedDB failed: try again'];
  }
}

/** The estimate is for the message only: whatever becomes of it, the bucket is full. */
async function fillOf(bucket: IdbBucket): Promise<string> {
  const { usage, quota } = (await bucket.estimate().catch(() => undefined)) ?? {};
  return ` usage=${usage ?? '?'} quota=${quota ?? '?'}`;
}
