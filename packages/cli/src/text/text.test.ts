import { describe, expect, it } from 'vitest';
import { bar, progressBar } from './bar.ts';
import { count, duration, plural, rate, size } from './figures.ts';
import { levelPicture } from './level-picture.ts';
import { printable } from './printable.ts';
import { table } from './table.ts';

describe('figures', () => {
  it('read as people write them', () => {
    expect([count(171_075), size(0), size(1023), size(5_588_000), size(2 ** 40)]).toEqual([
      '171,075',
      '0 B',
      '1023 B',
      '5.33 MiB',
      '1.00 TiB',
    ]);
    expect([0.02, 5, 420, 4560, 125_000].map(duration)).toEqual(['20 µs', '5.00 ms', '420 ms', '4.56 s', '2 min 5 s']);
    expect([rate(500, 2000), plural(1, 'entry', 'entries'), plural(2, 'SST')]).toEqual(['250/s', '1 entry', '2 SSTs']);
  });
});

describe('bars', () => {
  it('are exact to an eighth, and show whatever is more than nothing', () => {
    expect([bar(0, 8), bar(0.0001, 8), bar(0.5, 8), bar(1, 8), bar(9, 8)]).toEqual(['', '▏', '████', '████████', '████████']);
    expect([progressBar(-1, 4), progressBar(0.5, 4), progressBar(2, 4)]).toEqual(['░░░░', '██░░', '████']);
  });
});

describe('the picture of the levels', () => {
  it('lines up, and stops behind the last level that holds anything', () => {
    const level = { ssts: 0, bytes: 0, entries: 0, tombstones: 0, score: 0 };
    const levels = [
      { ...level, level: 0, ssts: 2, bytes: 1024, entries: 10, score: 0.25 },
      { ...level, level: 1, ssts: 1, bytes: 2048, entries: 1000, tombstones: 5, score: undefined },
      { ...level, level: 2 },
    ];
    expect(levelPicture(levels)).toEqual([
      'level  SSTs      size  entries  deletes  score',
      `L0        2  1.00 KiB       10        0   0.25  ${'█'.repeat(16)}`,
      `L1        1  2.00 KiB    1,000        5      -  ${'█'.repeat(32)}`,
    ]);
    expect(levelPicture([{ ...level, level: 0 }])).toEqual(['every level is empty: what was written is in the log']);
  });
});

describe('text for a terminal', () => {
  it('never steers it', () => {
    expect(printable('a\n\u001b[31mb\u202e')).toBe('a\\n\\u{1b}[31mb\\u{202e}');
  });

  it('stands in columns', () => {
    expect(
      table(
        [{ title: 'name' }, { title: 'n', right: true }],
        [
          ['a', '10'],
          ['long name', '5'],
        ],
      ),
    ).toEqual(['name        n', 'a          10', 'long name   5']);
  });
});
