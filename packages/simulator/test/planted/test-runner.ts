// Has a process run test files with planted bugs in their sources (tests-main.ts). It is started when it is needed, serves one order after the other, and
// ends with whoever started it.

import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ROOT } from './planted-source.ts';

export interface TestOrder {
  /** Of the bug. */
  readonly name: string;
  /** From the workspace's root. */
  readonly file: string;
}

export interface Finding {
  /** Names of tests. */
  readonly failed: readonly string[];
  /** What went wrong outside of tests: a file that could not be loaded, a promise that nobody waited for. */
  readonly errors: readonly string[];
}

const MAIN = fileURLToPath(new URL('./tests-main.ts', import.meta.url));
let runner: ChildProcess | undefined;

/** Undefined: it did not end in time. One order at a time. */
export function runTests(order: TestOrder, patienceMs: number): Promise<Finding | undefined> {
  const child = (runner ??= start());
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(alarm);
      for (const event of ['message', 'exit', 'error']) child.removeAllListeners(event);
      child.unref();
      child.channel?.unref();
    };
    const lose = (): void => {
      end();
      child.kill('SIGKILL');
      runner = undefined;
    };
    const alarm = setTimeout(() => (lose(), resolve(undefined)), patienceMs);
    child.on('message', (finding) => (end(), resolve(finding as Finding)));
    child.on('exit', (code, signal) => (lose(), reject(new Error(`${order.name}: the process of the tests ended with ${code ?? signal}`))));
    child.on('error', (error) => (lose(), reject(error)));
    child.ref();
    child.channel?.ref();
    child.send(order);
  });
}

function start(): ChildProcess {
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined };
  return fork(MAIN, { cwd: ROOT, env, execArgv: ['--conditions=source'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
}
