// The benchmark on object storage as a whole, small. It runs on the workspace's Node: its peer is a native module.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';

const node = join(import.meta.dirname, '../../../node_modules/.bin/node');
const main = join(import.meta.dirname, '../src/cloud/main.ts');
const folder = mkdtempSync(join(tmpdir(), 'varve-bench-cloud-test-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('measures every part with every peer, and writes the page', () => {
  const json = join(folder, 'results.json');
  const markdown = join(folder, 'page.md');
  const sizes = ['--entries', '3000', '--large-entries', '3000', '--load-entries', '3000', '--seconds', '1', '--rounds', '1'];
  const { status, stdout, stderr } = spawnSync(node, ['--conditions=source', main, ...sizes, '--json', json, '--markdown', markdown], {
    encoding: 'utf8',
  });
  expect(status, stdout + stderr).toBe(0);
  const { results } = JSON.parse(readFileSync(json, 'utf8')) as { results: { name: string; values: Record<string, number[]> }[] };
  const ours = Object.fromEntries(results.map(({ name, values }) => [name, values]));
  expect(Object.keys(ours['cold open']!)).toEqual(['varve', 'slatedb']);
  expect(Object.keys(ours['durable put, 64 writers']!)).toEqual(['varve', 'slatedb']);
  expect(ours['data requests a get']!['varve']![0]).toBeLessThanOrEqual(1);
  expect(ours['write amplification']!['varve']![0]).toBeGreaterThan(1);
  expect(ours["reader's open to first get: requests in a row"]!['varve']![0]).toBeGreaterThan(2);
  expect(readFileSync(markdown, 'utf8')).toMatch(/^\| full scan, against SlateDB \| 10x \| [\d.]+x \| (missed)? ?\|$/m);
});
