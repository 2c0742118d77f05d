// The open files of a store and the catalog over them. They are opened by whoever first asks and can wait; who cannot wait finds them open, as after
// `open` of a database, or is told that they are not.

import { StorageError, type MaybePromise } from '@varve/core';
import { Catalog } from './catalog.ts';
import { Journal } from './journal.ts';
import { storageError } from './opfs-errors.ts';
import { closeFiles, type OpenFiles, type OpfsFiles } from './opfs-files.ts';

const RETRY_MS = 25;

interface Place {
  readonly files: OpfsFiles;
  readonly catalog: Catalog;
}

export class OpfsHome {
  readonly #open: OpenFiles;
  readonly #patienceMs: number;
  #place: Place | undefined;
  #opening: Promise<Place | undefined> | undefined;
  locked: object | undefined;

  /** `patienceMs`: how long files may be held by a tab or worker that is on its way out. */
  constructor(open: OpenFiles, patienceMs: number) {
    this.#open = open;
    this.#patienceMs = patienceMs;
  }

  get isOpen(): boolean {
    return this.#place !== undefined;
  }

  /** The catalog, when the files are open. */
  get catalog(): Catalog {
    if (this.#place === undefined) throw new StorageError('CLOSED', 'the store is closed');
    return this.#place.catalog;
  }

  /** The catalog, as soon as the files are open. */
  entered(): MaybePromise<Catalog> {
    if (this.#place !== undefined) return this.#place.catalog;
    return this.#enter().then((isOpen) => {
      if (isOpen) return this.catalog;
      throw new StorageError('LOCKED', 'another tab or worker has this database open: close it, or work through it');
    });
  }

  /** Opens the files. False: somebody else has them. */
  async tryEnter(): Promise<boolean> {
    return this.#place !== undefined || this.#enter();
  }

  close(): void {
    const place = this.#place;
    this.#place = undefined;
    this.locked = undefined;
    if (place !== undefined) closeFiles(place.files);
  }

  async #enter(): Promise<boolean> {
    this.#opening ??= this.#openPlace().finally(() => (this.#opening = undefined));
    this.#place ??= await this.#opening;
    return this.#place !== undefined;
  }

  async #openPlace(): Promise<Place | undefined> {
    const files = await this.#openFiles();
    if (files === undefined) return undefined;
    try {
      return { files, catalog: new Catalog(new Journal(files.names), { data: files.objects, log: files.log }) };
    } catch (error) {
      closeFiles(files);
      throw storageError(error);
    }
  }

  async #openFiles(): Promise<OpfsFiles | undefined> {
    for (let waitedMs = 0; ; waitedMs += RETRY_MS) {
      try {
        const files = await this.#open();
        if (files !== undefined || waitedMs >= this.#patienceMs) return files;
      } catch (error) {
        throw storageError(error);
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
