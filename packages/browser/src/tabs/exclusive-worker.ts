// A worker that has a database for itself: every tab has let go of it, and none may lead meanwhile.

import { StorageError, type StorageErrorCode } from '@varve/core/codecs';
import type { Realm, WorkerEnd } from '../wire/realm.ts';
import { holdLock, lockIsFree } from './locks.ts';
import { channelName, engineLock, leaderLock, STARTING_MS, type RestoreQuestion, type TabMessage, type WorkerMessage } from './messages.ts';

export interface ExclusiveWork {
  readonly realm: Realm;
  readonly name: string;
  /** What tabs tell those who go on using the database. */
  readonly message: string;
  readonly newWorker: () => WorkerEnd;
  /** Said to the worker first. */
  readonly task: object;
  /** Called with what the worker asks; returns what it is told, and what of that is handed over. What is asked for once cannot be asked for again. */
  readonly answer?: (question: RestoreQuestion) => Promise<{ message: object; transfer?: ArrayBuffer[] }>;
}

/** Fulfilled when the worker says that it is done. */
export async function exclusiveWorker(work: ExclusiveWork): Promise<void> {
  const { realm, name, message } = work;
  const channel = new realm.BroadcastChannel(channelName(name));
  const tellAll = (): void => channel.postMessage({ kind: 'delete', message } satisfies TabMessage);
  // Whoever has come too late to hear it, and was in line before this page, is told when its worker has the database open.
  channel.onmessage = ({ data }: MessageEvent<TabMessage>) => {
    if (data.kind === 'leader') tellAll();
  };
  tellAll();
  const letGo = await holdLock(realm, leaderLock(name)).finally(() => channel.close());
  try {
    for (let patienceMs = STARTING_MS; !(await isDone(work, patienceMs)); patienceMs *= 2);
  } finally {
    letGo?.();
  }
}

/** False: the worker has died, or seems to, and another one may do the same again. */
async function isDone({ realm, name, newWorker, task, answer }: ExclusiveWork, patienceMs: number): Promise<boolean> {
  const worker = newWorker();
  let isThere = false;
  let wasAsked = false;
  try {
    return await new Promise<boolean>((resolve, reject) => {
      const died = (): void => {
        if (wasAsked) reject(new StorageError('UNAVAILABLE', 'the worker has died: nothing was changed, begin again'));
        else resolve(false);
      };
      const tell = async (question: RestoreQuestion): Promise<void> => {
        wasAsked = true;
        const told = await answer!(question);
        worker.postMessage(told.message, told.transfer ?? []);
      };
      realm.setTimeout(() => {
        if (!isThere) died();
      }, patienceMs);
      worker.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
        isThere = true;
        if ('failed' in data) reject(new StorageError(data.failed.code as StorageErrorCode, data.failed.message));
        else if ('ask' in data) tell(data.ask).catch(reject);
        else if ('closed' in data) resolve(true);
        // It holds the lock until it ends.
        else lockIsFree(realm, engineLock(name)).then(died, reject);
      };
      worker.onerror = (event) => reject(new StorageError('UNSUPPORTED', `the worker of the database failed: ${event.message}`));
      worker.postMessage(task);
    });
  } finally {
    worker.terminate();
  }
}
