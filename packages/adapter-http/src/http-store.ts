// Varve on a static host, for reading: ranged GETs on `fetch`. Nobody lists there, so what is the newest stands in `published.json`, which `publish` of
// @varve/core/copy writes. It is a hint: manifests and SSTs have checksums that are bound to the database, and an old hint gives an older state.

import { StorageError, type ObjectInfo, type ObjectStore, type StoreCapabilities } from '@varve/core';
import { ReadAheadRoom } from '@varve/core/requests';
import { DEFAULT_PATIENCE, RangeReader, type FetchRange, type Patience, type Publication } from '@varve/core/store';
import { Address } from './address.ts';
import { MANIFEST_PREFIX, NewestPublication } from './newest-publication.ts';
import { fetchRange } from './objects/fetch-range.ts';
import { getManifest, getObject, hasObject } from './objects/whole-objects.ts';
import { HttpClient } from './requests/http-client.ts';
import type { Traffic } from './requests/traffic.ts';

/** A published database, to be read. */
export interface HttpStore extends ObjectStore {
  readonly sync?: undefined;
  /** What was fetched so far; a copy. */
  readonly traffic: Traffic;
  /** What is published, as of the last look; undefined before the first. */
  readonly publication: Publication | undefined;
}

/** Options of {@link httpStore}. */
export interface HttpStoreOptions {
  /** Sent with every request, such as `authorization`. A page that sends any needs a host that allows them (CORS). */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Who fetches, in the place of the global `fetch`: a service binding of a Worker, say. */
  readonly fetch?: typeof fetch | undefined;
}

/**
 * A database on a static host or CDN, for `openReader`: `https://host/path/db`, where its folders `manifest` and `sst` and its `published.json` lie. In a page
 * the address may be relative. All writing is `READ_ONLY`.
 *
 * @throws TypeError when the address cannot be understood.
 * @example
 * import { openReader, utf8 } from '@varve/core';
 * import { httpStore } from '@varve/adapter-http';
 *
 * export async function look(key: string) {
 *   const store = httpStore('https://example.org/places');
 *   const reader = await openReader(store, { keys: utf8, values: utf8 });
 *   console.log(await reader.get(key), `${store.traffic.bytes} of ${store.publication?.bytes} bytes fetched`);
 *   await reader.close();
 * }
 */
export function httpStore(address: string | URL, options: HttpStoreOptions = {}): HttpStore {
  return storeOn(address, options, PATIENCE);
}

/** Somebody looks at a page: they are told sooner than a program. */
const PATIENCE: Patience = { ...DEFAULT_PATIENCE, tries: 4, backoffMs: 150 };

/** A block is a request: frames of the cache have room for large ones. */
const CAPABILITIES: StoreCapabilities = { kind: 'http', blockSizeBytes: 32_768, largestObjectBytes: 2 ** 31 };

/** `patience` is for tests. */
export function storeOn(address: string | URL, { headers = {}, fetch: ownFetch }: HttpStoreOptions, patience: Patience): HttpStore {
  const fetcher: typeof fetch = ownFetch ?? ((input, init) => fetch(input, init));
  const client = new HttpClient({ address: new Address(address), headers, fetch: fetcher, patience });
  const newest = new NewestPublication(client);
  const room = new ReadAheadRoom();
  const refuse = async (): Promise<never> => {
    throw new StorageError(
      'READ_ONLY',
      `a database on a static host is read only: write to where it is published from url=${client.address.shown}`,
    );
  };
  return {
    capabilities: CAPABILITIES,
    get traffic() {
      return { ...client.traffic };
    },
    get publication() {
      return newest.known;
    },
    async get(name) {
      const published = newest.manifest(name);
      return published === undefined ? getObject(client, name, CAPABILITIES.largestObjectBytes) : getManifest(client, name, published);
    },
    has: (name) => hasObject(client, name),
    openObject: (name, size) => {
      const fetch: FetchRange = (range) => fetchRange(client, name, size, range);
      return new RangeReader(
        name,
        fetch,
        room.open(name, size, (offset, length) => fetch({ offset, length })),
      );
    },
    list: (prefix, startAfter = '') => list(newest, client, prefix, startAfter),
    put: refuse,
    putIfAbsent: refuse,
    replace: refuse,
    createObject: refuse,
    delete: refuse,
  };
}

async function list(newest: NewestPublication, { address }: HttpClient, prefix: string, startAfter: string): Promise<ObjectInfo[]> {
  if (prefix.startsWith(MANIFEST_PREFIX)) return newest.manifests(prefix, startAfter);
  throw new StorageError(
    'UNSUPPORTED',
    `a static host cannot list its objects: open the database with openReader prefix=${prefix} url=${address.shown}`,
  );
}
