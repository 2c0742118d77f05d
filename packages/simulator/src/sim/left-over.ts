// What is left of a database when nobody works on it: what it needs, and nothing else.

import { idText, listManifests, readState, SstPlaces, type ObjectId } from '@varve/core/inspect';
import type { Disk } from '../disk/disk.ts';
import { expectThat } from './wrong.ts';

/** A reader may be in the middle of the chain: two snapshots and what follows them stay. */
const MOST_MANIFESTS = 2 * 16 + 1;

/** No object and no segment is there that nothing needs, and none is missing. */
export async function expectNothingLeft(disk: Disk): Promise<void> {
  const state = await readState(disk.store);
  expectThat(state !== undefined, 'there is no manifest');
  const objectsOf = (ssts: Iterable<{ readonly id: ObjectId }>): string[] =>
    [...ssts].flatMap(({ id }) => [`sst/${idText(id)}.sst`, `sst/${idText(id)}.meta`]);
  // What a clone has from its parent lies there.
  const places = new SstPlaces(state, disk.store);
  const own = [...state.version.ssts()].filter(({ id }) => places.databaseOf(id) === state.database);
  const needed = new Set(objectsOf(own));
  // For readers elsewhere.
  const kept = new Set(objectsOf(state.retired));
  const there = disk.store.sync.list('sst/').map(({ name }) => name);
  for (const name of there) expectThat(needed.has(name) || kept.has(name), `${name} is there, and nothing needs it`);
  for (const name of needed) expectThat(there.includes(name), `${name} is needed, and not there`);
  const manifests = await listManifests(disk.store);
  expectThat(manifests.length < MOST_MANIFESTS, `${manifests.length} manifests are there`);
  expectThat(
    manifests.every((number, i) => number === state.number - manifests.length + 1 + i),
    `manifests are no chain: ${manifests.join()}`,
  );
  for (const { number } of await disk.log.segments()) {
    expectThat(number >= state.logPosition, `log segment ${number} is there, and the log begins with ${state.logPosition}`);
  }
}
