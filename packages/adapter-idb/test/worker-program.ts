// A program for every kind of worker: does what it is told, and answers on the port that it was told on.
//
//   { job: 'round', name }   opens the database, writes, closes, opens again, reads; answers { read: number of entries }
//   { job: 'write', name }   opens it and writes for ever; answers { written: i } for each write that was acknowledged

import { openTexts } from '@varve/store-conformance';
import { idbStore } from '../src/index.ts';

/** What a worker is told. */
export interface Order {
  readonly job: 'round' | 'write';
  readonly name: string;
}

/** What it answers. */
export interface Answer {
  readonly read?: number;
  readonly written?: number;
  readonly error?: string;
}

type Tell = (answer: Answer) => void;

const ENTRIES = 300;

async function round(name: string, tell: Tell): Promise<void> {
  const db = await openTexts(idbStore(name));
  for (let i = 0; i < ENTRIES; i++) await db.put(`key/${String(i).padStart(4, '0')}`, `value ${i}`);
  await db.flush();
  await db.put('last', 'in the log');
  await db.close();
  const again = await openTexts(idbStore(name));
  const entries = await again.scan().all();
  await again.close();
  tell({ read: entries.length });
}

async function write(name: string, tell: Tell): Promise<void> {
  const db = await openTexts(idbStore(name));
  for (let i = 0; ; i++) {
    await db.put(`key/${String(i).padStart(6, '0')}`, 'x'.repeat(i % 3000));
    tell({ written: i });
  }
}

async function obey({ job, name }: Order, tell: Tell): Promise<void> {
  try {
    await (job === 'round' ? round : write)(name, tell);
  } catch (error) {
    tell({ error: String(error) });
  }
}

interface Scope {
  postMessage?(answer: Answer): void;
  addEventListener(type: 'message' | 'connect', listener: (event: ExtendableMessageEvent & MessageEvent<Order>) => void): void;
}

const scope = globalThis as unknown as Scope;

scope.addEventListener('message', (event) => {
  const port = event.ports[0];
  const done = obey(event.data, (answer) => (port === undefined ? scope.postMessage?.(answer) : port.postMessage(answer)));
  // A service worker is kept awake until then.
  event.waitUntil?.(done);
});

scope.addEventListener('connect', ({ ports: [port] }) => {
  port.onmessage = ({ data }: MessageEvent<Order>) => void obey(data, (answer) => port.postMessage(answer));
});
