// Hosts that end with the test, and stores on them with little patience.

import { memoryStore, open, utf8, type ObjectStore } from '@varve/core';
import { publish } from '@varve/core/copy';
import { afterEach } from 'vitest';
import { storeOn, type HttpStore, type HttpStoreOptions } from '../src/http-store.ts';
import type { Patience } from '@varve/core/store';
import { OddHost } from './odd-host.ts';

/** Nobody waits for the clock: the first wait is a millisecond. */
const LITTLE_PATIENCE: Patience = { timeoutMs: 5000, tries: 3, backoffMs: 1 };

export const CODECS = { keys: utf8, values: utf8, memoryBudgetBytes: 4 * 2 ** 20 };
export const ENTRIES = Array.from({ length: 5000 }, (_, i): [string, string] => [
  `key ${String(i).padStart(5, '0')}`,
  `value ${i} `.repeat(8),
]);

const running: OddHost[] = [];
afterEach(async () => {
  for (const host of running.splice(0)) await host.stop();
});

export async function startHost(): Promise<OddHost> {
  const host = await OddHost.start();
  running.push(host);
  return host;
}

export function storeAt(address: string, options: HttpStoreOptions = {}, patience: Partial<Patience> = {}): HttpStore {
  return storeOn(address, options, { ...LITTLE_PATIENCE, ...patience });
}

/** Everything that is in a store, put on the host; what was there is gone. */
export async function upload(host: OddHost, store: ObjectStore): Promise<void> {
  host.objects.clear();
  for (const { name } of await store.list('')) host.objects.set(name, (await store.get(name))!);
}

/** A host with a database that was published, and the store that it came from. */
export async function setUp(entries: readonly [string, string][] = ENTRIES) {
  const host = await startHost();
  const origin = memoryStore();
  await using db = await open(origin, CODECS);
  await db.putMany(entries);
  await db.flush();
  await publish(origin);
  await upload(host, origin);
  return { host, origin, store: storeAt(host.address) };
}

/** A host with one object of 10,000 bytes, and a reader of it. */
export async function setUpObject(size = 10_000) {
  const host = await startHost();
  const bytes = sample(size);
  host.objects.set('sst/1', bytes);
  const store = storeAt(host.address);
  return { host, store, bytes, reader: await store.openObject('sst/1', size) };
}

export function sample(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => (i * 7 + (i >> 8)) & 255);
}
