// A backup file in the place of a directory: it is unpacked for the time of one command, which may only look.

import { mkdtempSync, rmSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Prepare } from '../command.ts';
import { usage } from '../failure.ts';
import { removingAfter } from '../interrupted.ts';
import type { Place } from '../place/place.ts';
import { placeOf } from '../place/place-of.ts';
import { withProgress } from '../progress.ts';
import { restoreFile } from './restore-file.ts';

const WRITING: readonly string[] = [
  'put',
  'delete',
  'import',
  'compact',
  'checkpoint',
  'delete-checkpoint',
  'clone',
  'gc',
  'serve-compactor',
  'publish',
  'bench',
];

export async function isFile(path: string): Promise<boolean> {
  return path !== '' && ((await stat(path).catch(() => undefined))?.isFile() ?? false);
}

/** A directory for what is in the file, for the time of `use`. It is filled when a command is sure to need it. */
export async function withUnpacked<T>(file: string, use: (place: Place, prepare: Prepare) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'varve-'));
  const place = placeOf(directory);
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  const prepare = async (command: string): Promise<void> => {
    if (command === 'restore') throw usage(`the directory comes first: varve ./data restore ${file}`);
    if (WRITING.includes(command)) {
      throw usage(`${file} is a file, which is only looked into: varve ./data restore ${file} makes a database that ${command} works on`);
    }
    await withProgress({ label: 'unpacking', unit: 'bytes' }, (progress) => restoreFile(place, file, progress));
  };
  return removingAfter(remove, () => use(place, prepare));
}
