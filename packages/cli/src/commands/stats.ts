// varve <directory> stats

import type { DatabaseStats, KeySpaceInfo } from '@varve/core';
import type { Command } from 'commander';
import { newCommand, type CommonOptions, type Context } from '../command.ts';
import { stateOf, withDatabase } from '../database/space.ts';
import { Output } from '../output.ts';
import { count, plural, size } from '../text/figures.ts';
import { levelPicture } from '../text/level-picture.ts';
import { style } from '../text/style.ts';
import { facts, table } from '../text/table.ts';

export function statsCommand({ directory }: Context): Command {
  return newCommand('stats', 'what the database holds: levels, log, memory, key spaces', ['./data stats', './data stats --json']).action(
    async (options: CommonOptions) => {
      const { keySpaces } = await stateOf(directory);
      await withDatabase(directory, {}, async (db) => {
        const stats = db.stats();
        new Output(options.json === true).say(
          () => ({ directory, ...stats, keySpaces }),
          () => describe(directory, stats, keySpaces),
        );
      });
    },
  );
}

function describe(directory: string, stats: DatabaseStats, keySpaces: readonly KeySpaceInfo[]): string[] {
  const bytes = stats.levels.reduce((sum, level) => sum + level.bytes, 0);
  const entries = stats.levels.reduce((sum, level) => sum + level.entries, 0);
  const ssts = stats.levels.reduce((sum, level) => sum + level.ssts, 0);
  const { memtable, log, memory } = stats;
  return [
    heading(directory),
    ...facts([
      ['in SSTs', `${plural(entries, 'entry', 'entries')} in ${plural(ssts, 'SST')}, ${size(bytes)}`],
      [
        'in memory',
        `${plural(memtable.entries, 'entry', 'entries')} in the active memtable, ${plural(memtable.frozen, 'memtable')} waiting to be flushed`,
      ],
      ['log', `segments ${log.firstSegment} to ${log.segment}`],
      ['memory', `${size(memory.allocatedBytes)} of ${size(memory.budgetBytes)} given out`],
      ['term', `${stats.term}: this is the ${ordinal(stats.term)} time that the database is open`],
      ['manifest', String(stats.manifest)],
    ]),
    '',
    heading('levels'),
    ...levelPicture(stats.levels),
    '',
    heading('key spaces'),
    ...table([{ title: 'id', right: true }, { title: 'name' }, { title: 'keys' }, { title: 'values' }], keySpaces.map(keySpaceRow)),
  ];
}

function keySpaceRow({ id, name, keys, values }: KeySpaceInfo): string[] {
  return [count(id), name === '' ? "(the database's own)" : name, keys, values];
}

function ordinal(n: number): string {
  const ending = n % 100 >= 11 && n % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${ending}`;
}

function heading(text: string): string {
  return style(process.stdout, 'bold', text);
}
