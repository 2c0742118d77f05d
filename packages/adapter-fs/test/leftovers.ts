// Files in a database's directory that nobody needs: what the newest manifest does not name, what no writer will name, what was never given a name.

import { readdirSync } from 'node:fs';
import { relative, join } from 'node:path';
import { idText, readState, type ManifestState } from '@varve/core/inspect';
import { fsStore } from '../src/index.ts';

/** Manifests behind the newest one that a reader may still be on its way through: two stretches from snapshot to snapshot (docs/PROTOCOL.md, rule 1). */
const MOST_OLD_MANIFESTS = 32;
/** Files of the log that wait to be written over, and the lock that was taken last. */
const MOST_SPARES = 2;
const MOST_LOCKS = 1;

/** Names of the files that should be gone once a database is idle. */
export async function leftoversIn(directory: string): Promise<string[]> {
  const state = await readState(fsStore(directory));
  if (state === undefined) throw new Error(`there is no database in ${directory}`);
  const names = filesIn(directory);
  const ssts = new Set([...state.version.ssts()].flatMap(({ id }) => [`sst/${idText(id)}.sst`, `sst/${idText(id)}.meta`]));
  const missing = [...ssts].filter((name) => !names.includes(name));
  if (missing.length > 0) throw new Error(`objects that the manifest names are missing: ${missing.join()}`);
  const spares = names.filter((name) => name.startsWith('wal/_spare~')).slice(0, MOST_SPARES);
  const locks = names.filter((name) => /^_lock\/\d{20}$/.test(name)).slice(-MOST_LOCKS);
  const needed = new Set([...ssts, ...spares, ...locks]);
  return names.filter((name) => !needed.has(name) && !isNeededNumber(name, state));
}

function isNeededNumber(name: string, { number, logPosition }: ManifestState): boolean {
  const manifest = /^manifest\/(\d{20})\.manifest$/.exec(name);
  if (manifest !== null) return Number(manifest[1]) <= number && Number(manifest[1]) > number - MOST_OLD_MANIFESTS;
  const segment = /^wal\/(\d{20})\.wal$/.exec(name);
  return segment !== null && Number(segment[1]) >= logPosition;
}

function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}
