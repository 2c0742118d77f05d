// varve <directory> restore <file>

import type { Command } from 'commander';
import { newCommand, type CommonOptions, type Context } from '../command.ts';
import { restoreFile } from '../database/restore-file.ts';
import { Output } from '../output.ts';
import { withProgress } from '../progress.ts';
import { duration, size } from '../text/figures.ts';

export function restoreCommand({ place }: Context): Command {
  return newCommand('restore', 'make a database from a file that backup wrote, in a directory where nothing is', [
    './copy restore data.tar',
    './copy restore - < data.tar',
  ])
    .argument('<file>', 'the file, or - for standard input')
    .action(async (file: string, options: CommonOptions) => {
      const { bytes, ms } = await withProgress({ label: 'restoring', unit: 'bytes' }, async (progress) => ({
        bytes: await restoreFile(place, file, progress),
        ms: progress.elapsedMs,
      }));
      new Output(options.json === true).say(
        () => ({ bytes, ms: Math.round(ms) }),
        () => `restored ${size(bytes)} in ${duration(ms)}`,
      );
    });
}
