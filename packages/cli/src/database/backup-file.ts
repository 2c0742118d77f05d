// A backup file in the place of a directory: it is unpacked for the time of one command, which may only look.

import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { usage } from '../failure.ts';
import { withProgress } from '../progress.ts';
import { restoreFile } from './restore-file.ts';

const WRITING: readonly string[] = ['put', 'delete', 'import', 'compact', 'restore', 'bench'];

export async function isFile(path: string): Promise<boolean> {
  return path !== '' && ((await stat(path).catch(() => undefined))?.isFile() ?? false);
}

/** Runs `use` on a directory with what is in the file. */
export async function withUnpacked<T>(file: string, command: string | undefined, use: (directory: string) => Promise<T>): Promise<T> {
  if (command !== undefined && WRITING.includes(command)) {
    throw usage(`${file} is a file, which is only looked into: varve ./data restore ${file} makes a database that ${command} works on`);
  }
  const directory = await mkdtemp(join(tmpdir(), 'varve-'));
  try {
    await withProgress({ label: 'unpacking', unit: 'bytes' }, (progress) => restoreFile(directory, file, progress));
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
