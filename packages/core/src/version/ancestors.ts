// A clone begins with the SSTs of the database that it was made from, and leaves them where they are. Which database an SST was made in its term says:
// a clone's terms begin above those of its parent.

import { parseSstName, type ObjectId } from '../format/object-names.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { Ancestor, ManifestState } from './manifest-state.ts';

/** How far away an SST was made: 0 in this database, 1 in the one that it was cloned from, and so on. */
function distanceOf(ancestors: readonly Ancestor[], { term }: ObjectId): number {
  return ancestors.filter((ancestor) => term <= ancestor.term).length;
}

/** Identity of the database that an SST was made in. */
export function birthplaceOf({ database, ancestors }: Pick<ManifestState, 'database' | 'ancestors'>, id: ObjectId): string {
  return ancestors[distanceOf(ancestors, id) - 1]?.database ?? database;
}

/** The SSTs that a clone did not make itself. */
export function inheritedSsts({ ancestors, version }: Pick<ManifestState, 'ancestors' | 'version'>): ObjectId[] {
  return [...version.ssts()].map(({ id }) => id).filter((id) => distanceOf(ancestors, id) > 0);
}

/**
 * Where the SSTs of a database lie. `stores` are those of the ancestors, in their order; what an ancestor without a store has made lies here: a copy of a
 * clone has everything.
 */
export class SstPlaces {
  readonly #state: Pick<ManifestState, 'database' | 'ancestors'>;
  readonly #store: ObjectStore;
  readonly #stores: readonly ObjectStore[];

  constructor(state: Pick<ManifestState, 'database' | 'ancestors'>, store: ObjectStore, stores: readonly ObjectStore[] = []) {
    this.#state = state;
    this.#store = store;
    this.#stores = stores;
  }

  /** Checksums are bound to it. */
  databaseOf(id: ObjectId): string {
    return birthplaceOf(this.#state, id);
  }

  /** The store that has an SST's object. */
  storeOf(name: string): ObjectStore {
    const id = this.#stores.length === 0 ? undefined : parseSstName(name);
    return (id && this.#stores[distanceOf(this.#state.ancestors, id) - 1]) ?? this.#store;
  }
}

/** The store for a database with these ancestors: where one of them cannot answer at once, it cannot either. */
export function asSlowAs<S extends ObjectStore>(store: S, stores: readonly ObjectStore[]): S {
  if (store.sync === undefined || stores.every(({ sync }) => sync !== undefined)) return store;
  return new Proxy(store, {
    get(target, key) {
      const member: unknown = key === 'sync' ? undefined : Reflect.get(target, key);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}
