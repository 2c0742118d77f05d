// varve <directory> clone <to>

import { cloneDatabase } from '@varve/core/checkpoint';
import type { Command } from 'commander';
import { newCommand, type CommonOptions, type Context } from '../command.ts';
import { withSource } from '../database/source.ts';
import { Output } from '../output.ts';
import { assertWritable } from '../place/place.ts';
import { placeOf } from '../place/place-of.ts';

export function cloneCommand({ place }: Context): Command {
  return newCommand('clone', 'make a database that goes on from this one and leaves its data where they are', [
    './data clone ./experiment',
    `'s3://bucket/state?region=eu-north-1' clone ./experiment --checkpoint 2026-11-21`,
  ])
    .argument('<to>', 'a path or an address where nothing is')
    .option('--checkpoint <name>', 'a state that is kept, instead of the newest')
    .action(async (to: string, { json, checkpoint: from }: CommonOptions & { readonly checkpoint?: string }) => {
      const clone = placeOf(to);
      for (const each of [place, clone]) assertWritable(each);
      const { checkpoint } = await withSource(place, (source) =>
        cloneDatabase(source, clone.store(), { checkpoint: from, address: place.address }),
      );
      new Output(json === true).say(
        () => ({ place: clone.name, of: place.address, checkpoint }),
        () => [
          `${clone.name} goes on from ${place.name}, which keeps what it needs as ${checkpoint}`,
          '',
          'delete that checkpoint with the clone, not before',
        ],
      );
    });
}
