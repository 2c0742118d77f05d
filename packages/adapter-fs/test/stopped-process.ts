// Processes that are stopped for a while and go on as if nothing had happened.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { ProgramProcess } from './programs.ts';

/** Stops a process, and waits until the system has done so. False: it had ended before. */
export async function stop(target: ProgramProcess): Promise<boolean> {
  if (!send(target, 'SIGSTOP')) return false;
  for (;;) {
    const state = stateOf(target);
    if (state === 'T') return true;
    if (state === undefined || state === 'Z') return false;
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** Lets a stopped process go on. */
export function goOn(target: ProgramProcess): void {
  send(target, 'SIGCONT');
}

/** Deno's `child.kill` sends a signal once only. False: nobody is there. */
function send({ child }: ProgramProcess, signal: NodeJS.Signals): boolean {
  if (child.exitCode !== null || child.signalCode !== null) return false;
  try {
    process.kill(child.pid!, signal);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code !== 'ESRCH') throw error;
    return false;
  }
}

/** What the system says a process is doing: `T` is stopped, `Z` has ended. */
function stateOf({ child }: ProgramProcess): string | undefined {
  try {
    if (process.platform !== 'linux') return execFileSync('ps', ['-o', 'stat=', '-p', String(child.pid)], { encoding: 'utf8' }).trim()[0];
    return /.*\) (.)/s.exec(readFileSync(`/proc/${child.pid}/stat`, 'latin1'))?.[1];
  } catch {
    return undefined; // It has ended, and nothing of it is left.
  }
}
