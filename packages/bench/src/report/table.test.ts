import { expect, it } from 'vitest';
import { formatValue, markdownTable, plainTable, tableOf } from './table.ts';

const lines = tableOf(
  [
    { scenario: 's', name: 'fill', unit: '/s', values: { varve: [400_000, 600_000], lmdb: [250_000] } },
    { scenario: 's', name: 'open', unit: 'ms', values: { lmdb: [1.5] } },
  ],
  ['varve', 'lmdb'],
);

it('shows medians, dashes for what is missing, and the ratio to the best other', () => {
  expect(lines).toEqual([
    ['measure', 'varve', 'lmdb', 'varve : best other'],
    ['fill', '500k/s', '250k/s', '2.00x'],
    ['open', '-', '1.50 ms', ''],
  ]);
});

it('aligns columns for a terminal', () => {
  expect(plainTable(lines).split('\n')[1]).toBe('fill     500k/s   250k/s               2.00x');
});

it('draws the table for a document', () => {
  expect(markdownTable(lines).split('\n').slice(0, 3)).toEqual([
    '| measure | varve | lmdb | varve : best other |',
    '| --- | --: | --: | --: |',
    '| fill | 500k/s | 250k/s | 2.00x |',
  ]);
});

it.each([
  [1_234_567, '/s', '1.23M/s'],
  [12_345, '/s', '12k/s'],
  [1234, '/s', '1.2k/s'],
  [123.4, 'ms', '123 ms'],
  [12.34, 'MB', '12.3 MB'],
  [0, 'entries', '0 entries'],
  [1.5, 'x', '1.50x'],
] as const)('writes %d %s as %s', (value, unit, text) => {
  expect(formatValue(value, unit)).toBe(text);
});
