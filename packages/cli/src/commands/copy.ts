// varve <directory> copy <to>

import { createCheckpoint } from '@varve/core/checkpoint';
import { copyDatabase } from '@varve/core/copy';
import type { Command } from 'commander';
import { integer, newCommand, type CommonOptions, type Context } from '../command.ts';
import { withSourceAt } from '../database/source.ts';
import { stateOf } from '../database/space.ts';
import { Output } from '../output.ts';
import { ancestorStores } from '../place/ancestors.ts';
import { assertWritable } from '../place/place.ts';
import { placeOf } from '../place/place-of.ts';
import { withProgress } from '../progress.ts';
import { duration, size } from '../text/figures.ts';

const DAY_MS = 86_400_000;

interface Options extends CommonOptions {
  readonly checkpoint?: string;
  readonly keep?: string;
  readonly days?: number;
}

export function copyCommand({ place }: Context): Command {
  return newCommand(
    'copy',
    'copy the database to a place where nothing is, or bring an earlier copy up to date: only what that does not have is moved',
    [
      `./data copy 's3://bucket/backup?region=eu-north-1'`,
      `'s3://bucket/state?region=eu-north-1' copy /backup/state --keep 2026-11-21 --days 30`,
      '/backup/state copy ./restored --checkpoint 2026-11-21',
    ],
  )
    .argument('<to>', 'a path or an address')
    .option('--checkpoint <name>', 'a state that is kept, instead of the newest')
    .option('--keep <name>', 'keep the copy as it is now under this name when the next one comes')
    .option('--days <n>', 'how long (default: until it is deleted)', integer(1))
    .action(async (address: string, { json, checkpoint, keep, days }: Options) => {
      const to = placeOf(address);
      assertWritable(to);
      const { bytes, ms } = await withProgress({ label: 'copying', unit: 'bytes' }, async (progress) => {
        const onProgress = (done: number, total: number): void => progress.set(done, total === 0 ? 1 : done / total);
        const moved = await withSourceAt(place, checkpoint, async (source) =>
          copyDatabase(source, to.store(), { ancestors: ancestorStores(await stateOf(place)), onProgress }),
        );
        return { bytes: moved, ms: progress.elapsedMs };
      });
      if (keep !== undefined) await createCheckpoint(to.store(), keep, { expiresInMs: days === undefined ? undefined : days * DAY_MS });
      new Output(json === true).say(
        () => ({ place: to.name, bytes, ms: Math.round(ms), checkpoint: keep }),
        () => (bytes === 0 ? `nothing was missing in ${to.name}` : `copied ${size(bytes)} to ${to.name} in ${duration(ms)}`),
      );
    });
}
