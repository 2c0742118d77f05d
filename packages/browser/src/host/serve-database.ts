// What a worker does: it has one database open, as its page says first, or removes or replaces one.

import { workerPort } from '../tabs/channel-port.ts';
import { holdLock } from '../tabs/locks.ts';
import { engineLock } from '../tabs/messages.ts';
import type { RemoveMessage, RestoreAnswer, RestoreMessage, StartMessage, WorkerMessage } from '../tabs/messages.ts';
import type { Realm, WorkerScope } from '../wire/realm.ts';
import type { Ask, BackEnds } from './back-ends.ts';
import { failureOf, Host } from './host.ts';

export function serveDatabase(scope: WorkerScope, realm: Realm, backEnds: BackEnds): void {
  const { port, take } = workerPort(scope);
  let opening: Promise<Host> | undefined;
  /** Waits for what the page answers. */
  let answered: ((answer: RestoreAnswer) => void) | undefined;
  const say = (message: WorkerMessage): void => scope.postMessage(message);

  const start = async ({ start: asked }: StartMessage): Promise<void> => {
    try {
      opening = Host.open(realm, backEnds, asked, () => say({ waiting: true }));
      const host = await opening;
      host.serve(asked.client, port);
      say({ ready: { backEnd: host.backEnd } });
      host.announce();
      // Of no consequence when it fails: the next worker tries again.
      await host.tidy().catch(() => undefined);
    } catch (error) {
      say({ failed: failureOf(error) });
    }
  };
  const ask: Ask = (question) =>
    new Promise((resolve) => {
      answered = resolve;
      say({ ask: question });
    });
  /** Nobody else has the database open. The lock is kept until the page ends this worker, so that who gets it knows that the worker is no more. */
  const alone = async (name: string, work: () => Promise<void>): Promise<void> => {
    try {
      const locked = holdLock(realm, engineLock(name));
      await realm.navigator.locks.query();
      say({ waiting: true });
      await locked;
      await work();
      say({ closed: true });
    } catch (error) {
      say({ failed: failureOf(error) });
    }
  };
  const close = async (): Promise<void> => {
    await opening?.then((host) => host.close()).catch(() => undefined);
    say({ closed: true });
  };

  scope.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (take(data)) return;
    if (data === 'close') void close();
    else if (answered !== undefined) answered(data as RestoreAnswer);
    else if ('start' in (data as object)) void start(data as StartMessage);
    else if ('remove' in (data as object)) {
      const { remove } = data as RemoveMessage;
      void alone(remove, () => backEnds.remove(remove));
    } else {
      const { restore } = data as RestoreMessage;
      void alone(restore.name, () => backEnds.restore(restore, ask));
    }
  };
}
