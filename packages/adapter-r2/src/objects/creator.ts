// Create if absent: a put whose condition is that there is no object of any etag. Null says that there was one, which may be our own, when the runtime has
// sent the request a second time: the nonce beside the bytes tells. What is made of that is in core (store/conditional-create.ts).

import { StorageError } from '@varve/core';
import type { Creation, Creator, FailedTry } from '@varve/core/store';
import type { R2Client } from '../requests/r2-client.ts';
import { isTransient, refusal } from '../requests/r2-errors.ts';

const NONCE = 'varve-nonce';

export function creatorOn(client: R2Client): Creator {
  return {
    patience: client.patience,
    create: (creation) => create(client, creation),
    ownerOf: (creation) => ownerOf(client, creation),
  };
}

async function create(client: R2Client, { name, bytes, nonce }: Creation): Promise<FailedTry | undefined> {
  const options = { onlyIf: { etagDoesNotMatch: '*' }, customMetadata: { [NONCE]: nonce } };
  try {
    const made = await client.send(() => client.bucket.put(client.root + name, bytes, options), { kind: 'put', bytes: bytes.length });
    if (made !== null) return undefined;
    return { fate: 'lost', error: new StorageError('CONFLICT', 'an object of this name is there', { object: name }) };
  } catch (cause) {
    const error = refusal(cause, name);
    if (!(error instanceof StorageError)) throw error;
    return { fate: isTransient(cause) ? 'unknown' : 'refused', error };
  }
}

async function ownerOf(client: R2Client, { name, nonce }: Creation): Promise<'this' | 'another' | undefined> {
  const found = await client.ask(() => client.bucket.head(client.root + name), { kind: 'head', object: name });
  if (found === null) return undefined;
  return found.customMetadata?.[NONCE] === nonce ? 'this' : 'another';
}
