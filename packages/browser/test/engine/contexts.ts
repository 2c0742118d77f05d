// The kinds of places in which a browser runs a program: a page, and three kinds of workers. Each has a way to run a check there.

import type { BackEndName } from './back-ends.ts';
import { engineChecksOn } from './engine-checks.ts';
import type { Answer, Order } from './engine-worker.ts';

/** Pages have it; the types of tests are those of workers. */
declare const SharedWorker: new (url: URL, options: WorkerOptions) => { readonly port: MessagePort };

const PROGRAM = new URL('./engine-worker.ts', import.meta.url);

/** Somewhere to run checks in. */
export interface Context {
  /** Rejects with what went wrong. */
  run(place: BackEndName, check: number): Promise<void>;
  end(): Promise<void>;
}

export const contexts = { page, 'a dedicated worker': dedicated, 'a shared worker': shared, 'a service worker': service };

export type ContextName = keyof typeof contexts;

async function page(): Promise<Context> {
  return { run: (place, check) => engineChecksOn(place)[check].run(), end: async () => undefined };
}

async function dedicated(): Promise<Context> {
  const worker = new Worker(PROGRAM, { type: 'module' });
  return {
    run: (place, check) => answered(worker, () => worker.postMessage({ place, check } satisfies Order)),
    end: async () => worker.terminate(),
  };
}

async function shared(): Promise<Context> {
  const { port } = new SharedWorker(PROGRAM, { type: 'module', name: crypto.randomUUID() });
  port.start();
  return {
    run: (place, check) => answered(port, () => port.postMessage({ place, check } satisfies Order)),
    end: async () => port.close(),
  };
}

async function service(): Promise<Context> {
  const registration = await navigator.serviceWorker.register(PROGRAM, { type: 'module' });
  const worker = await activeOf(registration);
  return {
    run(place, check) {
      const { port1, port2 } = new MessageChannel();
      port1.start();
      return answered(port1, () => worker.postMessage({ place, check } satisfies Order, [port2]));
    },
    async end() {
      await registration.unregister();
    },
  };
}

/** Asks, and waits for the answer. */
async function answered(from: Worker | MessagePort, ask: () => void): Promise<void> {
  const listening = new AbortController();
  const { signal } = listening;
  try {
    const { failure } = await new Promise<Answer>((resolve, reject) => {
      from.addEventListener('message', (event) => resolve((event as MessageEvent<Answer>).data), { signal });
      from.addEventListener('error', (event) => reject(new Error((event as ErrorEvent).message || 'the worker did not start')), { signal });
      ask();
    });
    if (failure !== undefined) throw new Error(failure);
  } finally {
    listening.abort();
  }
}

function activeOf({ active, waiting, installing }: ServiceWorkerRegistration): Promise<ServiceWorker> {
  const worker = active ?? waiting ?? installing!;
  if (worker.state === 'activated') return Promise.resolve(worker);
  return new Promise((resolve, reject) => {
    worker.addEventListener('statechange', () => {
      if (worker.state === 'activated') resolve(worker);
      if (worker.state === 'redundant') reject(new Error('the service worker was not installed'));
    });
  });
}
