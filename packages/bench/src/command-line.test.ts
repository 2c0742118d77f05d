import { expect, it } from 'vitest';
import { readCommandLine } from './command-line.ts';

it('has defaults for everything', () => {
  const commandLine = readCommandLine([]);
  expect(commandLine).toMatchObject({ rounds: 3, sizes: { entries: 1_000_000, memoryBytes: 64 * 2 ** 20, seed: 1 }, json: undefined });
  expect(commandLine?.scenarios.map(({ name }) => name)).not.toContain('large');
  expect(commandLine?.peers[0]).toBe('varve');
});

it('takes lists and numbers with underscores', () => {
  const commandLine = readCommandLine(['--scenario', 'load,crash', '--peer', 'varve, lmdb', '--entries', '10_000', '--json', 'out.json']);
  expect(commandLine?.scenarios.map(({ name }) => name)).toEqual(['load', 'crash']);
  expect(commandLine?.peers).toEqual(['varve', 'lmdb']);
  expect(commandLine?.sizes.entries).toBe(10_000);
  expect(commandLine?.json).toBe('out.json');
});

it('asks for help', () => {
  expect(readCommandLine(['--help'])).toBeUndefined();
});

it.each([
  [['--scenario', 'lode'], '--scenario has no lode: there are load, defaults, puts'],
  [['--peer', 'redis'], '--peer has no redis: there are varve'],
  [['--rounds', '0'], '--rounds must be a positive integer, not 0'],
  [['--entries', 'many'], '--entries must be a positive integer, not many'],
  [['--frobnicate'], '--frobnicate'],
])('refuses %j', (args, message) => {
  expect(() => readCommandLine(args)).toThrowError(TypeError);
  expect(() => readCommandLine(args)).toThrowError(message);
});
