// Does the server keep the one promise that all safety rests on? Some take `If-None-Match` and ignore it, some ignore it for large objects or while two
// requests run at once. So before the first conditional write two creators race for a name, with bytes of the size of a large manifest, and a third one comes
// late (docs/PROTOCOL.md, rule 1). Names of probes have a character that no object's name has.

import { StorageError, systemRandom } from '@varve/core';
import { newNonce } from '../nonce.ts';
import type { S3Client } from '../requests/s3-client.ts';
import { createIfAbsent } from './conditional-create.ts';
import { deleteObjects, getObject } from './plain-objects.ts';

const PROBE_BYTES = 131_072;

/** Throws STORE_UNSAFE unless exactly one of several creators wins. Leaves nothing. */
export async function probe(client: S3Client): Promise<void> {
  const name = `_probe/${newNonce()}`;
  const racers = [uniqueBytes(), uniqueBytes()];
  try {
    const racing = await Promise.allSettled(racers.map((bytes) => createIfAbsent(client, name, bytes)));
    const won = racing.map(answerOf);
    won.push(await createIfAbsent(client, name, uniqueBytes()));
    const winners = won.filter(Boolean).length;
    if (winners !== 1) throw unsafe(`creators=${won.length} winners=${winners}`);
    const found = await getObject(client, name);
    if (!isSame(found, racers[won.indexOf(true)])) throw unsafe('the winner reads bytes of another');
  } finally {
    await deleteObjects(client, [name]).catch(() => undefined);
  }
}

function uniqueBytes(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(PROBE_BYTES);
  systemRandom.fill(bytes.subarray(0, 32));
  return bytes;
}

function answerOf(result: PromiseSettledResult<boolean>): boolean {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

function unsafe(seen: string): StorageError {
  const words = 'this object storage does not keep to If-None-Match: two writers could both believe that they won, and data would be lost';
  return new StorageError('STORE_UNSAFE', `${words} ${seen}`);
}

function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i]);
}
