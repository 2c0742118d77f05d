// Databases in every kind of worker, and what is left when one is stopped in the middle.

import { openTexts } from '@varve/store-conformance';
import { describe, expect, it } from 'vitest';
import { idbStore } from '../src/index.ts';
import { freshName, removeDatabasesAfterAll } from './databases-test-kit.ts';
import type { Answer, Order } from './worker-program.ts';

removeDatabasesAfterAll();

/** Pages have it; the types of tests are those of workers. */
declare const SharedWorker: new (url: URL, options: WorkerOptions) => { readonly port: MessagePort };

const PROGRAM = new URL('./worker-program.ts', import.meta.url);
const ENTRIES = 301;

/** The first answer that comes to a port or worker. */
function answerFrom(port: Worker | MessagePort): Promise<Answer> {
  return new Promise((resolve, reject) => {
    port.addEventListener('message', (event) => resolve((event as MessageEvent<Answer>).data));
    port.addEventListener('error', (event) => reject(new Error((event as ErrorEvent).message || 'the worker did not start')));
    if ('start' in port) port.start();
  });
}

async function expectEntries(name: string): Promise<void> {
  const db = await openTexts(idbStore(name), { takeover: 'wait' });
  expect((await db.scan().all()).length).toBe(ENTRIES);
  expect(await db.get('last')).toBe('in the log');
  await db.close();
}

it('a dedicated worker keeps a database', async () => {
  const name = freshName();
  const worker = new Worker(PROGRAM, { type: 'module' });
  worker.postMessage({ job: 'round', name } satisfies Order);
  expect(await answerFrom(worker)).toEqual({ read: ENTRIES });
  worker.terminate();
  await expectEntries(name);
});

it('a shared worker keeps a database', async () => {
  const name = freshName();
  const { port } = new SharedWorker(PROGRAM, { type: 'module', name });
  port.postMessage({ job: 'round', name } satisfies Order);
  expect(await answerFrom(port)).toEqual({ read: ENTRIES });
  await expectEntries(name);
});

it('a service worker keeps a database', async () => {
  const name = freshName();
  const registration = await navigator.serviceWorker.register(PROGRAM, { type: 'module' });
  const worker = await activeOf(registration);
  const { port1, port2 } = new MessageChannel();
  worker.postMessage({ job: 'round', name } satisfies Order, [port2]);
  expect(await answerFrom(port1)).toEqual({ read: ENTRIES });
  await registration.unregister();
  await expectEntries(name);
});

/** There the database of a worker that was terminated may never answer again: https://bugs.webkit.org/show_bug.cgi?id=324094. */
const isWebKit = navigator.userAgent.includes('AppleWebKit') && !navigator.userAgent.includes('Chrome');

describe.each(isWebKit ? [] : ['a worker that is terminated'])('%s', () => {
  it.each([3, 40, 170])('after %i writes leaves all that it acknowledged, and no lock', async (count) => {
    const name = freshName();
    const worker = new Worker(PROGRAM, { type: 'module' });
    worker.postMessage({ job: 'write', name } satisfies Order);
    let written = -1;
    await new Promise<void>((resolve, reject) => {
      worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
        if (data.error !== undefined) reject(new Error(data.error));
        written = data.written ?? written;
        if (written >= count) resolve();
      });
    });
    worker.terminate();
    const db = await openTexts(idbStore(name), { takeover: 'wait' });
    const found = (await db.scan().all()).map(([key]) => key);
    expect(found.slice(0, written + 1)).toEqual(Array.from({ length: written + 1 }, (_, i) => `key/${String(i).padStart(6, '0')}`));
    await db.put('key/after', 'it goes on');
    await db.close();
  });
});

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
