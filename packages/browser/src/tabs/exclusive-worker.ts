// A worker that has a database for itself: every tab has let go of it, and none may lead meanwhile.

import { StorageError, type StorageErrorCode } from '@varve/core/codecs';
import type { LifeCycle, PageRealm, WorkerEnd } from '../wire/realm.ts';
import { holdLock, lockIsFree } from './locks.ts';
import { channelName, engineLock, leaderLock, STARTING_MS } from './messages.ts';
import type { RemoveMessage, RestoreAnswer, RestoreMessage, RestoreQuestion, TabMessage, WorkerMessage } from './messages.ts';
import { workerFailure } from './worker-failure.ts';

export interface ExclusiveWork {
  readonly realm: PageRealm;
  readonly name: string;
  /** What tabs tell those who go on using the database. */
  readonly message: string;
  readonly newWorker: () => WorkerEnd;
  /** Said to the worker first. */
  readonly task: RemoveMessage | RestoreMessage;
  /** Called with what the worker asks; returns what it is told, and what of that is handed over. What is asked for once cannot be asked for again. */
  readonly answer?: (question: RestoreQuestion) => Promise<{ message: RestoreAnswer; transfer?: ArrayBuffer[] }>;
  readonly signal?: AbortSignal | undefined;
}

/** Fulfilled when the worker says that it is done. */
export async function exclusiveWorker(work: ExclusiveWork): Promise<void> {
  const { realm, name, message, signal } = work;
  signal?.throwIfAborted();
  const channel = new realm.BroadcastChannel(channelName(name));
  const tellAll = (): void => channel.postMessage({ kind: 'let go', message } satisfies TabMessage);
  // Whoever has come too late to hear it, and was in line before this page, is told when its worker has the database open.
  channel.onmessage = ({ data }: MessageEvent<TabMessage>) => {
    if (data.kind === 'leader') tellAll();
  };
  tellAll();
  const letGo = await holdLock(realm, leaderLock(name), signal).finally(() => channel.close());
  const over = new AbortController();
  try {
    signal?.throwIfAborted();
    for (let patienceMs = STARTING_MS; !(await isDone(work, patienceMs, over.signal)); patienceMs *= 2);
  } finally {
    over.abort();
    letGo?.();
  }
}

/** False: the worker has died, or seems to, and another one may do the same again. */
async function isDone(
  { realm, name, newWorker, task, answer, signal }: ExclusiveWork,
  patienceMs: number,
  over: AbortSignal,
): Promise<boolean> {
  const worker = newWorker();
  let isThere = false;
  let wasAsked = false;
  try {
    return await new Promise<boolean>((resolve, reject) => {
      /** Why the page cannot go on: the worker tidies up first, and is told of as having failed with it. */
      let reason: unknown;
      const died = (): void => {
        if (wasAsked) reject((reason ?? new StorageError('UNAVAILABLE', 'the worker has died: nothing was changed, begin again')) as Error);
        else resolve(false);
      };
      const tell = async (question: RestoreQuestion): Promise<void> => {
        wasAsked = true;
        try {
          signal?.throwIfAborted();
          const { message, transfer = [] } = await answer!(question);
          worker.postMessage(message, transfer);
        } catch (error) {
          reason = error;
          worker.postMessage({ stop: { code: 'UNAVAILABLE', message: String(error) } } satisfies RestoreAnswer);
        }
      };
      realm.setTimeout(() => {
        if (!isThere) died();
      }, patienceMs);
      worker.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
        isThere = true;
        if ('failed' in data) reject((reason ?? new StorageError(data.failed.code as StorageErrorCode, data.failed.message)) as Error);
        else if ('ask' in data) void tell(data.ask);
        else if ('closed' in data) resolve(true);
        // It holds the lock until it ends.
        else lockIsFree(realm, engineLock(name), over).then((isFree) => isFree && died(), reject);
      };
      worker.onerror = (event) => reject(workerFailure(event));
      // A page that sleeps holds nothing: other tabs go on with the database.
      const asleep = (): void => reject(new StorageError('UNAVAILABLE', 'the page was put to sleep before it was done: begin again'));
      (realm.document as LifeCycle | undefined)?.addEventListener('freeze', asleep, { signal: over });
      realm.addEventListener('pagehide', asleep, { signal: over });
      worker.postMessage(task);
    });
  } finally {
    worker.terminate();
  }
}
