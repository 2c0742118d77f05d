// varve <directory> stats

import type { DatabaseStats, KeySpaceInfo } from '@varve/core';
import type { ManifestState } from '@varve/core/inspect';
import type { Command } from 'commander';
import { newCommand, type CommonOptions, type Context } from '../command.ts';
import { levelSizes } from '../database/level-sizes.ts';
import { stateOf, withDatabase } from '../database/space.ts';
import { Output } from '../output.ts';
import { count, plural, size } from '../text/figures.ts';
import { levelPicture, type PicturedLevel } from '../text/level-picture.ts';
import { style } from '../text/style.ts';
import { facts, table } from '../text/table.ts';

export function statsCommand({ place }: Context): Command {
  return newCommand('stats', 'what the database holds: levels, log, memory, key spaces', ['./data stats', './data stats --json']).action(
    async (options: CommonOptions) => {
      const state = await stateOf(place);
      if (place.kind !== 'directory') return sayStored(place.name, state, options);
      await withDatabase(place, {}, async (db) => {
        const stats = db.stats();
        new Output(options.json === true).say(
          () => ({ directory: place.name, ...stats, keySpaces: state.keySpaces }),
          () => describe(place.name, stats, state.keySpaces),
        );
      });
    },
  );
}

/** What the newest manifest says. Whoever writes has more in memory and in the log. */
function sayStored(name: string, state: ManifestState, { json }: CommonOptions): void {
  const { term, number: manifest, database, flushedEpoch, keySpaces } = state;
  const levels = levelSizes(state);
  new Output(json === true).say(
    () => ({ place: name, database, term, manifest, flushedEpoch, levels, keySpaces }),
    () => [
      heading(name),
      ...facts([
        ['in SSTs', inSsts(levels)],
        ['term', String(term)],
        ['manifest', String(manifest)],
        ['flushed', `up to epoch ${flushedEpoch}`],
      ]),
      ...pictures(levels, keySpaces),
    ],
  );
}

function describe(directory: string, stats: DatabaseStats, keySpaces: readonly KeySpaceInfo[]): string[] {
  const { memtable, log, memory } = stats;
  return [
    heading(directory),
    ...facts([
      ['in SSTs', inSsts(stats.levels)],
      [
        'in memory',
        `${plural(memtable.entries, 'entry', 'entries')} in the active memtable, ${plural(memtable.frozen, 'memtable')} waiting to be flushed`,
      ],
      ['log', `segments ${log.firstSegment} to ${log.segment}`],
      ['memory', `${size(memory.allocatedBytes)} of ${size(memory.budgetBytes)} given out`],
      ['term', `${stats.term}: this is the ${ordinal(stats.term)} time that the database is open`],
      ['manifest', String(stats.manifest)],
    ]),
    ...pictures(stats.levels, keySpaces),
  ];
}

function inSsts(levels: readonly PicturedLevel[]): string {
  const sum = (what: 'bytes' | 'entries' | 'ssts'): number => levels.reduce((total, level) => total + level[what], 0);
  return `${plural(sum('entries'), 'entry', 'entries')} in ${plural(sum('ssts'), 'SST')}, ${size(sum('bytes'))}`;
}

function pictures(levels: readonly PicturedLevel[], keySpaces: readonly KeySpaceInfo[]): string[] {
  return [
    '',
    heading('levels'),
    ...levelPicture(levels),
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
