// Checks what the newest manifest names, object by object, without opening the database: every head, partition and block is read and its checksum computed.

import { StorageError, type Problem, type VerifyReport } from '@varve/core';
import { inspectSst, sstName, SstPlaces, type InspectedSst, type ManifestState } from '@varve/core/inspect';
import { ancestorStores } from '../place/ancestors.ts';
import type { Place } from '../place/place.ts';

/** Calls `onProgress` with the bytes read so far. */
export async function verifyStored(place: Place, state: ManifestState, onProgress: (bytes: number) => void): Promise<VerifyReport> {
  const places = new SstPlaces(state, place.store(), ancestorStores(state));
  const problems: Problem[] = [];
  const count = { ssts: 0, blocks: 0, bytes: 0 };
  for (const info of state.version.ssts()) {
    count.ssts++;
    await attempt(problems, async () => {
      const sst = await inspectSst(places.storeOf(sstName(info.id)), info, places.databaseOf(info.id));
      try {
        await verifySst(sst, count, problems);
      } finally {
        await sst.close();
      }
    });
    onProgress(count.bytes);
  }
  return { ok: problems.length === 0, ...count, problems };
}

async function verifySst(sst: InspectedSst, count: { blocks: number; bytes: number }, problems: Problem[]): Promise<void> {
  for (let i = 0; i < sst.partitionCount; i++) {
    await attempt(problems, async () => {
      const { blocks, length } = await sst.partition(i);
      count.bytes += length;
      for (const block of blocks) {
        await attempt(problems, () => sst.block(block));
        count.blocks++;
        count.bytes += block.length;
      }
    });
  }
}

/** Damage is noted and the rest still checked; other failures end the run. */
async function attempt(problems: Problem[], check: () => Promise<unknown>): Promise<void> {
  try {
    await check();
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'CORRUPTION') throw error;
    problems.push({ object: error.object ?? 'unknown', offset: error.offset, message: error.message });
  }
}
