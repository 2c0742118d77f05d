// The tree as a picture: a bar a level, as long as the level is large.

import { bar } from './bar.ts';
import { count, size } from './figures.ts';
import { table } from './table.ts';

/** What is drawn of one level. `score` is unknown where nobody plans compactions. */
export interface PicturedLevel {
  readonly level: number;
  readonly ssts: number;
  readonly bytes: number;
  readonly entries: number;
  readonly tombstones: number;
  readonly score: number | undefined;
}

const WIDTH = 32;

/** Levels down to the last that holds anything. */
export function levelPicture(levels: readonly PicturedLevel[]): string[] {
  const deepest = Math.max(-1, ...levels.filter(({ ssts }) => ssts > 0).map(({ level }) => level));
  const shown = levels.slice(0, deepest + 1);
  if (shown.length === 0) return ['every level is empty: what was written is in the log'];
  const largest = Math.max(...shown.map(({ bytes }) => bytes));
  return table(
    [
      { title: 'level' },
      { title: 'SSTs', right: true },
      { title: 'size', right: true },
      { title: 'entries', right: true },
      { title: 'deletes', right: true },
      { title: 'score', right: true },
      { title: '' },
    ],
    shown.map(({ level, ssts, bytes, entries, tombstones, score }) => [
      `L${level}`,
      count(ssts),
      size(bytes),
      count(entries),
      count(tombstones),
      score === undefined ? '-' : score.toFixed(2),
      bar(bytes / largest, WIDTH),
    ]),
  );
}
