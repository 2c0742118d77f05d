// A worker that has a database for itself: every tab has let go of it, and none may lead meanwhile.

import { StorageError, type StorageErrorCode } from '@varve/core/codecs';
import { holdLock } from './locks.ts';
import { channelName, leaderLock } from './messages.ts';
import type { RemoveMessage, RestoreAnswer, RestoreMessage, RestoreQuestion, TabMessage, WorkerMessage } from './messages.ts';
import { workerFailure } from './worker-failure.ts';

export interface ExclusiveWork {
  readonly name: string;
  /** What tabs tell those who go on using the database. */
  readonly message: string;
  readonly newWorker: () => Worker;
  /** Said to the worker first. */
  readonly task: RemoveMessage | RestoreMessage;
  /** Called with what the worker asks; returns what it is told, and what of that is handed over. */
  readonly answer?: (question: RestoreQuestion) => Promise<{ message: RestoreAnswer; transfer?: Transferable[] }>;
  readonly signal?: AbortSignal | undefined;
}

/** Fulfilled when the worker says that it is done. */
export async function exclusiveWorker(work: ExclusiveWork): Promise<void> {
  const { name, message, newWorker, signal } = work;
  signal?.throwIfAborted();
  const channel = new BroadcastChannel(channelName(name));
  channel.postMessage({ kind: 'let go', message } satisfies TabMessage);
  channel.close();
  const letGo = await holdLock(leaderLock(name), signal);
  let worker: Worker | undefined;
  try {
    signal?.throwIfAborted();
    worker = newWorker();
    await done(worker, work);
  } finally {
    worker?.terminate();
    letGo?.();
  }
}

function done(worker: Worker, { task, answer, signal }: ExclusiveWork): Promise<void> {
  return new Promise((resolve, reject) => {
    const tell = async (question: RestoreQuestion): Promise<void> => {
      const { message, transfer = [] } = await answer!(question);
      worker.postMessage(message, transfer);
    };
    worker.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
      if ('failed' in data) reject(new StorageError(data.failed.code as StorageErrorCode, data.failed.message));
      else if ('ask' in data) tell(data.ask).catch(reject);
      else resolve();
    };
    worker.onerror = (event) => reject(workerFailure(event));
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    worker.postMessage(task);
  });
}
