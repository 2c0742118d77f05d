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

/** A program that runs. */
export interface Running {
  readonly ended: Promise<Ended>;
  /** The first line that it says, or all it said when it ended before. */
  readonly line: Promise<string>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts `varve`. `variables` are added to the environment. */
export async function startVarve(
  args: readonly string[],
  input: string | Uint8Array = '',
  variables: Readonly<Record<string, string>> = {},
): Promise<Running> {
  const program = await (bundled ??= bundle());
  const { deno } = process.versions as { deno?: string };
  const env = { ...process.env, NO_COLOR: '1', NODE_OPTIONS: '', ...variables };
  const child = spawn(process.execPath, [...(deno === undefined ? [] : ['run', '-A']), program, ...args], {
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.stdin.on('error', () => undefined); // Programs that do not read it end before it is written.
  child.stdin.end(input);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
  const line = new Promise<string>((resolve) => {
    const look = (): void => resolve(out.split('\n')[0]!);
    child.stdout.on('data', () => out.includes('\n') && look());
    child.on('close', look);
  });
  // Deno takes a child that it has sent a signal for killed by it, however it ends: so it is sent past the child.
  return { ended, line, kill: (signal) => void process.kill(child.pid!, signal) };
}

/** Runs `varve` to its end. */
export async function varve(...args: Parameters<typeof startVarve>): Promise<Ended> {
  return (await startVarve(...args)).ended;
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
