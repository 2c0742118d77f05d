// What can be known of this process and of a directory: memory after garbage was collected, open handles, files.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Both Node and Deno with a flag, and Bun, have it. */
const { gc, Bun } = globalThis as { gc?: () => void; Bun?: { gc(force: boolean): void } };

/** Collects garbage, and what finalizers let go of. */
export async function collectGarbage(): Promise<void> {
  for (let i = 0; i < 2; i++) {
    if (Bun === undefined) gc?.();
    else Bun.gc(true);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** Handles that this process has open, or undefined where nobody counts them. The one that looks counts as well. */
export function openHandles(): number | undefined {
  for (const folder of ['/proc/self/fd', '/dev/fd']) {
    try {
      return readdirSync(folder).length;
    } catch {
      continue; // Another system.
    }
  }
  return undefined;
}

/** Number and bytes of all files below a directory. */
export function filesBelow(directory: string): { readonly files: number; readonly bytes: number } {
  let files = 0;
  let bytes = 0;
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    files++;
    bytes += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return { files, bytes };
}
