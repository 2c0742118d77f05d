// Who a process is, in words that last longer than the process: its id alone will be given to another one day. Written into lock files and into the
// names of temporary files, so that what a dead process left is told from what a living one needs.
//
//   <pid>.<start>.<boot>.<namespace>.<host>      parts are [a-zA-Z0-9-], empty where the system does not tell
//
// start: when the process began (field 22 of /proc/<pid>/stat, https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html). boot: which run of the
// system (its random id on Linux, elsewhere `t` and the second it began). namespace: which set of process ids (containers have their own).

import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import { codeOf } from './fs-errors.ts';

export interface ProcessIdentity {
  readonly pid: number;
  readonly start: string;
  readonly boot: string;
  readonly namespace: string;
  readonly host: string;
}

/** What is known of another process: `unknown` where it cannot be seen from here. */
export type Liveness = 'alive' | 'dead' | 'unknown';

// Clocks are corrected now and then, which moves a start that is computed from them.
const BOOT_TOLERANCE_S = 30;

/** This process. */
export function thisProcess(): ProcessIdentity {
  return {
    pid: process.pid,
    start: processState('self')?.start ?? '',
    boot: ask(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8), '') || bootTime(),
    namespace: ask(() => readlinkSync('/proc/self/ns/pid').replace(/\D/g, ''), ''),
    host: ask(hostname, '')
      .replace(/[^a-zA-Z0-9]/g, '-')
      .slice(0, 60),
  };
}

function bootTime(): string {
  const runningS = ask(uptime, undefined);
  return runningS === undefined ? '' : `t${Math.round(Date.now() / 1000 - runningS)}`;
}

export function encodeIdentity({ pid, start, boot, namespace, host }: ProcessIdentity): string {
  return [pid, start, boot, namespace, host].join('.');
}

/** The identity that a text names, or undefined when it names none. */
export function decodeIdentity(text: string): ProcessIdentity | undefined {
  const found = /^(\d{1,10})\.(\d*)\.([a-zA-Z0-9-]*)\.(\d*)\.([a-zA-Z0-9-]*)$/.exec(text);
  if (found === null) return undefined;
  const [, pid, start, boot, namespace, host] = found;
  return { pid: Number(pid), start, boot, namespace, host };
}

/** Whether a process still runs, as far as `here` (this process) can tell. */
export function livenessOf(other: ProcessIdentity, here: ProcessIdentity = thisProcess()): Liveness {
  const sameSystem = here.boot === '' ? other.host === here.host : sameBoot(other.boot, here.boot);
  if (sameSystem && other.namespace === here.namespace) return runs(other);
  // The same host with another boot or another set of process ids: the machine or the container was started anew.
  return other.host === here.host ? 'dead' : 'unknown';
}

function sameBoot(a: string, b: string): boolean {
  if (a.startsWith('t') && b.startsWith('t')) return Math.abs(Number(a.slice(1)) - Number(b.slice(1))) <= BOOT_TOLERANCE_S;
  return a === b;
}

function runs({ pid, start }: ProcessIdentity): Liveness {
  const state = processState(pid);
  if (state !== undefined) return state.running && (start === '' || start === state.start) ? 'alive' : 'dead';
  try {
    process.kill(pid, 0);
    return 'alive';
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return 'dead';
    return codeOf(error) === 'EPERM' ? 'alive' : 'unknown';
  }
}

/** What /proc tells; undefined where there is none, or none for this process. A process that only waits for its parent runs no more. */
function processState(pid: number | 'self'): { running: boolean; start: string } | undefined {
  const stat = ask(() => readFileSync(`/proc/${pid}/stat`, 'latin1'), '');
  if (stat === '') return undefined;
  // The name of the program, in parentheses, may hold anything; fields are counted from behind it, the state first (field 3).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { running: !'ZXx'.includes(fields[0]), start: fields[19] };
}

/** The answer of the system, or `otherwise` where it does not give one (another system, or no permission). */
function ask<T>(question: () => T, otherwise: T): T {
  try {
    return question();
  } catch {
    return otherwise;
  }
}
