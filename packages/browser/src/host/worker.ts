// What runs in the worker: one database, opened as its page says first.

import { workerPort } from '../tabs/channel-port.ts';
import type { RemoveMessage, RestoreAnswer, RestoreMessage, RestoreQuestion, StartMessage, WorkerMessage } from '../tabs/messages.ts';
import { deletePlace } from './delete-place.ts';
import { failureOf, Host } from './host.ts';
import { restorePlace } from './restore-place.ts';

const scope = self as unknown as DedicatedWorkerGlobalScope;
const { port, take } = workerPort(scope);
let opening: Promise<Host> | undefined;
/** Waits for what the page answers. */
let answered: ((answer: RestoreAnswer) => void) | undefined;

scope.onmessage = ({ data }: MessageEvent<unknown>) => {
  if (take(data)) return;
  if (data === 'close') void close();
  else if (answered !== undefined) answered(data as RestoreAnswer);
  else if ('remove' in (data as object)) void finish(deletePlace((data as RemoveMessage).remove, alone));
  else if ('restore' in (data as object)) void finish(restorePlace((data as RestoreMessage).restore, ask, alone));
  else void start(data as StartMessage);
};

async function start({ start: asked }: StartMessage): Promise<void> {
  try {
    opening = Host.open(asked, alone);
    const host = await opening;
    host.serve(asked.client, port);
    say({ ready: { backEnd: host.backEnd } });
    host.announce();
    // Of no consequence when it fails: the next worker tries again.
    await host.tidy().catch(() => undefined);
  } catch (error) {
    say({ failed: failureOf(error) });
  }
}

function alone(): void {
  say({ alone: true });
}

function ask(question: RestoreQuestion): Promise<RestoreAnswer> {
  return new Promise((resolve) => {
    answered = resolve;
    say({ ask: question });
  });
}

async function finish(work: Promise<void>): Promise<void> {
  try {
    await work;
    say({ closed: true });
  } catch (error) {
    say({ failed: failureOf(error) });
  }
}

async function close(): Promise<void> {
  await opening?.then((host) => host.close()).catch(() => undefined);
  say({ closed: true });
}

function say(message: WorkerMessage): void {
  scope.postMessage(message);
}
