// The manifests of a database as objects, and the state that they add up to.

import { StorageError } from '../base/errors.ts';
import { MANIFEST_PREFIX, manifestName, parseManifestName } from '../format/object-names.ts';
import { runJob } from '../scheduler/job.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { EditsJson, SnapshotJson } from '../version/manifest-format.ts';
import type { ManifestState } from '../version/manifest-state.ts';
import { decodeManifest, readNewest } from '../version/manifest.ts';
import { kernelRoom, type KernelRoom } from '../heap/kernel-room.ts';
import { naming } from './naming.ts';

/** One manifest object. */
export type InspectedManifest = { readonly number: number; readonly bytes: number } & (
  | { readonly type: 'snapshot'; readonly json: SnapshotJson }
  | { readonly type: 'edit'; readonly json: EditsJson }
);

/** Room for the JSON of the largest manifest. */
const ROOM_BYTES = 64 * 1024 * 1024;
/** A writer that is at work may delete an old manifest while the chain is read. */
const ATTEMPTS = 3;

/** Kept: whoever looks once looks again, and reserving is what costs. */
let room: KernelRoom | undefined;

/** Room to read or write a manifest. */
export function manifestRoom(): KernelRoom {
  room ??= kernelRoom(ROOM_BYTES);
  return room;
}

/** The newest state of a database, or undefined where there is none. */
export async function readState(store: ObjectStore): Promise<ManifestState | undefined> {
  const parts = { ...manifestRoom(), store, newNonce: () => '' };
  for (let attempt = 1; ; attempt++) {
    try {
      return await runJob(readNewest(parts));
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof StorageError) || error.code !== 'CORRUPTION') throw error;
    }
  }
}

/** Numbers of all manifest objects, ascending. */
export async function listManifests(store: ObjectStore): Promise<number[]> {
  const infos = await store.list(MANIFEST_PREFIX);
  return infos.map(({ name }) => parseManifestName(name)).filter((number) => number !== undefined);
}

/** One manifest object, or undefined where there is none of that number. */
export async function inspectManifest(store: ObjectStore, number: number): Promise<InspectedManifest | undefined> {
  const bytes = await store.get(manifestName(number));
  if (bytes === undefined) return undefined;
  const place = { number, bytes: bytes.length };
  return naming(manifestName(number), 0, () => {
    const json = decodeManifest(kernelRoom(bytes.length), number, bytes);
    return 'levels' in json ? { ...place, type: 'snapshot', json } : { ...place, type: 'edit', json };
  });
}
