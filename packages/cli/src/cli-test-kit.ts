// For tests: the program as a child process in whichever runtime runs the test. It is bundled from its sources once a test file: a start then takes a
// quarter of the time.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions } from 'esbuild';
import { afterAll } from 'vitest';

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const PROGRAM = fileURLToPath(new URL('./bin.ts', import.meta.url));
/** A dependency is CommonJS and asks for modules of Node. */
const BANNER = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

const folders: string[] = [];
let bundled: Promise<string> | undefined;
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function bundle(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'varve-cli-bundle-'));
  folders.push(folder);
  const outfile = join(folder, 'varve.mjs');
  const shape: BuildOptions = {
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['source'],
    banner: { js: BANNER },
  };
  await build({ entryPoints: [PROGRAM], outfile, logLevel: 'error', ...shape });
  return outfile;
}

/** Runs `varve` to its end. */
export async function varve(args: readonly string[], input: string | Uint8Array = ''): Promise<Ended> {
  const program = await (bundled ??= bundle());
  const { deno } = process.versions as { deno?: string };
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NO_COLOR: '1', NODE_OPTIONS: '' };
    const child = spawn(process.execPath, [...(deno === undefined ? [] : ['run', '-A']), program, ...args], {
      env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
    child.stdin.on('error', () => undefined); // Programs that do not read it end before it is written.
    child.stdin.end(input);
  });
}

/** The same, where it must succeed: what it answered in JSON. */
export async function varveJson(args: readonly string[], input: string | Uint8Array = ''): Promise<unknown> {
  const { code, out, err } = await varve([...args, '--json'], input);
  if (code !== 0) throw new Error(`varve ${args.join(' ')} ended with ${code}: ${err}`);
  return JSON.parse(out);
}

/** Lines of NDJSON. */
export function jsonLines(text: string): unknown[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}
