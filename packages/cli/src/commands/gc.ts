// varve <directory> gc

import { StorageError, type ObjectStore } from '@varve/core';
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
    'delete what nobody needs: what writers that died have left, checkpoints whose time is over; in a bucket a writer may be at work',
    ['./data gc', `'s3://bucket/state?region=eu-north-1' gc`],
  ).action(async ({ json }: CommonOptions) => {
    assertWritable(place);
    const store = place.store();
    await stateOf(place, store);
    const objects = await alone(store, () => collectGarbage(store));
    new Output(json === true).say(
      () => ({ objects }),
      () => (objects === 0 ? 'no garbage' : `deleted ${plural(objects, 'object')}`),
    );
  });
}

/** Where there is a lock a writer keeps nothing for others, and its own reads may still need what it has just replaced. */
async function alone<T>(store: ObjectStore, work: () => Promise<T>): Promise<T> {
  if (store.lock === undefined) return work();
  const release = await store.lock();
  if (release === undefined) throw new StorageError('LOCKED', 'a writer has this database open: it deletes what nobody needs by itself');
  try {
    return await work();
  } finally {
    await release();
  }
}
