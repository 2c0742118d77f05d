// Whole objects: manifests, and the publication.

import { StorageError } from '@varve/core';
import { PUBLICATION_NAME, type PublishedManifest } from '@varve/core/store';
import { letGo, type HttpClient } from '../requests/http-client.ts';
import { InPassing, isMissing, isPage, missing, otherSize, pageInstead, refusal } from '../requests/http-errors.ts';

const LARGEST_PUBLICATION_BYTES = 65_536;
/** What a manifest begins with (docs/FORMAT.md). */
const MANIFEST_MAGIC = [0x56, 0x4d, 0x41, 0x4e];

/** The bytes of `published.json`, or undefined when it is not there. It changes: caches are told to ask whether it has. */
export function getPublication(client: HttpClient): Promise<Uint8Array | undefined> {
  const object = PUBLICATION_NAME;
  return client.ask({ object, isMutable: true }, async (response) => {
    const bytes = await bytesOf(client, response, object, LARGEST_PUBLICATION_BYTES);
    if (bytes === undefined && response.status === 403) throw refusal(response, object, client.address);
    return bytes;
  });
}

/** A manifest that was published. */
export async function getManifest(client: HttpClient, object: string, { size, nonce }: PublishedManifest): Promise<Uint8Array> {
  const { address } = client;
  return client.ask({ object, version: nonce, answerBytes: size }, async (response) => {
    const bytes = await bytesOf(client, response, object, size);
    if (bytes === undefined) throw missing(response, object, address);
    if (MANIFEST_MAGIC.some((byte, i) => bytes[i] !== byte)) {
      throw new StorageError('CORRUPTION', `something else stands in the place of a manifest: is the address right? url=${address.shown}`, {
        object,
      });
    }
    if (bytes.length === size) return bytes;
    throw new InPassing(`the answer was cut off, or the manifest is another one wanted=${size} found=${bytes.length}`);
  });
}

/** Any object, or undefined when there is none. */
export function getObject(client: HttpClient, object: string, most: number): Promise<Uint8Array | undefined> {
  return client.ask({ object }, (response) => bytesOf(client, response, object, most));
}

/** True when there is an object of this name. */
export function hasObject(client: HttpClient, object: string): Promise<boolean> {
  return client.ask({ object, method: 'HEAD' }, async (response) => {
    await letGo(response);
    if (isMissing(response.status)) return false;
    if (response.status !== 200) throw refusal(response, object, client.address);
    return !isPage(response);
  });
}

async function bytesOf(client: HttpClient, response: Response, object: string, most: number): Promise<Uint8Array | undefined> {
  const { address } = client;
  if (response.status !== 200 || isPage(response)) {
    await letGo(response);
    if (isMissing(response.status)) return undefined;
    throw response.status === 200 ? pageInstead(response, object, address) : refusal(response, object, address);
  }
  const bytes = await client.body(response, most);
  if (bytes === undefined) throw otherSize(`more than ${most}`, most, object, address);
  const announced = response.headers.get('content-length');
  // Not every runtime notices a body that ends early.
  if (announced !== null && response.headers.get('content-encoding') === null && Number(announced) !== bytes.length) {
    throw new InPassing(`the answer was cut off wanted=${announced} found=${bytes.length}`);
  }
  return bytes;
}
