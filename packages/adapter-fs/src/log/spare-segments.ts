// Truncated log files that wait to be written over: their blocks are there already, so synced appends to them write no metadata from the first one on.
// They are named `wal/_spare~<nonce>`; at most two are kept.
//
// A file may only become a spare when nobody can write to it any more: the log hands over segments that it has created and closed itself. A writer
// that was taken over (a stopped process, say) keeps its own segments open, and those are unlinked, never reused. A spare is claimed by renaming
// it away, so that one log gets it; one that still has another name (after a power cut) is not used, since both names would share their bytes.

import { readdirSync, renameSync, rmSync, statSync, unlinkSync } from 'node:fs';
import { codeOf, isMissing } from '../fs-errors.ts';
import { isWithoutLinks, type Link } from '../publish.ts';
import type { TemporaryFiles } from '../temporary-files.ts';

const MOST_SPARES = 2;
const SPARE = '_spare~';

export class SpareSegments {
  readonly #folder: string;
  readonly #temporaryFiles: TemporaryFiles;
  readonly #link: Link;
  /** Paths of spares; those that an earlier process left are adopted when they are first needed. */
  #paths: string[] | undefined;

  constructor(folder: string, temporaryFiles: TemporaryFiles, link: Link) {
    this.#folder = folder;
    this.#temporaryFiles = temporaryFiles;
    this.#link = link;
  }

  /** Takes a file that nobody writes to any more. False: there are enough, and the file stays. */
  keep(path: string): boolean {
    const spares = this.#known();
    if (spares.length >= MOST_SPARES) return false;
    const spare = `${this.#folder}/${SPARE}${crypto.randomUUID()}`;
    renameSync(path, spare);
    spares.push(spare);
    return true;
  }

  /** Gives a spare the name `path`. False: there is none, or the name is taken. */
  give(path: string): boolean {
    const spares = this.#known();
    for (let spare = spares.pop(); spare !== undefined; spare = spares.pop()) {
      const claimed = this.#claim(spare);
      if (claimed === undefined) continue;
      if (this.#name(claimed, path)) return true;
      renameSync(claimed, spare);
      spares.push(spare);
      return false;
    }
    return false;
  }

  #known(): string[] {
    this.#paths ??= readdirSync(this.#folder)
      .filter((name) => name.startsWith(SPARE))
      .map((name) => `${this.#folder}/${name}`);
    return this.#paths;
  }

  /** Undefined: another has it, or it cannot be used. */
  #claim(spare: string): string | undefined {
    const claimed = this.#temporaryFiles.newPath();
    try {
      renameSync(spare, claimed);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
    if (statSync(claimed).nlink === 1) return claimed;
    rmSync(claimed);
    return undefined;
  }

  #name(claimed: string, path: string): boolean {
    try {
      this.#link(claimed, path);
    } catch (error) {
      if (codeOf(error) === 'EEXIST' || isWithoutLinks(error)) return false;
      throw error;
    }
    unlinkSync(claimed);
    return true;
  }
}
