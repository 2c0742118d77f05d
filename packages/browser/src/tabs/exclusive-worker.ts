// A worker that has a database for itself: every tab has let go of it, and none may lead meanwhile.

import { StorageError, type StorageErrorCode } from '@varve/core/codecs';
import { holdLock, lockIsFree } from './locks.ts';
import { channelName, engineLock, leaderLock } from './messages.ts';
import type { RemoveMessage, RestoreAnswer, RestoreMessage, RestoreQuestion, TabMessage, WorkerMessage } from './messages.ts';
import { workerFailure } from './worker-failure.ts';

/** A worker that is done lets go of its lock a little before it is heard. */
const LAST_WORDS_MS = 2000;

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
  const over = new AbortController();
  let worker: Worker | undefined;
  try {
    signal?.throwIfAborted();
    worker = newWorker();
    await done(worker, work, over.signal);
  } finally {
    over.abort();
    worker?.terminate();
    letGo?.();
  }
}

function done(worker: Worker, { name, task, answer, signal }: ExclusiveWork, over: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    /** Why the page cannot go on: the worker tidies up, and is told of as having failed with it. */
    let reason: unknown;
    const tell = async (question: RestoreQuestion): Promise<void> => {
      try {
        signal?.throwIfAborted();
        const { message, transfer = [] } = await answer!(question);
        worker.postMessage(message, transfer);
      } catch (error) {
        reason = error;
        worker.postMessage({ stop: { code: 'UNAVAILABLE', message: String(error) } } satisfies RestoreAnswer);
      }
    };
    const watch = async (): Promise<void> => {
      if (!(await lockIsFree(engineLock(name), over))) return;
      const gone = new StorageError('UNAVAILABLE', 'the worker ended before it was done: try again');
      setTimeout(() => reject(gone), LAST_WORDS_MS);
    };
    worker.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
      if ('failed' in data) reject((reason ?? new StorageError(data.failed.code as StorageErrorCode, data.failed.message)) as Error);
      else if ('ask' in data) void tell(data.ask);
      else if ('alone' in data) watch().catch(() => undefined);
      else resolve();
    };
    worker.onerror = (event) => reject(workerFailure(event));
    // A page that sleeps holds nothing: other tabs go on with the database.
    const asleep = (): void => reject(new StorageError('UNAVAILABLE', 'the page was put to sleep before it was done: try again'));
    const page = (globalThis as { document?: EventTarget }).document;
    page?.addEventListener('freeze', asleep, { signal: over });
    globalThis.addEventListener?.('pagehide', asleep, { signal: over });
    worker.postMessage(task);
  });
}
