// Opening a database with the codecs that its manifest records, and picking one of its key spaces.

import { open, type Database, type Durability, type KeySpace, type OnEvent } from '@varve/core';
import { fsStore, type FsStore } from '@varve/adapter-fs';
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

/** A database whose types nobody knows beforehand. */
export type AnyDatabase = Database<FsStore, unknown, unknown>;

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

const ROOT = '';

/** The state of the database in a directory, or a failure that says that there is none. Takes no lock. */
export async function stateOf(directory: string): Promise<ManifestState> {
  const state = await readState(fsStore(directory));
  if (state === undefined) throw new Failure('NO_DATABASE', `there is no database in ${directory}: put or import makes one`);
  return state;
}

/** Opens the database for the time of `use`. */
export async function withDatabase<T>(
  directory: string,
  options: SpaceOptions,
  use: (db: AnyDatabase, space: Space) => Promise<T>,
): Promise<T> {
  const store = fsStore(directory);
  const state = options.create === undefined ? await stateOf(directory) : await readState(store);
  const root = codecsOf(state, ROOT, options.keyspace === undefined ? options : {});
  const { durability, onEvent } = options;
  const db = (await open(store, { ...root, durability, onEvent })) as unknown as AnyDatabase;
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

function noKeySpace(name: string, state: ManifestState | undefined): Failure {
  const names = (state?.keySpaces ?? []).filter((info) => info.name !== ROOT).map((info) => info.name);
  return new Failure(
    'NO_KEY_SPACE',
    `there is no key space ${name}: ${names.length === 0 ? 'the database has none' : `it has ${names.join(', ')}`}`,
  );
}

/** The codecs that were asked for, else those recorded, else those for what is new. */
function codecsOf(
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
