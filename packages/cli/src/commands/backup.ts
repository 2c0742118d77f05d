// varve <directory> backup <file>

import type { Command } from 'commander';
import { archiveDatabase, archiveImage } from '@varve/archive';
import { storedImageOf } from '@varve/core/copy';
import { newCommand, type CommonOptions, type Context } from '../command.ts';
import { stateOf, withDatabase } from '../database/space.ts';
import { ancestorStores } from '../place/ancestors.ts';
import { toJson } from '../output.ts';
import type { Place } from '../place/place.ts';
import { withProgress, type Progress } from '../progress.ts';
import { duration, size } from '../text/figures.ts';
import { writeFileWhole } from '../whole-file.ts';

export function backupCommand({ place }: Context): Command {
  return newCommand('backup', 'write the whole database to one file, a tar of its objects: restore it, or look into it as it is', [
    './data backup data.tar',
    './data backup - | gzip > data.tar.gz',
    'data.tar scan --prefix city/NO/',
  ])
    .argument('<file>', 'the file, or - for standard output; a file that exists is replaced once the new one is whole')
    .action(async (file: string, options: CommonOptions) => {
      const { bytes, ms } = await withProgress({ label: 'backing up', unit: 'bytes' }, (progress) => backUp(place, file, progress));
      const answer = options.json === true ? toJson({ bytes, ms: Math.round(ms) }) : `backed up ${size(bytes)} in ${duration(ms)}`;
      // Standard output is for the file; what is said about it goes beside it.
      (file === '-' ? process.stderr : process.stdout).write(`${answer}\n`);
    });
}

async function backUp(place: Place, file: string, progress: Progress): Promise<{ bytes: number; ms: number }> {
  const onProgress = (done: number, total: number): void => progress.set(done, done / total);
  const write = async (archive: ReadableStream<Uint8Array<ArrayBuffer>>) => ({
    bytes: await writeFileWhole(file, archive),
    ms: progress.elapsedMs,
  });
  if (place.kind === 'directory') return withDatabase(place, {}, (db) => write(archiveDatabase(db, { onProgress })));
  const store = place.store();
  const ancestors = ancestorStores(await stateOf(place, store));
  return write(archiveImage(() => storedImageOf(store, { ancestors }), { onProgress }));
}
