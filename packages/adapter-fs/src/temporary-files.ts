// Files that are being written, under names of their own until they are whole: `_tmp/<identity of the process>~<nonce>-<n>`. What dead processes
// left is removed before the first one is made; what living ones need is never touched.

import { readdirSync, rmSync, statSync } from 'node:fs';
import { isMissing } from './fs-errors.ts';
import type { Folders } from './folders.ts';
import { TEMPORARY_FOLDER } from './object-paths.ts';
import { decodeIdentity, encodeIdentity, livenessOf, thisProcess } from './process-identity.ts';

// Of a process on another machine it is not known whether it lives: nobody takes that long to write a file.
const ABANDONED_AFTER_MS = 7 * 24 * 3600 * 1000;

export class TemporaryFiles {
  readonly #folders: Folders;
  readonly #folder: string;
  #prefix: string | undefined;
  #count = 0;

  constructor(folders: Folders) {
    this.#folders = folders;
    this.#folder = `${folders.directory}/${TEMPORARY_FOLDER}`;
  }

  /** A path that nobody else uses, in a folder that is there. */
  newPath(): string {
    this.#folders.make(this.#folder);
    this.#prefix ??= this.#begin();
    return `${this.#prefix}-${this.#count++}`;
  }

  #begin(): string {
    removeAbandoned(this.#folder);
    return `${this.#folder}/${encodeIdentity(thisProcess())}~${crypto.randomUUID().slice(0, 8)}`;
  }
}

function removeAbandoned(folder: string): void {
  const here = thisProcess();
  for (const name of readdirSync(folder)) {
    const owner = decodeIdentity(name.slice(0, name.indexOf('~')));
    if (owner === undefined) continue;
    const liveness = livenessOf(owner, here);
    const path = `${folder}/${name}`;
    if (liveness === 'dead' || (liveness === 'unknown' && ageMs(path) > ABANDONED_AFTER_MS)) rmSync(path, { recursive: true, force: true });
  }
}

function ageMs(path: string): number {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}
