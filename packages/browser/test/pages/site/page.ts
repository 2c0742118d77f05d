// What a test does in a page: it reaches the database through `window.varve`.

import { openDatabase } from '@varve/browser';
import { utf8 } from '@varve/core/codecs';

const open = (name: string) => openDatabase(name, { keys: utf8, values: utf8 });

/** What the tests call. */
const varve = { open, writeForEver, acknowledged: 0 };
export type PageApi = typeof varve;

/** Writes numbered keys, some at a time, and says which are acknowledged, in order. */
async function writeForEver(name: string, writer: string, from: number, acknowledge: (n: number) => unknown): Promise<void> {
  const db = open(name);
  for (let n = from; ; n++) {
    await db.put(`${writer}/${String(n).padStart(8, '0')}`, `${writer} ${n} ${'x'.repeat((n * 37) % 400)}`);
    varve.acknowledged = n;
    await acknowledge(n);
  }
}

Object.assign(globalThis, { varve });
document.querySelector('#state')!.textContent = 'ready';
