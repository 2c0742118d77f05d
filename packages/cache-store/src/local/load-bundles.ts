// What an earlier handle has left in the local store: the directories of its bundles are read, their pieces when somebody wants them.

import type { ObjectInfo, ObjectStore } from '@varve/core';
import { BUNDLE_HEADER_BYTES, decodeDirectory, directoryLength, type BundleDirectory } from './bundle-format.ts';

const BUNDLE_PREFIX = 'bundle/';
/** Directories that are read at once. */
const AT_ONCE = 32;

/** A bundle that is there. */
export interface FoundBundle extends ObjectInfo {
  /** Undefined: it is damaged, of another version, or no bundle. */
  readonly directory: BundleDirectory | undefined;
  /** Where its pieces begin. */
  readonly start: number;
}

/** Name of a bundle: ascending in the order in which they are written. Two handles that know nothing of each other never take the same. */
export function bundleName(sequence: number, nonce: string): string {
  return `${BUNDLE_PREFIX}${String(sequence).padStart(15, '0')}-${nonce}`;
}

/** Its place in the order; 0 for what has none. */
export function bundleSequence(name: string): number {
  return Number(/^bundle\/(\d{15})-/.exec(name)?.[1] ?? 0);
}

/** All bundles, the oldest first. */
export async function loadBundles(local: ObjectStore): Promise<FoundBundle[]> {
  const infos = await local.list(BUNDLE_PREFIX);
  const found: FoundBundle[] = [];
  for (let i = 0; i < infos.length; i += AT_ONCE) {
    found.push(...(await Promise.all(infos.slice(i, i + AT_ONCE).map((info) => loadBundle(local, info)))));
  }
  return found;
}

async function loadBundle(local: ObjectStore, { name, size }: ObjectInfo): Promise<FoundBundle> {
  const nothing = { name, size, directory: undefined, start: 0 };
  if (size < BUNDLE_HEADER_BYTES) return nothing;
  try {
    const reader = await local.openObject(name, size);
    try {
      const header = new Uint8Array(BUNDLE_HEADER_BYTES);
      await reader.readInto(header, 0);
      const length = directoryLength(header, size);
      if (length === undefined) return nothing;
      const json = new Uint8Array(length);
      await reader.readInto(json, BUNDLE_HEADER_BYTES);
      return { name, size, directory: decodeDirectory(header, json, size), start: BUNDLE_HEADER_BYTES + length };
    } finally {
      await reader.close();
    }
  } catch {
    // A bundle that cannot be read is of no use to anybody: it goes, as a damaged one does.
    return nothing;
  }
}
