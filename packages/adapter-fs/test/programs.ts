// Programs of tests in processes of their own, on the runtime that runs the test or on another one. A program is told what to do in its arguments and
// tells what happened in lines of JSON.

import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { commandOf, ownRuntime, type Runtime } from './runtimes.ts';

/** A process that runs a program. */
export interface ProgramProcess {
  readonly child: ChildProcess;
  /** The next line it tells; undefined at its end. */
  next(): Promise<unknown>;
  /** Everything it still tells. */
  rest(): Promise<unknown[]>;
  /** Kills it at once, as a crash does, and waits until it is gone. */
  kill(): Promise<void>;
  /** Its exit status, once it ends by itself; null when it was killed. */
  readonly ended: Promise<number | null>;
}

export interface StartOptions extends SpawnOptions {
  /** What stands before the runtime on the command line. */
  readonly prefix?: readonly string[];
  /** Default: the one that runs the test. */
  readonly runtime?: Runtime;
  /** Where the runtime is. Default: where it is found. */
  readonly executable?: string;
  /** The program can collect garbage when it likes. */
  readonly exposesGc?: boolean;
}

/** Starts a bundled program. */
export function startProgram(program: string, args: readonly (string | number)[], options: StartOptions = {}): ProgramProcess {
  const { prefix = [], runtime = ownRuntime(), executable, exposesGc = false, ...spawnOptions } = options;
  const [found, ...runtimeArgs] = commandOf(runtime, exposesGc);
  const [command, ...commandArgs] = [...prefix, executable ?? found, ...runtimeArgs, program, ...args.map(String)];
  const home = dirname(program);
  const child = spawn(command, commandArgs, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, DENO_DIR: home, HOME: home },
    ...spawnOptions,
  });
  return watch(child);
}

/** Deno's `child.kill` does nothing for a process that was sent another signal before. */
function killNow(child: ChildProcess): void {
  try {
    if (child.exitCode === null && child.signalCode === null) process.kill(child.pid!, 'SIGKILL');
  } catch (error) {
    if ((error as { code?: string }).code !== 'ESRCH') throw error;
  }
}

function watch(child: ChildProcess): ProgramProcess {
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
      killNow(child);
      await ended;
    },
  };
}
