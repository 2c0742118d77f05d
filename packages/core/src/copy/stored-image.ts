// The image of a database that somebody else writes, or nobody: a pin keeps it meanwhile.

import { StorageError } from '../base/errors.ts';
import { randomHex } from '../base/hex.ts';
import type { MaybePromise } from '../base/maybe-promise.ts';
import { systemRandom, type Random } from '../base/random.ts';
import { checkAncestors } from '../db/check-ancestors.ts';
import { manifestRoom, readState } from '../inspect/manifest.ts';
import { hostTurns } from '../scheduler/turn.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { SstPlaces } from '../version/ancestors.ts';
import type { ManifestState } from '../version/manifest-state.ts';
import type { Pin } from '../version/pin.ts';
import { pinNewest } from './checkpoint.ts';
import { DatabaseImage } from './image.ts';

/** If whoever copies dies, the pin ends by itself. */
const PIN_MS = 86_400_000;

/**
 * The database in a store as it is now: what its writer has flushed. It is not opened; where the store can be written to, a pin keeps it until the image is
 * closed, and else what merges have replaced is there for as long as the writer says (`retainMs`). Of a clone, `ancestors` are the stores of the databases that
 * it comes from. Close it.
 *
 * @throws StorageError `UNAVAILABLE` when there is none, `CORRUPTION` when its manifests are damaged.
 */
export async function storedImageOf(
  store: ObjectStore,
  { ancestors = [], random = systemRandom }: { readonly ancestors?: readonly ObjectStore[] | undefined; readonly random?: Random } = {},
): Promise<DatabaseImage> {
  const pin = await temporaryPin(store, random);
  const state = pin?.state ?? (await readState(store));
  if (state === undefined) throw new StorageError('UNAVAILABLE', 'there is no database here');
  const release = (): MaybePromise<void> => (pin === undefined ? undefined : store.delete([pin.object]));
  try {
    await checkAncestors(state, store, ancestors);
  } catch (error) {
    await release();
    throw error;
  }
  const places = new SstPlaces(state, store, ancestors);
  const holder = {
    state,
    parts: manifestRoom(),
    turns: hostTurns,
    assertOpen: () => undefined,
    openObject: (name: string, size: number) => places.storeOf(name).openObject(name, size),
    unread: async (error: unknown) => {
      throw (await isMergedAway(store, state, error)) ? expired(error) : error;
    },
    release,
  };
  return new DatabaseImage(holder, random);
}

/** None where nothing can be written, or nothing be listed. */
async function temporaryPin(store: ObjectStore, random: Random): Promise<Pin | undefined> {
  try {
    return await pinNewest(store, `copy-${randomHex(random, 8)}`, { expiresInMs: PIN_MS, random });
  } catch (error) {
    if (error instanceof StorageError && (error.code === 'READ_ONLY' || error.code === 'UNSUPPORTED')) return undefined;
    throw error;
  }
}

async function isMergedAway(store: ObjectStore, { number }: ManifestState, error: unknown): Promise<boolean> {
  if (!(error instanceof StorageError) || error.code !== 'CORRUPTION') return false;
  const newest = await readState(store);
  return newest !== undefined && newest.floor > number;
}

const expired = (cause: unknown): StorageError =>
  new StorageError('EXPIRED', 'what was being copied has been merged away meanwhile: copy again', { cause });
