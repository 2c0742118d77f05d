// A user without rights, whom only root can act as.

import { chmodSync, copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';
import type { StartOptions } from './programs.ts';

export const NOBODY = 65534;

/**
 * How a program is started as nobody, with a copy of the runtime in this folder, which all may read: the workspace may lie where others may not look, as in the home of
 * root.
 */
export function asNobody(folder: string): StartOptions {
  if (process.getuid?.() !== 0) {
    throw new Error('only root can act as another user: run as root, or set VARVE_WITHOUT_ROOT=1 to leave these tests out');
  }
  const executable = join(folder, 'runtime');
  if (!existsSync(executable)) {
    copyFileSync(execPath, executable);
    chmodSync(executable, 0o755);
  }
  return { uid: NOBODY, gid: NOBODY, executable };
}
