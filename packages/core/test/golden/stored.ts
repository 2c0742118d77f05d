// What stands in the bytes of an image, read without the engine: by the readers of @varve/core/inspect, piece by piece, as docs/FORMAT.md draws them.

import {
  inspectManifest,
  inspectSegment,
  inspectSst,
  listManifests,
  listSsts,
  readState,
  type InspectedBlock,
  type InspectedEntry,
  type InspectedManifest,
  type InspectedPartition,
  type InspectedSegment,
  type InspectedSst,
  type ManifestState,
} from '../../src/inspect.ts';
import { idText } from '../../src/format/object-names.ts';
import { storeOf, type Image } from '../rot/image.ts';
import { digitsOf } from './codecs.ts';

/** An SST with all its parts. */
export interface StoredParts {
  readonly sst: InspectedSst;
  readonly partitions: readonly InspectedPartition[];
  readonly blocks: readonly InspectedBlock[];
}

/** Everything in an image. */
export interface StoredDatabase {
  readonly state: ManifestState;
  readonly manifests: readonly InspectedManifest[];
  /** Those that no version names are among them. */
  readonly ssts: readonly StoredParts[];
  readonly segments: readonly InspectedSegment[];
}

/** Reads all of it. */
export async function readStored(image: Image): Promise<StoredDatabase> {
  const store = await storeOf(image);
  const log = store.openLog();
  const state = (await readState(store))!;
  const numbers = await listManifests(store);
  const manifests = await Promise.all(numbers.map((number) => inspectManifest(store, number)));
  const ssts: StoredParts[] = [];
  for (const stored of await listSsts(store)) {
    const sst = await inspectSst(store, stored, state.database);
    const partitions = await Promise.all(Array.from({ length: sst.partitionCount }, (_, i) => sst.partition(i)));
    const blocks: InspectedBlock[] = [];
    for (const partition of partitions) for (const place of partition.blocks) blocks.push(await sst.block(place));
    await sst.close();
    ssts.push({ sst, partitions, blocks });
  }
  const segments = await Promise.all((await log.segments()).map((info) => inspectSegment(log, info)));
  return { state, manifests: manifests.filter((one) => one !== undefined), ssts, segments };
}

/** Entries that count: of SSTs that the version names, and of the log up to where a later fence says that it ends. */
function countingEntries({ state, ssts, segments }: StoredDatabase): InspectedEntry[] {
  const named = new Set([...state.version.ssts()].map(({ id }) => idText(id)));
  const inSsts = ssts.filter(({ sst }) => named.has(idText(sst.id))).flatMap(({ blocks }) => blocks.flatMap(({ entries }) => entries));
  const inLog = segments.flatMap(({ number, records }, i) => {
    const fence = segments.slice(i + 1).flatMap((later) => later.records.find(({ type }) => type === 'fence') ?? [])[0];
    const end = fence?.type === 'fence' ? (fence.segments.find(({ segment }) => segment === number)?.end ?? 0) : Infinity;
    if (number < state.logPosition) return [];
    return records.flatMap((record) => (record.type === 'batch' && record.offset < end ? record.entries : []));
  });
  return [...inSsts, ...inLog];
}

/** For each key space its keys and values as hexadecimal digits: the newest version of each key, if that is a value. */
export function newestValues(stored: StoredDatabase): Map<number, Map<string, string>> {
  const newest = new Map<number, Map<string, InspectedEntry>>(stored.state.keySpaces.map(({ id }) => [id, new Map()]));
  for (const entry of countingEntries(stored)) {
    const space = newest.get(entry.keySpace);
    const key = digitsOf(entry.key);
    const other = space?.get(key);
    // Later ones of a batch stand behind earlier ones of the same epoch.
    if (space !== undefined && (other === undefined || other.epoch <= entry.epoch)) space.set(key, entry);
  }
  const values = [...newest].map(([id, entries]) => {
    const puts = [...entries].filter(([, { kind }]) => kind === 'put').sort(([a], [b]) => (a < b ? -1 : 1));
    return [id, new Map(puts.map(([key, { value }]) => [key, digitsOf(value)]))] as const;
  });
  return new Map(values);
}
