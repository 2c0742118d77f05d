// A checkpoint as a store: it has one manifest, which is the checkpoint's state, and the objects of the database.

import { systemClock, type Clock } from '../base/clock.ts';
import { StorageError } from '../base/errors.ts';
import { MANIFEST_PREFIX, manifestName } from '../format/object-names.ts';
import { manifestRoom } from '../inspect/manifest.ts';
import type { ObjectReader, ObjectStore } from '../store/object-store.ts';
import { readOnly } from '../store/read-only.ts';
import { snapshotToJson } from '../version/manifest-format.ts';
import type { ManifestState } from '../version/manifest-state.ts';
import { encodeManifest, SNAPSHOT_EVERY } from '../version/manifest.ts';
import { checkpointPin } from './checkpoint.ts';

/**
 * A store that holds a database as it was at a checkpoint, for {@link openReader}: whatever the writer does, it stays the same, as long as the checkpoint is
 * kept. Reads are `EXPIRED` when that has ended and the objects have gone. Nothing can be written.
 *
 * @throws StorageError `UNAVAILABLE` when there is no checkpoint of that name, `EXPIRED` when its time is over.
 */
export async function checkpointStore(store: ObjectStore, name: string, clock: Clock = systemClock): Promise<ObjectStore> {
  const pin = await checkpointPin(store, name, clock);
  const { state } = pin;
  // Of this number a manifest is a snapshot, and nobody looks for others below it.
  const number = SNAPSHOT_EVERY * Math.ceil(state.number / SNAPSHOT_EVERY);
  const manifest = manifestName(number);
  const bytes = encodeManifest(manifestRoom(), number, snapshotToJson(withoutLog(state)));
  /** Objects may go with the pin. */
  const kept = async <T>(work: () => T | Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== 'CORRUPTION' || (await store.has(pin.object))) throw error;
      throw new StorageError('EXPIRED', `the checkpoint is not kept any more: name=${name}`, { cause: error });
    }
  };
  return {
    capabilities: store.capabilities,
    ...readOnly('a checkpoint does not change: clone it to go on from there'),
    get: (object) => (object === manifest ? bytes.slice() : store.get(object)),
    has: (object) => object === manifest || store.has(object),
    list: (prefix, startAfter = '') =>
      prefix === MANIFEST_PREFIX
        ? [{ name: manifest, size: bytes.length }].filter((info) => info.name > startAfter)
        : store.list(prefix, startAfter),
    openObject: async (object, size) => watched(await kept(() => store.openObject(object, size)), kept),
    ...(store.requests !== undefined && { requests: () => store.requests!() }),
    close: () => store.close?.(),
  };
}

/** What came after the checkpoint is in no log of it. */
const withoutLog = (state: ManifestState): ManifestState => ({ ...state, log: { kind: '', uuid: '0'.repeat(32) }, logPosition: 0 });

function watched(reader: ObjectReader, kept: (work: () => void | Promise<void>) => Promise<void>): ObjectReader {
  return { readInto: (target, offset) => kept(() => reader.readInto(target, offset)), close: () => reader.close() };
}
