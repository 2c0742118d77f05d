// A program for every kind of worker: runs the check that it is told to, and answers on the port that it was told on.

import type { BackEndName } from './back-ends.ts';
import { engineChecksOn } from './engine-checks.ts';

/** Which check of which place. */
export interface Order {
  readonly place: BackEndName;
  readonly check: number;
}

/** What went wrong; nothing: it held. */
export interface Answer {
  readonly failure?: string;
}

interface Scope {
  postMessage?(answer: Answer): void;
  addEventListener(type: 'message' | 'connect', listener: (event: ExtendableMessageEvent & MessageEvent<Order>) => void): void;
}

const scope = globalThis as unknown as Scope;

async function answerTo({ place, check }: Order): Promise<Answer> {
  try {
    await engineChecksOn(place)[check].run();
    return {};
  } catch (error) {
    return { failure: error instanceof Error ? `${error.message}\n${error.stack}` : String(error) };
  }
}

scope.addEventListener('message', (event) => {
  const port = event.ports[0];
  const done = answerTo(event.data).then((answer) => (port === undefined ? scope.postMessage?.(answer) : port.postMessage(answer)));
  // A service worker is kept awake until then.
  event.waitUntil?.(done);
});

scope.addEventListener('connect', ({ ports: [port] }) => {
  port.onmessage = ({ data }: MessageEvent<Order>) => void answerTo(data).then((answer) => port.postMessage(answer));
});
