// The courtesy lock: numbered files `_lock/<20 digits>`, of which the highest one counts. Each is created whole and only if absent, tells who its owner
// is, and is emptied on release. Who finds the highest one empty, or its owner dead, creates the next number: one winner. So a lock that a dead
// process left blocks nobody, no file of another is removed while it counts, and a release after a take-over touches nothing of the new owner.
//
//   <identity of the process, see process-identity.ts>\n<when it was taken, for humans>\n

import { closeSync, openSync, readdirSync, readFileSync, rmSync, truncateSync, writeSync } from 'node:fs';
import type { LockOptions } from '@varve/core';
import { isMissing, type ErrorPlace } from './fs-errors.ts';
import type { ObjectFiles } from './object-files.ts';
import { LOCK_FOLDER } from './object-paths.ts';
import { naming } from './perform.ts';
import { decodeIdentity, encodeIdentity, livenessOf, thisProcess, type ProcessIdentity } from './process-identity.ts';
import { fileOf, publish } from './publish.ts';

/** Takes the lock: returns what releases it, or undefined when somebody holds it who is alive or cannot be seen from here. */
export function lockDirectory(files: ObjectFiles, { takeOver = false }: LockOptions = {}): (() => void) | undefined {
  const place: ErrorPlace = { directory: files.directory, intent: 'write' };
  const mine = naming(place, () => take(files, takeOver));
  return mine === undefined ? undefined : () => naming(place, () => release(mine));
}

/** Who holds the lock, as far as its file tells. */
export function lockHolder(files: ObjectFiles): string | undefined {
  return naming({ directory: files.directory, intent: 'read' }, () => {
    const folder = `${files.directory}/${LOCK_FOLDER}`;
    const newest = numbersIn(folder).at(-1);
    const owner = newest === undefined ? undefined : ownerOf(`${folder}/${newest}`);
    if (owner === undefined) return undefined;
    const here = thisProcess();
    if (owner.host !== here.host) return `process ${owner.pid} on ${owner.host}`;
    return owner.pid === here.pid ? 'this process' : `process ${owner.pid}`;
  });
}

/** Path of the lock file that is now this process's, or undefined. Each further turn means that another has created a number meanwhile. */
function take(files: ObjectFiles, takeOver: boolean): string | undefined {
  const folder = `${files.directory}/${LOCK_FOLDER}`;
  files.folders.make(folder);
  for (;;) {
    const newest = numbersIn(folder).at(-1);
    if (newest !== undefined && !takeOver && isHeld(`${folder}/${newest}`)) return undefined;
    const mine = String(BigInt(newest ?? 0) + 1n).padStart(20, '0');
    if (!create(files, `${folder}/${mine}`)) continue;
    // Whoever looked before the newest numbers were made may have created one that was used and removed long ago.
    const older = numbersIn(folder).filter((number) => number !== mine);
    const overtaken = older.some((number) => number > mine);
    for (const number of overtaken ? [mine] : older) rmSync(`${folder}/${number}`, { recursive: true, force: true });
    if (!overtaken) return `${folder}/${mine}`;
  }
}

function numbersIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /^\d{20}$/.test(name))
    .sort();
}

/** False: the number is taken. */
function create(files: ObjectFiles, path: string): boolean {
  const temporary = files.temporaryFiles.newPath();
  const descriptor = openSync(temporary, 'wx');
  try {
    writeSync(descriptor, `${encodeIdentity(thisProcess())}\n${new Date().toISOString()}\n`);
    return publish(descriptor, temporary, path, files.link);
  } finally {
    closeSync(descriptor);
    // A full disk takes the name and refuses the bytes.
    rmSync(temporary, { force: true });
  }
}

/** An unreadable lock is what a power cut leaves: then its owner is dead as well. */
function isHeld(path: string): boolean {
  const owner = ownerOf(path);
  return owner !== undefined && livenessOf(owner) !== 'dead';
}

function ownerOf(path: string): ProcessIdentity | undefined {
  try {
    return decodeIdentity(readFileSync(fileOf(path), 'latin1').split('\n', 1)[0]);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Gone: it was taken over. */
function release(path: string): void {
  try {
    truncateSync(fileOf(path), 0);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}
