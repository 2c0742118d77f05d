import { expect, it } from 'vitest';
import { readCommandLine } from './command-line.ts';

it('has defaults for everything, and takes parts by name', () => {
  expect(readCommandLine([])).toMatchObject({ rounds: 3, sizes: { entries: 500_000, loadEntries: 10_000_000 }, markdown: undefined });
  expect(readCommandLine(['--part', 'puts, load'])?.parts.map(({ name }) => name)).toEqual(['puts', 'load']);
  expect(readCommandLine(['--help'])).toBeUndefined();
});

it.each([
  [['--part', 'gets'], '--part has no gets: there are compared, puts'],
  [['--rounds', '0'], '--rounds must be a positive integer, not 0'],
])('refuses %j', (args, message) => {
  expect(() => readCommandLine(args)).toThrowError(message);
});
