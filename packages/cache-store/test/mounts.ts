// Small file systems in memory, which only root can mount. Where that is not possible set VARVE_WITHOUT_ROOT=1, which leaves out the tests that need them.

import { execFileSync } from 'node:child_process';

/** False: the tests that need root are left out, because somebody said so. */
export const withRoot = process.env['VARVE_WITHOUT_ROOT'] !== '1';

function run(program: string, ...args: string[]): void {
  execFileSync(program, args, { stdio: 'pipe' });
}

/** Mounts a file system of its own onto an empty directory. */
export function mountTmpfs(directory: string, size: string): void {
  try {
    run('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', directory);
  } catch (cause) {
    throw new Error('no file system could be mounted here: run as root, or set VARVE_WITHOUT_ROOT=1 to leave these tests out', { cause });
  }
}

export function unmount(directory: string): void {
  run('umount', '--lazy', directory);
}
