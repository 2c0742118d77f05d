// The runtimes in which programs of tests are started, each as its own executable: a signal that is sent to a wrapper does not reach the program.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const RUNTIMES = ['node', 'deno', 'bun'] as const;
export type Runtime = (typeof RUNTIMES)[number];

/** How a runtime tells where its executable is. */
const QUESTIONS: Readonly<Record<Runtime, readonly string[]>> = {
  node: ['-p', 'process.execPath'],
  deno: ['eval', '--no-config', 'console.log(Deno.execPath())'],
  bun: ['-e', 'console.log(process.execPath)'],
};

const executables = new Map<Runtime, string>();

/** The one that runs this. */
export function ownRuntime(): Runtime {
  return 'deno' in process.versions ? 'deno' : 'bun' in process.versions ? 'bun' : 'node';
}

/** How a runtime runs a program; `exposesGc`: with a `gc()` that programs can call. */
export function commandOf(runtime: Runtime, exposesGc = false): string[] {
  const gc = exposesGc ? [runtime === 'deno' ? '--v8-flags=--expose-gc' : '--expose-gc'] : [];
  if (runtime === 'deno') return [executableOf(runtime), 'run', '-A', '--no-config', '--no-lock', ...gc];
  return [executableOf(runtime), ...gc];
}

/** What it calls itself: `Node 24.21.0`. */
export function versionOf(runtime: Runtime): string {
  const said = execFileSync(executableOf(runtime), ['--version'], { encoding: 'utf8' });
  return `${runtime[0].toUpperCase()}${runtime.slice(1)} ${/\d+\.\d+\.\d+/.exec(said)?.[0]}`;
}

/** The runtime of that name, as an option of a command line. */
export function runtimeNamed<More extends string>(option: string, more: readonly More[]): Runtime | More {
  const known: readonly (Runtime | More)[] = [...RUNTIMES, ...more];
  const found = known.find((name) => name === option);
  if (found === undefined) throw new TypeError(`--runtime takes ${known.join(', ')}, not ${option}`);
  return found;
}

/** Those of the workspace, which stand beside the tests' own tools. */
function executableOf(runtime: Runtime): string {
  if (runtime === ownRuntime()) return process.execPath;
  let executable = executables.get(runtime);
  if (executable === undefined) {
    const binary = fileURLToPath(new URL(`../../../node_modules/.bin/${runtime}`, import.meta.url));
    executable = execFileSync(binary, [...QUESTIONS[runtime]], { encoding: 'utf8' }).trim();
    executables.set(runtime, executable);
  }
  return executable;
}
