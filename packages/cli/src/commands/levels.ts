// varve <directory> levels

import { StorageError } from '@varve/core';
import type { Command } from 'commander';
import { newCommand, type CommonOptions, type Context } from '../command.ts';
import { levelSizes } from '../database/level-sizes.ts';
import { stateOf, withDatabase } from '../database/space.ts';
import { Output } from '../output.ts';
import type { Place } from '../place/place.ts';
import { levelPicture, type PicturedLevel } from '../text/level-picture.ts';

const LOCKED_NOTE = 'another process has the database open: this is its newest manifest; scores are not known from here';

export function levelsCommand({ place }: Context): Command {
  return newCommand('levels', 'a picture of the levels: sizes, SSTs, and scores (1 and more: due for a compaction)', [
    './data levels',
    './data levels --json',
  ]).action(async (options: CommonOptions) => {
    const { levels, locked } = await readLevels(place);
    new Output(options.json === true).say(
      () => ({ levels, locked }),
      () => [...levelPicture(levels), ...(locked ? ['', LOCKED_NOTE] : [])],
    );
  });
}

async function readLevels(place: Place): Promise<{ levels: readonly PicturedLevel[]; locked: boolean }> {
  const state = await stateOf(place);
  if (place.kind !== 'directory') return { levels: levelSizes(state), locked: false };
  try {
    return { levels: await withDatabase(place, {}, async (db) => db.stats().levels), locked: false };
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'LOCKED') throw error;
    return { levels: levelSizes(state), locked: true };
  }
}
