// Varve in Cloudflare R2, through the binding of a Worker or Durable Object. How it is deployed, and what it costs, is in docs/WORKERS.md.
//
// R2 is strongly consistent: who creates, lists, reads or deletes sees all that was answered before. It takes one write a second of one name; Varve writes
// none twice but the owner of a segment of the log that another writer takes, so it does not meet that limit but when a database is opened again within a
// second, or a request is repeated that got no answer: then it waits.

import type { LogStore, ObjectStore, StoreCapabilities } from '@varve/core';
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
import type { Bucket } from './bucket.ts';
import { creatorOn } from './objects/creator.ts';
import { MultipartUpload } from './objects/multipart-upload.ts';
import { deleteObjects, fetchRange, getObject, listObjects, putObject, sizeOfObject } from './objects/plain-objects.ts';
import { R2Client } from './requests/r2-client.ts';

/** A store in a bucket, with a log of its own: one object a group of writes. In a Durable Object the log of `@varve/adapter-do` is faster and cheaper. */
export interface R2Store extends ObjectStore {
  readonly sync?: undefined;
  openLog(): LogStore;
}

/** Options of {@link r2Store}. */
export interface R2StoreOptions {
  /** What the names of all objects begin with, such as `room/1/`. One prefix holds one database. Default: the bucket holds nothing else. */
  readonly prefix?: string | undefined;
}

/**
 * A store in the bucket that a Worker or Durable Object is bound to.
 *
 * Before its first conditional write the store makes sure that the bucket keeps to it: `STORE_UNSAFE` when not.
 * @throws TypeError when there is no such binding, or the prefix is none.
 * @example
 * import { openReader, utf8 } from '@varve/core';
 * import { r2Store, type Bucket } from '@varve/adapter-r2';
 *
 * export const openTexts = (env: { BUCKET: Bucket }) => openReader(r2Store(env.BUCKET, { prefix: 'texts/' }), { keys: utf8, values: utf8 });
 */
export function r2Store(bucket: Bucket, { prefix = '' }: R2StoreOptions = {}): R2Store {
  return storeOn(bucket, prefix, DEFAULT_PATIENCE);
}

/** A block is a request: larger than on a disk. */
const CAPABILITIES: StoreCapabilities = { kind: 'r2', blockSizeBytes: 32_768, largestObjectBytes: 2 ** 31 };
/** The least that R2 takes: an isolate has little memory. */
export const PART_BYTES = 5 * 2 ** 20;
/** Of what is read ahead, in all objects together: scans and merges take few requests so. */
const READ_AHEAD_BYTES = 4 * 2 ** 20;

/** `patience` is for tests. */
export function storeOn(bucket: Bucket, prefix: string, patience: Patience): R2Store {
  check(bucket, prefix);
  const client = new R2Client(bucket, prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`, patience);
  const creator = creatorOn(client);
  const uploads: Uploads = {
    partBytes: PART_BYTES,
    put: (name, bytes) => putObject(client, name, bytes),
    begin: (name) => new MultipartUpload(client, name),
    delete: (names) => deleteObjects(client, names),
  };
  const room = new ReadAheadRoom(READ_AHEAD_BYTES);
  const ready = once(async () => {
    const removeProbe = await probe({
      condition: 'conditional puts',
      createIfAbsent: (name, bytes) => createIfAbsent(creator, name, bytes),
      get: (name) => getObject(client, name),
      delete: (names) => deleteObjects(client, names),
    });
    await removeProbe();
  });
  const store: R2Store = {
    capabilities: CAPABILITIES,
    // WebAssembly memory may grow as soon as anybody waits: what is sent is copied first.
    put: (name, bytes) => putObject(client, name, bytes.slice()),
    putIfAbsent(name, bytes) {
      const copy = bytes.slice();
      client.isWriter();
      return ready().then(() => createIfAbsent(creator, name, copy));
    },
    replace: (name, bytes) => putObject(client, name, bytes.slice()),
    get: (name) => getObject(client, name),
    has: async (name) => (await sizeOfObject(client, name)) !== undefined,
    openObject: (name, size) => {
      const fetch: FetchRange = (range) => fetchRange(client, name, size, range);
      return new RangeReader(
        name,
        fetch,
        room.open(name, size, (offset, length) => fetch({ offset, length })),
      );
    },
    createObject: (name, sizeHint) => new UploadWriter(name, sizeHint, uploads),
    list: (names, startAfter = '') => listObjects(client, names, startAfter),
    delete: (names) => deleteObjects(client, names),
    openLog: () => objectLog(store),
    prepare() {
      client.isWriter();
      return ready();
    },
    requests: () => client.counter.stats(),
  };
  return store;
}

function check(bucket: Bucket, prefix: string): void {
  if (typeof bucket !== 'object' || bucket === null || typeof bucket.createMultipartUpload !== 'function') {
    throw new TypeError('r2Store takes the binding of a bucket, such as env.BUCKET: is it in the configuration of the Worker?');
  }
  if (typeof prefix !== 'string' || prefix.startsWith('/')) {
    throw new TypeError(`prefix is a string that begins with no slash, not ${String(prefix)}`);
  }
}
