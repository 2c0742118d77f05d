// A worker that could not be loaded, or threw.

import { StorageError } from '@varve/core/codecs';

export function workerFailure({ message }: ErrorEvent): StorageError {
  // Browsers say nothing of what could not be loaded.
  const why = message || 'it could not be loaded: is its file there (option worker), and allowed (Content-Security-Policy: worker-src)?';
  return new StorageError('UNSUPPORTED', `the worker of the database failed: ${why}`);
}
