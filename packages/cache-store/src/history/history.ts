// Whose objects the remote store holds. Names of SSTs are used once in one history of one database, and never again: what is kept is bound to that.
// Nothing is asked for: who reads or writes a database through the cache reads its newest manifests first, and they pass here.
//
// Database and log together name a history: a database that is made anew has another id, a copy has a log of its own. An older state that was put back by
// other means than ours (versions of a bucket) has the same ids. It is told by the newest manifest that was seen before: that one is missing, or another.

import type { ObjectStore } from '@varve/core';
import { manifestFacts, manifestName, manifestNumber } from './manifest-facts.ts';

/** A manifest that was there. */
export interface ManifestMark {
  readonly number: number;
  readonly nonce: string;
}

/** What local pieces are bound to. */
export interface RemoteHistory {
  /** Undefined until a manifest has told. */
  readonly identity: string | undefined;
  /** The newest manifest that was seen. */
  readonly newest: ManifestMark | undefined;
  /** A manifest as it is in the store. */
  observe(name: string, bytes: Uint8Array): void;
  /** Does the history go on from this manifest, as far as that can be told? Asks the remote store where what was seen does not tell. */
  continues(mark: ManifestMark, remote: Pick<ObjectStore, 'get' | 'list'>): Promise<boolean>;
}

/** More than a chain of manifests has that somebody reads at once. */
const MOST_SEEN = 64;

/** The history of a database, as its manifests tell it. */
export class DatabaseHistory implements RemoteHistory {
  #identity: string | undefined;
  #newest: ManifestMark | undefined;
  readonly #seen = new Map<number, string>();

  get identity(): string | undefined {
    return this.#identity;
  }

  get newest(): ManifestMark | undefined {
    return this.#newest;
  }

  observe(name: string, bytes: Uint8Array): void {
    const number = manifestNumber(name);
    const facts = number === undefined ? undefined : manifestFacts(bytes);
    if (number === undefined || facts === undefined) return;
    if (facts.identity !== undefined && facts.identity !== this.#identity) this.#begin(facts.identity);
    this.#seen.delete(number);
    this.#seen.set(number, facts.nonce);
    for (const oldest of this.#seen.keys()) if (this.#seen.size > MOST_SEEN) this.#seen.delete(oldest);
    if (number >= (this.#newest?.number ?? 0)) this.#newest = { number, nonce: facts.nonce };
  }

  /** What was seen before the first snapshot belongs to it. */
  #begin(identity: string): void {
    if (this.#identity !== undefined) {
      this.#seen.clear();
      this.#newest = undefined;
    }
    this.#identity = identity;
  }

  async continues({ number, nonce }: ManifestMark, remote: Pick<ObjectStore, 'get' | 'list'>): Promise<boolean> {
    const seen = this.#seen.get(number);
    if (seen !== undefined) return seen === nonce;
    const bytes = await remote.get(manifestName(number));
    if (bytes !== undefined) return manifestFacts(bytes)?.nonce === nonce;
    // Old manifests are deleted, but never the newest one: above one that is gone there is another.
    return (await remote.list('manifest/', manifestName(number))).length > 0;
  }
}
