// varve <directory> compact

import type { LevelStats } from '@varve/core';
import type { Command } from 'commander';
import { newCommand, type CommonOptions, type Context } from '../command.ts';
import { withDatabase } from '../database/space.ts';
import { Output } from '../output.ts';
import type { Place } from '../place/place.ts';
import { withProgress, type Progress } from '../progress.ts';
import { duration, size } from '../text/figures.ts';
import { levelPicture } from '../text/level-picture.ts';

export function compactCommand({ place }: Context): Command {
  return newCommand('compact', 'merge everything, so that what was deleted or overwritten is gone and reads are fastest', [
    './data compact',
  ]).action(async (options: CommonOptions) => {
    const done = await withProgress({ label: 'compacting', unit: 'bytes' }, (progress) => compact(place, progress));
    new Output(options.json === true).say(
      () => ({
        before: done.before,
        after: done.after,
        bytesBefore: bytesOf(done.before),
        bytesAfter: bytesOf(done.after),
        ms: Math.round(done.ms),
      }),
      () => [`${size(bytesOf(done.before))} became ${size(bytesOf(done.after))} in ${duration(done.ms)}`, '', ...levelPicture(done.after)],
    );
  });
}

interface Compacted {
  readonly before: readonly LevelStats[];
  readonly after: readonly LevelStats[];
  readonly ms: number;
}

async function compact(place: Place, progress: Progress): Promise<Compacted> {
  let written = 0;
  let whole = 0;
  const onEvent = (event: { readonly kind: string; readonly writtenBytes?: number }): void => {
    written += event.writtenBytes ?? 0;
    progress.set(written, whole === 0 ? undefined : Math.min(0.99, written / whole));
  };
  return withDatabase(place, { onEvent }, async (db) => {
    await db.flush();
    const before = db.stats().levels;
    whole = bytesOf(before);
    await db.compact();
    await db.idle();
    return { before, after: db.stats().levels, ms: progress.elapsedMs };
  });
}

function bytesOf(levels: readonly LevelStats[]): number {
  return levels.reduce((sum, level) => sum + level.bytes, 0);
}
