// varve <directory> levels

import { StorageError } from '@varve/core';
import type { ManifestState } from '@varve/core/inspect';
import type { Command } from 'commander';
import { newCommand, type CommonOptions, type Context } from '../command.ts';
import { stateOf, withDatabase } from '../database/space.ts';
import { Output } from '../output.ts';
import { levelPicture, type PicturedLevel } from '../text/level-picture.ts';

const LOCKED_NOTE = 'another process has the database open: this is its newest manifest; scores are not known from here';

export function levelsCommand({ directory }: Context): Command {
  return newCommand('levels', 'a picture of the levels: sizes, SSTs, and scores (1 and more: due for a compaction)', [
    './data levels',
    './data levels --json',
  ]).action(async (options: CommonOptions) => {
    const { levels, locked } = await readLevels(directory);
    new Output(options.json === true).say(
      () => ({ levels, locked }),
      () => [...levelPicture(levels), ...(locked ? ['', LOCKED_NOTE] : [])],
    );
  });
}

async function readLevels(directory: string): Promise<{ levels: readonly PicturedLevel[]; locked: boolean }> {
  const state = await stateOf(directory);
  try {
    return { levels: await withDatabase(directory, {}, async (db) => db.stats().levels), locked: false };
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'LOCKED') throw error;
    return { levels: levelsOf(state), locked: true };
  }
}

function levelsOf({ version }: ManifestState): PicturedLevel[] {
  return version.levels.map((ssts, level) => ({
    level,
    ssts: ssts.length,
    bytes: ssts.reduce((sum, sst) => sum + sst.dataBytes + sst.metaBytes, 0),
    entries: ssts.reduce((sum, sst) => sum + sst.entries, 0),
    tombstones: ssts.reduce((sum, sst) => sum + sst.tombstones, 0),
    score: undefined,
  }));
}
