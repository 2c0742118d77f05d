// Lists objects: a walk through the folders that can hold names with the prefix, then one sort, since folders do not come in the order of whole names
// (`a-x` sorts before `a/b`, which sorts before `a0`).

import { readdirSync, statSync, type Dirent } from 'node:fs';
import type { ObjectInfo } from '@varve/core';
import { pause } from './file-steps.ts';
import { isMissing } from './fs-errors.ts';
import { FOLDED_FILE } from './object-paths.ts';
import type { Steps } from './steps.ts';

const FILES_A_SLICE = 256;

/** Objects below `directory` whose names begin with `prefix` and come after `startAfter`, in order. */
export function* listObjects(directory: string, prefix: string, startAfter: string): Steps<ObjectInfo[]> {
  const found: ObjectInfo[] = [];
  // Folders still to be read, as the beginnings of names: '' or `sst/`.
  const folders = [prefix.slice(0, prefix.lastIndexOf('/') + 1)];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    let files = 0;
    for (const entry of entriesOf(`${directory}/${folder}`)) {
      if (entry.isDirectory()) {
        if (canHold(`${folder}${entry.name}/`, prefix)) folders.push(`${folder}${entry.name}/`);
        continue;
      }
      const name = entry.name === FOLDED_FILE ? folder.slice(0, -1) : folder + entry.name;
      if (name.includes('_') || !name.startsWith(prefix) || name <= startAfter) continue;
      const size = sizeOf(`${directory}/${folder}${entry.name}`);
      if (size !== undefined) found.push({ name, size });
      if (++files % FILES_A_SLICE === 0) yield* pause();
    }
  }
  // Names are ASCII, so the order of UTF-16 units is that of bytes.
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** True when an object in this folder, or the folder itself where it stands for an object, may begin with the prefix. */
function canHold(folder: string, prefix: string): boolean {
  if (folder.startsWith('_')) return false;
  return folder.startsWith(prefix) || prefix.startsWith(folder) || folder.slice(0, -1) === prefix;
}

function entriesOf(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Undefined: it was deleted since the folder was read. */
function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}
