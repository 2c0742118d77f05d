// Starts `store-program` in a process of its own, on the runtime that runs the test.

import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll } from 'vitest';

/** A process that runs the store program. */
export interface StoreProcess {
  readonly child: ChildProcess;
  /** The next line it tells; undefined at its end. */
  next(): Promise<unknown>;
  /** Everything it still tells. */
  rest(): Promise<unknown[]>;
  /** Kills it at once, as a crash does, and waits until it is gone. */
  kill(): Promise<void>;
  /** Its exit status, once it ends by itself. */
  readonly ended: Promise<number | null>;
}

/** A folder for one test file, removed at its end, and the way to start processes. */
export function storeProcesses() {
  const folder = mkdtempSync(join(tmpdir(), 'varve-fs-'));
  const program = join(folder, 'store-program.mjs');
  const running = new Set<StoreProcess>();

  beforeAll(async () => {
    // Other users are to read the program and make their directories.
    chmodSync(folder, 0o777);
    await build({
      entryPoints: [fileURLToPath(new URL('store-program.ts', import.meta.url))],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'es2022',
      conditions: ['source'],
      logLevel: 'error',
    });
    chmodSync(program, 0o644);
  });
  afterAll(async () => {
    for (const each of running) await each.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (args: readonly (string | number)[], options: SpawnOptions & { prefix?: string[] } = {}): StoreProcess => {
    const { prefix = [], ...spawnOptions } = options;
    const [command, ...commandArgs] = [...prefix, ...runtime(), program, ...args.map(String)];
    const child = spawn(command, commandArgs, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, DENO_DIR: folder, HOME: folder },
      ...spawnOptions,
    });
    const started = watch(child);
    running.add(started);
    void started.ended.then(() => running.delete(started));
    return started;
  };
  return { folder, start };
}

/** How this runtime runs a program. */
function runtime(): string[] {
  return 'deno' in process.versions ? [process.execPath, 'run', '-A', '--no-config', '--no-lock'] : [process.execPath];
}

function watch(child: ChildProcess): StoreProcess {
  if (child.stdout === null) throw new Error('the process has no output');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<number | null>((resolve, reject) => child.on('exit', resolve).on('error', reject));
  const next = async (): Promise<unknown> => {
    const line = await lines.next();
    return line.done ? undefined : JSON.parse(line.value);
  };
  return {
    child,
    ended,
    next,
    async rest() {
      const all: unknown[] = [];
      for (let line = await next(); line !== undefined; line = await next()) all.push(line);
      return all;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
