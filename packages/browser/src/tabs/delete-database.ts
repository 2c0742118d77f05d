// Deleting a database: every tab lets go of it first.

import { StorageError, type StorageErrorCode } from '@varve/core/codecs';
import { holdLock } from './locks.ts';
import { channelName, leaderLock, type TabMessage, type WorkerMessage } from './messages.ts';
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
  const channel = new BroadcastChannel(channelName(name));
  channel.postMessage({ kind: 'delete' } satisfies TabMessage);
  channel.close();
  // Nobody becomes leader meanwhile.
  const letGo = await holdLock(leaderLock(name));
  let worker: Worker | undefined;
  try {
    const made = (worker = newWorker());
    await new Promise<void>((resolve, reject) => {
      made.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
        if ('failed' in data) reject(new StorageError(data.failed.code as StorageErrorCode, data.failed.message));
        else resolve();
      };
      made.onerror = (event) => reject(new StorageError('UNSUPPORTED', `the worker of the database failed: ${event.message}`));
      made.postMessage({ remove: name });
    });
  } finally {
    worker?.terminate();
    letGo?.();
  }
}
