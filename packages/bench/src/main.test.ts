// The benchmark as a whole, small. It runs on the workspace's Node, whatever runs the test: its peers are native modules for Node.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { peerNames } from './peers/peers.ts';

const node = join(import.meta.dirname, '../../../node_modules/.bin/node');
const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'varve-bench-test-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(node, ['--conditions=source', main, '--folder', folder, ...args], { encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

it('finds that every driver does what the scenarios rely on', { timeout: 60_000 }, () => {
  const { status, output } = run('--scenario', 'check', '--rounds', '1', '--memory', '16');
  expect(output.match(/^check round 1 /gm)).toHaveLength(peerNames.length);
  expect({ status, output }).toMatchObject({ status: 0 });
});

it('measures, kills, and writes down what it found', { timeout: 60_000 }, () => {
  const json = join(folder, 'results.json');
  const markdown = join(folder, 'results.md');
  const { status, output } = run(
    '--scenario',
    'puts,crash',
    '--peer',
    'varve,lmdb',
    '--rounds',
    '2',
    '--entries',
    '2000',
    '--json',
    json,
    '--markdown',
    markdown,
  );
  expect({ status, output }).toMatchObject({ status: 0 });
  const found = JSON.parse(readFileSync(json, 'utf8')) as { results: { name: string; values: Record<string, number[]> }[] };
  expect(found.results.map(({ name }) => name)).toEqual([
    'put one by one, buffered',
    'put 64 at once, buffered',
    'open after kill -9, full log',
    'acknowledged entries lost',
  ]);
  expect(found.results[3].values).toEqual({ varve: [0, 0], lmdb: [0, 0] });
  expect(readFileSync(markdown, 'utf8')).toMatch(/^\| put one by one, buffered \| [\d.]+k\/s \| [\d.]+k\/s \| [\d.]+x \|$/m);
});

it('says what it does not understand', () => {
  const { status, output } = run('--peer', 'redis');
  expect(status).toBe(2);
  expect(output).toContain('--peer has no redis');
});
