// varve <directory> gc

import { collectGarbage } from '@varve/core/checkpoint';
import type { Command } from 'commander';
import { newCommand, type CommonOptions, type Context } from '../command.ts';
import { stateOf } from '../database/space.ts';
import { Output } from '../output.ts';
import { assertWritable } from '../place/place.ts';
import { plural } from '../text/figures.ts';

export function gcCommand({ place }: Context): Command {
  return newCommand(
    'gc',
    'delete what nobody needs: what writers that died have left, checkpoints whose time is over; a writer may be at work',
    ['./data gc', `'s3://bucket/state?region=eu-north-1' gc`],
  ).action(async ({ json }: CommonOptions) => {
    assertWritable(place);
    const store = place.store();
    await stateOf(place, store);
    const objects = await collectGarbage(store);
    new Output(json === true).say(
      () => ({ objects }),
      () => (objects === 0 ? 'no garbage' : `deleted ${plural(objects, 'object')}`),
    );
  });
}
