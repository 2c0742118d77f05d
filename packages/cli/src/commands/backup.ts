// varve <directory> backup <file>

import type { Command } from 'commander';
import { archiveDatabase } from '@varve/archive';
import { newCommand, type CommonOptions, type Context } from '../command.ts';
import { withDatabase } from '../database/space.ts';
import { toJson } from '../output.ts';
import { withProgress, type Progress } from '../progress.ts';
import { duration, size } from '../text/figures.ts';
import { writeFileWhole } from '../whole-file.ts';

export function backupCommand({ directory }: Context): Command {
  return newCommand('backup', 'write the whole database to one file, a tar of its objects: restore it, or look into it as it is', [
    './data backup data.tar',
    './data backup - | gzip > data.tar.gz',
    'data.tar scan --prefix city/NO/',
  ])
    .argument('<file>', 'the file, or - for standard output; a file that exists is replaced once the new one is whole')
    .action(async (file: string, options: CommonOptions) => {
      const { bytes, ms } = await withProgress({ label: 'backing up', unit: 'bytes' }, (progress) => backUp(directory, file, progress));
      const answer = options.json === true ? toJson({ bytes, ms: Math.round(ms) }) : `backed up ${size(bytes)} in ${duration(ms)}`;
      // Standard output is for the file; what is said about it goes beside it.
      (file === '-' ? process.stderr : process.stdout).write(`${answer}\n`);
    });
}

async function backUp(directory: string, file: string, progress: Progress): Promise<{ bytes: number; ms: number }> {
  return withDatabase(directory, {}, async (db) => {
    const onProgress = (done: number, total: number): void => progress.set(done, done / total);
    return { bytes: await writeFileWhole(file, archiveDatabase(db, { onProgress })), ms: progress.elapsedMs };
  });
}
