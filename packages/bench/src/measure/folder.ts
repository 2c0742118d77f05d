// The size of a database on disk, and whether it still changes.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const BLOCK_BYTES = 512; // the unit of `blocks`, whatever the file system's is
const LOOK_EVERY_MS = 250;
const QUIET_LOOKS = 4;
const MOST_LOOKS = 240;

/** Bytes that the folder's files occupy: allocated, not claimed (preallocated files may have holes). */
export function folderBytes(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.blocks ?? 0) * BLOCK_BYTES;
  }
  return bytes;
}

/** Waits until the folder has not changed its size for a second (a minute at most), and returns it. */
export async function quietFolderBytes(folder: string): Promise<number> {
  let bytes = folderBytes(folder);
  for (let quiet = 0, looks = 0; quiet < QUIET_LOOKS && looks < MOST_LOOKS; looks++) {
    await sleep(LOOK_EVERY_MS);
    const now = folderBytes(folder);
    quiet = now === bytes ? quiet + 1 : 0;
    bytes = now;
  }
  return bytes;
}
