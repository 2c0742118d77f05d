// The folders of one store: made when they are first needed, and made to last. A name survives a power cut only when its folder was synced, and so
// does that folder's own name. Another process may have made a folder and died before it synced it, so the first sync covers the way up once more.

import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from './fs-errors.ts';
import { syncFolder } from './file-steps.ts';
import type { Steps } from './steps.ts';

export class Folders {
  /** Absolute path of the store's directory. */
  readonly directory: string;
  /** Folders above `directory` that hold something which this store has made. */
  readonly #made = new Set<string>();
  /** Folders whose own names are known to last. */
  readonly #anchored = new Set<string>();

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Makes sure that a folder is there. Quick; it lasts with the first `sync` of it. */
  make(folder: string): void {
    if (existsSync(folder)) return;
    const parent = dirname(folder);
    if (parent !== folder) this.make(parent);
    try {
      mkdirSync(folder);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    if (!parent.startsWith(this.directory)) this.#made.add(parent);
  }

  /** Names that were added to the folder last afterwards. */
  *sync(folder: string): Steps<void> {
    yield* syncFolder(folder);
    yield* this.#anchor(folder);
  }

  /** The folder's own name lasts afterwards, and so do those of the folders that lead to it. */
  *#anchor(folder: string): Steps<void> {
    if (this.#anchored.has(folder)) return;
    const parent = dirname(folder);
    if (folder === this.directory) {
      for (const above of new Set([parent, ...this.#made])) yield* syncForeignFolder(above);
    } else {
      yield* syncFolder(parent);
      yield* this.#anchor(parent);
    }
    this.#anchored.add(folder);
  }
}

/** A folder above the store's own may be closed to this user; then it cannot be synced, and whoever made it has to. */
function* syncForeignFolder(path: string): Steps<void> {
  try {
    yield* syncFolder(path);
  } catch (error) {
    if (codeOf(error) !== 'EACCES' && codeOf(error) !== 'EPERM') throw error;
  }
}
