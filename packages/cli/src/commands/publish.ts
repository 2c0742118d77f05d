// varve <directory> publish [to]

import { StorageError } from '@varve/core';
import { copyDatabase, publish, type Publication } from '@varve/core/copy';
import type { Command } from 'commander';
import { newCommand, type CommonOptions, type Context } from '../command.ts';
import { stateOf, withDatabase } from '../database/space.ts';
import { Output } from '../output.ts';
import { ancestorStores } from '../place/ancestors.ts';
import { assertWritable, type Place } from '../place/place.ts';
import { placeOf } from '../place/place-of.ts';
import { withProgress } from '../progress.ts';
import { size } from '../text/figures.ts';

const UNFLUSHED_NOTE = 'readers see what its writer had flushed';

export function publishCommand({ place }: Context): Command {
  return newCommand(
    'publish',
    'let the database be read from a static host: write published.json beside it, which says what is the newest',
    [
      './data publish',
      './data publish ./site/places-2',
      `./data publish 's3://bucket/places-2?region=eu-north-1'`,
      `'s3://bucket/state?region=eu-north-1' publish`,
      'https://example.org/places-2 scan --limit 10',
    ],
  )
    .argument('[to]', 'copy the database to this place, where nothing is or an earlier copy of it, and publish the copy')
    .action(async (address: string | undefined, options: CommonOptions) => {
      const to = address === undefined ? place : placeOf(address);
      assertWritable(to);
      const isFlushed = address === undefined ? await flush(place) : await copy(place, to);
      const publication = await publish(to.store());
      say(to, publication, isFlushed, options);
    });
}

function say({ name }: Place, { database, bytes, manifests }: Publication, isFlushed: boolean, { json }: CommonOptions): void {
  const manifest = manifests.at(-1)?.number;
  new Output(json === true).say(
    () => ({ place: name, database, manifest, bytes, flushed: isFlushed }),
    () => [`published ${size(bytes)} in ${name}, manifest ${manifest}`, ...(isFlushed ? [] : ['', UNFLUSHED_NOTE])],
  );
}

/** A database that was closed may have its last writes in the log alone, which readers do not see. False: its writer has to flush it. */
async function flush(place: Place): Promise<boolean> {
  if (place.kind !== 'directory') return false;
  try {
    await withDatabase(place, {}, (db) => db.flush());
    return true;
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'LOCKED') throw error;
    return false;
  }
}

async function copy(from: Place, to: Place): Promise<boolean> {
  const isOurs = from.kind === 'directory';
  await withProgress({ label: 'copying', unit: 'bytes' }, async (progress) => {
    const onProgress = (done: number, total: number): void => progress.set(done, total === 0 ? 1 : done / total);
    if (isOurs) return withDatabase(from, {}, (db) => copyDatabase(db, to.store(), { onProgress }));
    const store = from.store();
    return copyDatabase(store, to.store(), { ancestors: ancestorStores(await stateOf(from, store)), onProgress });
  });
  return isOurs;
}
