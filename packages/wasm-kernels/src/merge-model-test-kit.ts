// For tests: what a merge keeps, written as plainly as its rules read, over whole sorted arrays.

import { KIND_DELETE, KIND_MERGE, KIND_POINTER, KIND_PUT, KIND_RANGE_DELETE } from './layout.ts';
import { compareEntries, compareKeys } from './reference-entry-test-kit.ts';
import type { ReferenceEntry } from './reference-entry-test-kit.ts';

/** What decides about versions. */
export interface Visibility {
  /** Ascending. */
  readonly readers: readonly bigint[];
  readonly bottom: boolean;
  readonly now: bigint;
}

/** What is left of some sources, the youngest first, each with ascending entries. */
export function mergeModel(sources: readonly (readonly ReferenceEntry[])[], rules: Visibility): ReferenceEntry[] {
  return groupByKey(mergeSources(sources)).flatMap((versions) => keepVersions(versions, rules));
}

/** All entries in order, and of equal ones the youngest source's. */
function mergeSources(sources: readonly (readonly ReferenceEntry[])[]): ReferenceEntry[] {
  // The sort is stable: equal entries stay in the order of their sources.
  const all = sources.flat().sort(compareEntries);
  return all.filter((entry, i) => i === 0 || compareEntries(all[i - 1], entry) !== 0);
}

function groupByKey(entries: readonly ReferenceEntry[]): ReferenceEntry[][] {
  const groups: ReferenceEntry[][] = [];
  for (const entry of entries) {
    const group = groups.at(-1);
    if (group && compareKeys(group[0].key, entry.key) === 0) group.push(entry);
    else groups.push([entry]);
  }
  return groups;
}

function keepVersions(entries: readonly ReferenceEntry[], { readers, bottom, now }: Visibility): ReferenceEntry[] {
  const versions = entries.filter((entry) => entry.kind !== KIND_RANGE_DELETE).map((entry) => expired(entry, now));
  const kept = new Set<bigint>();
  versions.forEach((version, i) => {
    const newer = versions.at(i - 1)!;
    const isNewest = i === 0;
    const isSeen = isNewest || readers.some((reader) => version.epoch <= reader && reader < newer.epoch);
    const isBase = !isNewest && newer.kind === KIND_MERGE;
    if (isSeen || isBase || version.kind === KIND_MERGE) kept.add(version.epoch);
  });
  const end = versions.findIndex(
    ({ kind, epoch }) => bottom && kind === KIND_DELETE && kept.has(epoch) && readers.every((reader) => reader >= epoch),
  );
  const alive = new Set((end < 0 ? versions : versions.slice(0, end)).map((version) => version.epoch));
  return entries
    .filter((entry) => entry.kind === KIND_RANGE_DELETE || (kept.has(entry.epoch) && alive.has(entry.epoch)))
    .map((entry) => expired(entry, now));
}

/** A put that expired is a delete. */
function expired(entry: ReferenceEntry, now: bigint): ReferenceEntry {
  const expires = (entry.kind === KIND_PUT || entry.kind === KIND_POINTER) && entry.expiry > 0n && entry.expiry <= now;
  return expires
    ? { key: entry.key, epoch: entry.epoch, kind: KIND_DELETE, value: new Uint8Array(0), expiry: 0n, extension: undefined }
    : entry;
}
