// What is published: `published.json`, asked for anew each time that somebody wants to know the newest. Caches on the way may hand out an older one than
// was seen before: then the newer one stays.

import { StorageError, type ObjectInfo } from '@varve/core';
import { decodePublication, type Publication, type PublishedManifest } from '@varve/core/store';
import { getPublication } from './objects/whole-objects.ts';
import type { HttpClient } from './requests/http-client.ts';

export const MANIFEST_PREFIX = 'manifest/';

export class NewestPublication {
  readonly #client: HttpClient;
  #known: Publication | undefined;

  constructor(client: HttpClient) {
    this.#client = client;
  }

  /** The newest that was seen. */
  get known(): Publication | undefined {
    return this.#known;
  }

  /** Manifests whose names come after `startAfter`, in the order of their numbers, which is that of their names. */
  async manifests(prefix: string, startAfter: string): Promise<ObjectInfo[]> {
    const { manifests } = await this.#look(startAfter !== '');
    const infos = manifests.map(({ number, size }) => ({ name: nameOf(number), size }));
    return infos.filter(({ name }) => name.startsWith(prefix) && name > startAfter);
  }

  /** The published manifest of this name. */
  manifest(name: string): PublishedManifest | undefined {
    return this.#known?.manifests.find(({ number }) => nameOf(number) === name);
  }

  /** Who goes on from a state that they know cannot go on to another history. */
  async #look(goesOn: boolean): Promise<Publication> {
    const bytes = await getPublication(this.#client);
    if (bytes === undefined) {
      // It is written anew just now, or the whole place is: what is known is read on for as long as its objects are there.
      if (this.#known !== undefined) return this.#known;
      const words = 'no database is published here: correct the address, or publish it (varve <directory> publish)';
      throw new StorageError('UNAVAILABLE', `${words} url=${this.#client.address.shown}`);
    }
    const found = this.#decode(bytes);
    const known = this.#known;
    if (known !== undefined && isOlder(found, known)) return known;
    if (known !== undefined && goesOn && !isLaterOf(known, found)) {
      const words = 'another database, or another copy of it, stands here now: close this reader and open again';
      throw new StorageError('FENCED', `${words} url=${this.#client.address.shown}`);
    }
    return (this.#known = found);
  }

  #decode(bytes: Uint8Array): Publication {
    try {
      return decodePublication(bytes);
    } catch (error) {
      const { code, message } = error as StorageError;
      const words =
        code === 'CORRUPTION'
          ? 'what stands in the place of published.json is no publication of a database: is the address right?'
          : message;
      throw new StorageError(code, `${words} url=${this.#client.address.shown}`, { cause: error });
    }
  }
}

/** Of the same history, and before. A copy that somebody put here counts its manifests from 1, and is younger. */
function isOlder(found: Publication, known: Publication): boolean {
  return found.database === known.database && found.time <= known.time && numberOf(found) <= numberOf(known);
}

/** The same history, which has gone on, or has not. */
function isLaterOf(known: Publication, found: Publication): boolean {
  const nonces = new Map(known.manifests.map(({ number, nonce }) => [number, nonce]));
  const isSame = found.manifests.every(({ number, nonce }) => (nonces.get(number) ?? nonce) === nonce);
  return found.database === known.database && numberOf(found) >= numberOf(known) && isSame;
}

function numberOf({ manifests }: Publication): number {
  return manifests.at(-1)!.number;
}

function nameOf(number: number): string {
  return `${MANIFEST_PREFIX}${String(number).padStart(20, '0')}.manifest`;
}
