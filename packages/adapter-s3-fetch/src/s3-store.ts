// Varve in S3-compatible object storage, on `fetch`: Node, Deno, Bun, Workers, browsers. What the service has to do, and which ones do, is in docs/CLOUD.md.
//
// S3 is strongly consistent: who creates, lists, reads or deletes sees all that was answered before. An object is there whole, and durable, when it is.

import type { LogStore, ObjectStore, RequestStats, StoreCapabilities } from '@varve/core';
import { objectLog } from '@varve/core/object-log';
import { ReadAheadRoom } from '@varve/core/requests';
import {
  createIfAbsent,
  DEFAULT_PATIENCE,
  once,
  probe,
  RangeReader,
  UploadWriter,
  type FetchRange,
  type Patience,
  type Uploads,
} from '@varve/core/store';
import { parseLocation } from './location.ts';
import { abortAbandonedUploads } from './objects/abandoned-uploads.ts';
import { creatorOn } from './objects/creator.ts';
import { listObjects } from './objects/list-objects.ts';
import { deleteObjects, getObject, putObject, sizeOfObject } from './objects/plain-objects.ts';
import { fetchRange } from './objects/fetch-range.ts';
import { MultipartUpload } from './objects/multipart-upload.ts';
import type { S3CredentialSource } from './requests/credentials.ts';
import { S3Client } from './requests/s3-client.ts';

/** A store in a bucket, with a log of its own. */
export interface S3Store extends ObjectStore {
  readonly sync?: undefined;
  openLog(): LogStore;
  requests(): RequestStats;
  close(): Promise<void>;
}

/** Options of {@link s3Store}. */
export interface S3StoreOptions {
  /** Who asks: credentials, or a callback that gets them, which is asked again when they have expired. Never read from the environment. */
  readonly credentials: S3CredentialSource;
}

/**
 * A store in a bucket of S3 or of a service that speaks its language: `s3://bucket/prefix?region=eu-north-1`. For other services `endpoint` names
 * their address; `style` is `path` there (the bucket stands in the path) unless it says `host`. One prefix holds one database.
 *
 * Before its first conditional write the store makes sure that the service keeps to it: `STORE_UNSAFE` when not.
 * @throws TypeError when the address cannot be understood.
 * @example
 * import { open } from '@varve/core';
 * import { s3Store } from '@varve/adapter-s3-fetch';
 *
 * const credentials = { accessKeyId: 'AKIA...', secretAccessKey: '...' };
 * const store = s3Store('s3://bucket/state?endpoint=https://storage.example.org', { credentials });
 * export const openState = () => open(store);
 */
export function s3Store(address: string, { credentials }: S3StoreOptions): S3Store {
  return storeOn(address, credentials, DEFAULT_PATIENCE);
}

/** A block is a request: larger than on a disk. The smallest memory budget has no room for merges of blocks of 64 KiB. */
const CAPABILITIES: StoreCapabilities = { kind: 's3', blockSizeBytes: 32_768, largestObjectBytes: 2 ** 31 };

/**
 * What one request carries, and each part but the last of a large object; S3 takes none below 5 MiB. An SST of the usual memory budget is a little larger than
 * 8 MiB: it goes up by one request instead of four.
 */
export const PART_BYTES = 10 * 2 ** 20;

/** `patience` is for tests. */
export function storeOn(address: string, credentials: S3CredentialSource, patience: Patience): S3Store {
  const client = new S3Client(parseLocation(address), credentials, patience);
  const creator = creatorOn(client);
  const uploads: Uploads = {
    partBytes: PART_BYTES,
    put: (name, bytes) => putObject(client, name, bytes),
    begin: (name) => new MultipartUpload(client, name),
    delete: (names) => deleteObjects(client, names),
  };
  const room = new ReadAheadRoom();
  /** Nobody waits for it but `close`. */
  let tidied: Promise<unknown> = Promise.resolve();
  const ready = once(async () => {
    // Whatever becomes of it, the store can be used.
    const abandoned = abortAbandonedUploads(client).catch(() => undefined);
    const removeProbe = await probe({
      condition: 'If-None-Match',
      createIfAbsent: (name, bytes) => createIfAbsent(creator, name, bytes),
      get: (name) => getObject(client, name),
      delete: (names) => deleteObjects(client, names),
    });
    tidied = Promise.all([abandoned, removeProbe()]);
  });
  const store: S3Store = {
    capabilities: CAPABILITIES,
    // WebAssembly memory may grow as soon as anybody waits: what is sent is copied first.
    put: (name, bytes) => putObject(client, name, bytes.slice()),
    putIfAbsent(name, bytes) {
      const copy = bytes.slice();
      return ready().then(() => createIfAbsent(creator, name, copy));
    },
    replace: (name, bytes) => putObject(client, name, bytes.slice()),
    get: (name) => getObject(client, name),
    has: async (name) => (await sizeOfObject(client, name)) !== undefined,
    openObject: (name, size) => {
      const fetch: FetchRange = (range) => fetchRange(client, name, range);
      return new RangeReader(
        name,
        fetch,
        room.open(name, size, (offset, length) => fetch({ offset, length })),
      );
    },
    createObject: (name, sizeHint) => new UploadWriter(name, sizeHint, uploads),
    list: (prefix, startAfter = '') => listObjects(client, prefix, startAfter),
    delete: (names) => deleteObjects(client, names),
    openLog: () => objectLog(store),
    prepare: () => ready(),
    requests: () => client.counter.stats(),
    close: async () => void (await tidied),
  };
  return store;
}
