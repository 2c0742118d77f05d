// Clones: a database that goes on from a state of another, without a copy of its data. It reads the other's SSTs where they lie, and its merges replace
// them one by one. A pin that never ends keeps them there (docs/PROTOCOL.md, rule 12).

import { StorageError } from '../base/errors.ts';
import { randomHex } from '../base/hex.ts';
import { systemRandom, type Random } from '../base/random.ts';
import { SPACE } from '../db/batch.ts';
import type { Engine } from '../db/engine.ts';
import { manifestName } from '../format/object-names.ts';
import { manifestRoom } from '../inspect/manifest.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { snapshotToJson } from '../version/manifest-format.ts';
import type { ManifestState } from '../version/manifest-state.ts';
import { encodeManifest } from '../version/manifest.ts';
import type { Pin } from '../version/pin.ts';
import { checkpointPin, pinNewest } from './checkpoint.ts';
import { isOpenDatabase, type ImageSource } from './image-source.ts';
import { placePin } from './place-pin.ts';
import { restoreObjects } from './restore.ts';
import type { ObjectSource } from './write-object.ts';

/** Options of {@link cloneDatabase}. */
export interface CloneOptions {
  /** The checkpoint to go on from. Default: the newest state. */
  readonly checkpoint?: string | undefined;
  /** Where the parent lies, in words of yours: noted in the clone's manifests, for programs that open it (`readState(store)` of `@varve/core/inspect`). */
  readonly address?: string | undefined;
  /** Where identities come from. For tests. */
  readonly random?: Random | undefined;
}

/** What a clone is. */
export interface Clone {
  /** Name of the checkpoint that keeps its SSTs where it was cloned from. To be deleted with the clone, and not before. */
  readonly checkpoint: string;
}

/**
 * Makes a database in an empty store that goes on from a state of another: of an open one, everything written before included, or of a store in which one
 * lies. Both go their own ways from here on. The clone is opened with the store of its parent: `open(to, { ancestors: [from] })`; the parents of the parent
 * follow there. The stores may be of different kinds: a clone on a disk of a database in a bucket. `copyDatabase` of a clone makes a database that needs no other.
 *
 * @throws StorageError `CONFLICT` when something is in the store, `UNAVAILABLE` when there is nothing to be cloned, `EXPIRED` when the checkpoint is over.
 *
 * @example
 * import { memoryStore, open, utf8 } from '@varve/core';
 * import { cloneDatabase } from '@varve/core/checkpoint';
 * const store = memoryStore();
 * const db = await open(store, { keys: utf8, values: utf8 });
 * await db.put('city', 'Oslo');
 * const elsewhere = memoryStore();
 * await cloneDatabase(db, elsewhere);
 * const clone = await open(elsewhere, { keys: utf8, values: utf8, ancestors: [store] });
 * await clone.put('city', 'Bergen');
 * console.log(await db.get('city')); // Oslo
 * await clone.close();
 * await db.close();
 */
export async function cloneDatabase(
  from: ImageSource | ObjectStore,
  to: ObjectStore,
  { checkpoint, address, random = systemRandom }: CloneOptions = {},
): Promise<Clone> {
  const database = randomHex(random, 16);
  const name = `clone-${database}`;
  // The pin comes before the clone's first manifest: whatever happens between, nothing that a clone needs is deleted.
  const { store, object, state } = await pinFor(from, name, checkpoint, random);
  try {
    const bytes = encodeManifest(manifestRoom(), 1, snapshotToJson(firstState(state, database, address, random)));
    await restoreObjects(only(bytes), to);
  } catch (error) {
    // Whether the clone was made is known for some failures only: else its pin stays.
    if (!(error instanceof StorageError) || !['CONFLICT', 'LOCKED', 'QUOTA'].includes(error.code)) throw left(error, name);
    await store.delete([object]);
    throw error;
  }
  return { checkpoint: name };
}

async function pinFor(
  from: ImageSource | ObjectStore,
  name: string,
  checkpoint: string | undefined,
  random: Random,
): Promise<Pin & { store: ObjectStore }> {
  const store = isOpenDatabase(from) ? (from[SPACE].owner as Engine).store : from;
  const pin = checkpoint === undefined ? await pinNewest(from, name, { random }) : await pinAgain(store, name, checkpoint, random);
  return { ...pin, store };
}

/** Another pin of a checkpoint's state. While the first is there, nothing of it goes. */
async function pinAgain(store: ObjectStore, name: string, checkpoint: string, random: Random): Promise<Pin> {
  const first = await checkpointPin(store, checkpoint);
  const pin = { name, madeAt: first.madeAt, until: undefined, state: first.state };
  const placed = await placePin(store, pin, random, async () => store.has(first.object));
  if (placed === undefined) throw new StorageError('EXPIRED', `the checkpoint was deleted meanwhile: name=${checkpoint}`);
  return placed;
}

/** What the clone begins with: no log, no garbage, and terms above its parent's. */
function firstState(parent: ManifestState, database: string, address: string | undefined, random: Random): ManifestState {
  const ancestors = [{ database: parent.database, term: parent.term, address }, ...parent.ancestors];
  const log = { kind: '', uuid: randomHex(random, 16) };
  const nonce = randomHex(random, 16);
  return { ...parent, number: 1, nonce, parentNonce: '', database, ancestors, log, logPosition: 0, floor: 0, retired: [] };
}

const left = (cause: unknown, name: string): StorageError =>
  new StorageError(
    'UNKNOWN',
    `the clone may have been made or not: if not, delete the checkpoint of what it was to be made of name=${name}`,
    { cause },
  );

async function* only(manifest: Uint8Array): AsyncGenerator<ObjectSource> {
  yield { name: manifestName(1), size: manifest.length, pieces: piecesOf(manifest) };
}

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
