// Publishing: a small object beside those of a database says which manifests are the newest, for readers on a static host, where nothing can be listed.

import { systemClock, type Clock } from '../base/clock.ts';
import { StorageError } from '../base/errors.ts';
import { encodePublication, PUBLICATION_NAME, type Publication, type PublishedManifest } from '../format/publication.ts';
import { inspectManifest, readState } from '../inspect/manifest.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { ManifestState } from '../version/manifest-state.ts';

/** A writer that is at work may delete an old manifest while the chain is read, and others may publish meanwhile. */
const ATTEMPTS = 5;

/** Options of {@link publish}. */
export interface PublishOptions {
  /** Gives up before anything is written. */
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * Writes `published.json` into a store in which a database lies, so that it can be read from a static host: `httpStore` of @varve/adapter-http. It says what is
 * the newest now; call it again after each change that readers are to see, and before what an older one names is deleted. A writer may be at work meanwhile
 * and is not disturbed; readers see what it has flushed, so call `flush` first.
 *
 * @throws StorageError `UNAVAILABLE` when there is no database in the store, `CORRUPTION` when its manifests are damaged, `CONFLICT` when others publish all
 * the time.
 *
 * @example
 * import { memoryStore, open } from '@varve/core';
 * import { publish } from '@varve/core/copy';
 * const store = memoryStore();
 * const db = await open(store);
 * await db.put('key', 'value');
 * await db.flush();
 * const { bytes, manifests } = await publish(store);
 * console.log(bytes, manifests.at(-1)?.number);
 * await db.close();
 */
export async function publish(store: ObjectStore, { signal, clock = systemClock }: PublishOptions = {}): Promise<Publication> {
  const publication = await newest(store, clock, signal);
  await write(store, encodePublication(publication));
  return publication;
}

async function newest(store: ObjectStore, clock: Clock, signal: AbortSignal | undefined): Promise<Publication> {
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    const state = await readState(store);
    if (state === undefined) throw new StorageError('UNAVAILABLE', 'there is no database here to publish: open one first');
    const manifests = await chainOf(store, state);
    signal?.throwIfAborted();
    if (manifests !== undefined) return { database: state.database, time: clock.now(), bytes: bytesOf(state, manifests), manifests };
    if (attempt === ATTEMPTS) throw new StorageError('CONFLICT', 'manifests are deleted faster than they are read: publish again');
  }
}

/** From the snapshot to the newest, or undefined where one of them was deleted meanwhile. */
async function chainOf(store: ObjectStore, state: ManifestState): Promise<PublishedManifest[] | undefined> {
  const chain: PublishedManifest[] = [];
  for (let n = state.number; ; n--) {
    const manifest = await inspectManifest(store, n);
    if (manifest === undefined) return undefined;
    chain.push({ number: n, size: manifest.bytes, nonce: manifest.json.nonce });
    if (manifest.type === 'snapshot') return chain.reverse();
  }
}

function bytesOf({ version }: ManifestState, manifests: readonly PublishedManifest[]): number {
  const ssts = [...version.ssts()].reduce((sum, { dataBytes, metaBytes }) => sum + dataBytes + metaBytes, 0);
  return manifests.reduce((sum, { size }) => sum + size, ssts);
}

async function write(store: ObjectStore, bytes: Uint8Array): Promise<void> {
  if (store.replace !== undefined) return store.replace(PUBLICATION_NAME, bytes);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    await store.delete([PUBLICATION_NAME]);
    if (await store.putIfAbsent(PUBLICATION_NAME, bytes)) return;
  }
  throw new StorageError('CONFLICT', 'others publish here all the time: try again', { object: PUBLICATION_NAME });
}
