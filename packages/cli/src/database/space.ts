// Opening a database with the codecs that its manifest records, and picking one of its key spaces.

import { open, type Database, type Durability, type KeySpace, type ObjectStore, type OnEvent } from '@varve/core';
import { readState, type ManifestState } from '@varve/core/inspect';
import {
  chosenKeyCodec,
  chosenValueCodec,
  recordedKeyCodec,
  recordedValueCodec,
  type AnyCodec,
  type AnyKeyCodec,
} from '../codecs/recorded-codecs.ts';
import { Failure } from '../failure.ts';
import { ancestorStores } from '../place/ancestors.ts';
import { assertWritable, type Place } from '../place/place.ts';

/** A database whose types nobody knows beforehand. */
export type AnyDatabase = Database<ObjectStore, unknown, unknown>;

/** A key space with its codecs. */
export interface Space {
  readonly entries: Pick<KeySpace<unknown, unknown>, 'get' | 'getEntry' | 'put' | 'delete' | 'scan' | 'putMany'>;
  readonly keys: AnyKeyCodec;
  readonly values: AnyCodec;
}

/** Codecs by name. */
export interface CodecNames {
  readonly keys: string;
  readonly values: string;
}

/** How to open. */
export interface SpaceOptions {
  /** Undefined: the database's own. */
  readonly keyspace?: string | undefined;
  /** Codecs that were asked for: refused where others are recorded. */
  readonly keys?: string | undefined;
  readonly values?: string | undefined;
  /** Makes what is missing with these codecs; without, a missing database or key space is an error. */
  readonly create?: CodecNames | undefined;
  readonly durability?: Durability | undefined;
  readonly onEvent?: OnEvent | undefined;
}

/** Name of the database's own key space. */
export const ROOT = '';

/** The state of the database in a place, or a failure that says that there is none. Takes no lock. */
export async function stateOf(place: Place, store = place.store()): Promise<ManifestState> {
  const state = await readState(store);
  if (state === undefined) throw new Failure('NO_DATABASE', `there is no database in ${place.name}: put or import makes one`);
  return state;
}

/** Opens the database for the time of `use`. Whoever had a bucket's has lost it then: there is no lock. */
export async function withDatabase<T>(place: Place, options: SpaceOptions, use: (db: AnyDatabase, space: Space) => Promise<T>): Promise<T> {
  assertWritable(place);
  const store = place.store();
  const state = options.create === undefined ? await stateOf(place, store) : await readState(store);
  const root = codecsOf(state, ROOT, options.keyspace === undefined ? options : {});
  const { durability, onEvent } = options;
  const ancestors = ancestorStores(state);
  const db = (await open(store, { ...root, ancestors, durability, onEvent })) as unknown as AnyDatabase;
  try {
    return await use(db, spaceOf(db, state, root, options));
  } finally {
    await db.close();
  }
}

function spaceOf(db: AnyDatabase, state: ManifestState | undefined, root: Omit<Space, 'entries'>, options: SpaceOptions): Space {
  const { keyspace } = options;
  if (keyspace === undefined) return { entries: db as unknown as Space['entries'], ...root };
  if (options.create === undefined && !state?.keySpaces.some(({ name }) => name === keyspace)) throw noKeySpace(keyspace, state);
  const codecs = codecsOf(state, keyspace, options);
  return { entries: db.keyspace(keyspace, codecs) as unknown as Space['entries'], ...codecs };
}

/** There is no key space of this name. */
export function noKeySpace(name: string, state: ManifestState | undefined): Failure {
  const names = (state?.keySpaces ?? []).filter((info) => info.name !== ROOT).map((info) => info.name);
  return new Failure(
    'NO_KEY_SPACE',
    `there is no key space ${name}: ${names.length === 0 ? 'the database has none' : `it has ${names.join(', ')}`}`,
  );
}

/** The codecs that were asked for, else those recorded, else those for what is new. */
export function codecsOf(
  state: ManifestState | undefined,
  name: string,
  { keys, values, create }: Pick<SpaceOptions, 'keys' | 'values' | 'create'>,
): Omit<Space, 'entries'> {
  const recorded = state?.keySpaces.find((info) => info.name === name);
  return {
    keys: keys === undefined ? recordedKeyCodec(recorded?.keys ?? create?.keys ?? 'bytes') : chosenKeyCodec(keys),
    values: values === undefined ? recordedValueCodec(recorded?.values ?? create?.values ?? 'bytes') : chosenValueCodec(values),
  };
}
