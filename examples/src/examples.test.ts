// Every example runs as users run it, in a process and a folder of its own, and says what it should.

import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const base = mkdtempSync(join(tmpdir(), 'varve-examples-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const START_TIMEOUT_MS = 120_000;

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** What the runtime wants before the program's name, so that packages come from their sources. */
function runtimeArguments(): string[] {
  const { deno, bun } = process.versions as { deno?: string; bun?: string };
  if (deno !== undefined) return ['run', '-A', '--conditions=source'];
  return bun === undefined ? ['--conditions=source', '--no-warnings'] : ['--conditions=source'];
}

function run(name: string, ...args: string[]): Promise<Ended> {
  const program = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const cwd = mkdtempSync(join(base, `${name}-`));
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NO_COLOR: '1', NODE_OPTIONS: '', TMPDIR: cwd };
    const child = spawn(process.execPath, [...runtimeArguments(), program, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

it('first writes, reads and scans', async () => {
  const { code, out, err } = await run('first');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^\{\s+population: 709000,?\s+\}\ncity\/NO\/Bergen 292000\ncity\/NO\/Oslo 709000\n$/);
});

it('streaming writes what its stream gives and finds it in order', async () => {
  const { code, out, err } = await run('streaming', '20000');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^20000 entries in .* s\n19907 value 19907\n19807 value 19807\n19707 value 19707\n20000 entries counted\n$/);
});

it('batches moves money without losing any, though two are at it', async () => {
  const { code, out, err } = await run('batches');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^a Ada 5800n\nb Bo 4200n\na \d+ cents to Bo\na \d+ cents to Bo\n$/);
});

it('snapshots shows a moment that has passed', async () => {
  const { code, out, err } = await run('snapshots');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const line = out.replace(/\s+/g, ' ').replaceAll('"', "'");
  expect(line).toBe("then: [ [ 'apples', 3 ], [ 'pears', 5 ] ] now: [ [ 'apples', 99 ] ] apples: 109 ");
});

it(
  'start imports, answers, kills a writer, finds everything again and leaves nothing behind',
  async () => {
    const { code, out, err } = await run('start');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('GeoNames (https://www.geonames.org), CC BY 4.0');
    expect(out).toMatch(/171,075 places, each with an index entry/);
    expect(out).toMatch(/prefix \['IS'\]: Iceland +35 places/);
    expect(out).toMatch(/acknowledged places that are missing +none/);
    expect(out).toMatch(/a prefix of what was written +yes, index included/);
    expect(out).toMatch(/All is well, after .*\.\n$/);
    const left = readdirSync(base)
      .filter((name) => name.startsWith('start-'))
      .flatMap((name) => readdirSync(join(base, name)));
    expect(left.filter((name) => name.startsWith('varve-'))).toEqual([]);
  },
  START_TIMEOUT_MS,
);
