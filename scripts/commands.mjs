// Running other programs: output is kept for whoever wants to show it, nobody waits for an answer on stdin, and a program that does not end
// is ended.

import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { binaries, root } from './workspace.mjs';

const DEFAULT_TIMEOUT_MS = 5 * 60_000;

/** Groups of programs that run now: they end with this process, since they are not in its group. @type {Set<number>} */
const groups = new Set();
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => {
    for (const group of groups) endGroup(group);
    process.exit(1);
  });
}

/**
 * @typedef {object} Outcome
 * @property {boolean} ok the program ended by itself with status 0
 * @property {string} output what it printed on both streams, in order of arrival
 */

/**
 * Runs a program in the workspace, its own dependencies first on the path.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, timeoutMs?: number}} [options]
 * @returns {Promise<Outcome>}
 */
export function run(program, args, { cwd = root, env = {}, timeoutMs = DEFAULT_TIMEOUT_MS } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env: environment(env), stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const group = child.pid;
    if (group !== undefined) groups.add(group);
    let output = '';
    /** @param {string} text */
    const keep = (text) => {
      output += text;
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    const timer = setTimeout(() => {
      keep(`\n${program} did not end within ${timeoutMs / 1000} s\n`);
      if (group !== undefined) endGroup(group);
    }, timeoutMs);
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ ok: false, output: `${output}${program}: ${error.message}\n` });
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      if (group !== undefined) groups.delete(group);
      resolve({ ok: code === 0, output: stripVTControlCharacters(output) });
    });
  });
}

/**
 * @typedef {object} Started
 * @property {string} ready what it printed when it was ready
 * @property {() => Promise<void>} end ends it and whatever it started
 */

/**
 * Starts a program in the workspace that goes on until it is ended.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, ready: RegExp, timeoutMs?: number }} options `ready` is what it prints, with one group
 * @returns {Promise<Started>}
 */
export function start(program, args, { cwd = root, env = {}, ready, timeoutMs = DEFAULT_TIMEOUT_MS }) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: environment(env), stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const group = child.pid;
    if (group !== undefined) groups.add(group);
    const closed = new Promise((/** @type {(value: void) => void} */ over) => child.on('close', () => over()));
    const end = () => {
      if (group !== undefined && groups.delete(group)) endGroup(group);
      return closed;
    };
    let output = '';
    /** @param {string} why */
    const fail = (why) => {
      clearTimeout(timer);
      void end();
      reject(new Error(`${program} ${args.join(' ')}: ${why}\n${output}`));
    };
    const timer = setTimeout(() => fail(`not ready within ${timeoutMs / 1000} s`), timeoutMs);
    /** @param {string} text */
    const keep = (text) => {
      output += text;
      const found = ready.exec(stripVTControlCharacters(output))?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve({ ready: found, end });
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    child.on('error', (error) => fail(error.message));
    child.on('close', () => fail('it ended'));
  });
}

/**
 * The program as the machine has it, not as the workspace's dependencies bring it.
 * @param {string} program
 * @returns {string | undefined} absolute path
 */
export function findOnMachine(program) {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder && !folder.includes('node_modules'));
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * CI keeps programs from asking, NO_COLOR keeps output readable in a log.
 * @param {Record<string, string>} extra
 */
function environment(extra) {
  const { FORCE_COLOR: _color, ...inherited } = process.env;
  return { ...inherited, PATH: `${binaries}${delimiter}${process.env['PATH'] ?? ''}`, CI: 'true', NO_COLOR: '1', ...extra };
}

/** Programs such as test runners start others: all of them end. @param {number} group */
function endGroup(group) {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // It ended between the timer and now.
  }
}
