// Objects as wholes and by range: written by one put, listed page by page, deleted in bulk. All of it may take place twice.

import { StorageError, type ObjectInfo } from '@varve/core';
import type { WantedRange } from '@varve/core/store';
import type { BucketBody, BucketList } from '../bucket.ts';
import type { R2Client } from '../requests/r2-client.ts';
import { isBehindTheEnd } from '../requests/r2-errors.ts';

/** R2's limits of one deletion, and of one page of a list. */
const NAMES_A_DELETION = 1000;
const OBJECTS_A_PAGE = 1000;
/** Everything else below the root is ours but no object of the store: what probes leave when they are cut off. */
const NAME = /^[a-z0-9./-]+$/;

export async function putObject(client: R2Client, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  await client.ask(() => client.bucket.put(client.root + name, bytes), { kind: 'put', object: name, bytes: bytes.length });
}

export async function getObject(client: R2Client, name: string): Promise<Uint8Array | undefined> {
  const read = async (): Promise<Uint8Array | undefined> => {
    const found = await client.bucket.get(client.root + name);
    return found === null ? undefined : bytesOf(client, found, found.size);
  };
  return client.ask(read, { kind: 'get', object: name });
}

/** The bytes of the range that there are in an object of this size. */
export async function fetchRange(client: R2Client, name: string, size: number, { offset, length }: WantedRange): Promise<Uint8Array> {
  if (offset >= size) return new Uint8Array(0);
  const read = async (): Promise<Uint8Array> => {
    const found = await client.bucket.get(client.root + name, { range: { offset, length } }).catch((error: unknown) => {
      if (isBehindTheEnd(error)) return undefined;
      throw error;
    });
    if (found === undefined) return new Uint8Array(0);
    if (found === null) throw new StorageError('CORRUPTION', 'object is missing', { object: name, offset });
    return bytesOf(client, found, Math.min(length, Math.max(0, found.size - offset)));
  };
  return client.ask(read, { kind: 'get', object: name, bytes: length });
}

/** An answer that ends early is no answer. */
async function bytesOf({ counter }: R2Client, body: BucketBody, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(await body.arrayBuffer());
  counter.answered('get', bytes.length);
  if (bytes.length !== length) throw new Error(`the answer was cut off wanted=${length} found=${bytes.length}`);
  return bytes;
}

/** Bytes of the object, or undefined when it is not there. */
export async function sizeOfObject(client: R2Client, name: string): Promise<number | undefined> {
  return (await client.ask(() => client.bucket.head(client.root + name), { kind: 'head', object: name }))?.size;
}

/** R2 lists in the order of the names' bytes. */
export async function listObjects(client: R2Client, prefix: string, startAfter: string): Promise<ObjectInfo[]> {
  const { bucket, root } = client;
  const found: ObjectInfo[] = [];
  let cursor: string | undefined;
  do {
    const from = cursor === undefined ? (startAfter === '' ? {} : { startAfter: root + startAfter }) : { cursor };
    const page: BucketList = await client.ask(() => bucket.list({ prefix: root + prefix, limit: OBJECTS_A_PAGE, ...from }), {
      kind: 'list',
    });
    for (const { key, size } of page.objects) {
      const name = key.slice(root.length);
      if (NAME.test(name) && name > startAfter) found.push({ name, size });
    }
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return found;
}

export async function deleteObjects(client: R2Client, names: readonly string[]): Promise<void> {
  for (let i = 0; i < names.length; i += NAMES_A_DELETION) {
    const keys = names.slice(i, i + NAMES_A_DELETION).map((name) => client.root + name);
    await client.ask(() => client.bucket.delete(keys), { kind: 'delete', object: names[i] });
  }
}
