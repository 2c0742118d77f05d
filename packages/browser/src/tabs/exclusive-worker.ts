// A worker that has a database for itself: every tab has let go of it, and none may lead meanwhile.

import { StorageError, type StorageErrorCode } from '@varve/core/codecs';
import { holdLock } from './locks.ts';
import { channelName, leaderLock, type RestoreQuestion, type TabMessage, type WorkerMessage } from './messages.ts';

export interface ExclusiveWork {
  readonly name: string;
  /** What tabs tell those who go on using the database. */
  readonly message: string;
  readonly newWorker: () => Worker;
  /** Said to the worker first. */
  readonly task: object;
  /** Called with what the worker asks; returns what it is told, and what of that is handed over. */
  readonly answer?: (question: RestoreQuestion) => Promise<{ message: object; transfer?: Transferable[] }>;
}

/** Fulfilled when the worker says that it is done. */
export async function exclusiveWorker({ name, message, newWorker, task, answer }: ExclusiveWork): Promise<void> {
  const channel = new BroadcastChannel(channelName(name));
  channel.postMessage({ kind: 'delete', message } satisfies TabMessage);
  channel.close();
  const letGo = await holdLock(leaderLock(name));
  let worker: Worker | undefined;
  try {
    const made = (worker = newWorker());
    await new Promise<void>((resolve, reject) => {
      const tell = async (question: RestoreQuestion): Promise<void> => {
        const told = await answer!(question);
        made.postMessage(told.message, told.transfer ?? []);
      };
      made.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
        if ('failed' in data) reject(new StorageError(data.failed.code as StorageErrorCode, data.failed.message));
        else if ('ask' in data) tell(data.ask).catch(reject);
        else resolve();
      };
      made.onerror = (event) => reject(new StorageError('UNSUPPORTED', `the worker of the database failed: ${event.message}`));
      made.postMessage(task);
    });
  } finally {
    worker?.terminate();
    letGo?.();
  }
}
