// A database out of a file, in the place of the one that is there.

import { objectsOf } from '@varve/archive';
import { checkObjectName, type ObjectSource } from '@varve/core/copy';
import { StorageError } from '@varve/core/codecs';
import { checkName } from '../database-name.ts';
import { assertBrowser } from '../surroundings.ts';
import { findPlace } from '../host/places.ts';
import { exclusiveWorker } from '../tabs/exclusive-worker.ts';
import type { RestoreAnswer, RestoreQuestion } from '../tabs/messages.ts';
import { spawnWorker } from '../tabs/spawn-worker.ts';

/** Bytes that are handed to the worker at once. */
const PIECE_BYTES = 1 << 20;

/** Options of {@link importDatabase}. */
export interface ImportOptions {
  /** Called with how many bytes of the database have been handed to the worker so far. When all have been it reads them through once. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
  /** Ends it; the database stays as it was. */
  readonly signal?: AbortSignal | undefined;
  /** Linear memory to read it through with; a database with large values that `openDatabase` is given more for needs as much here. Default 64 MiB. */
  readonly memoryBudgetBytes?: number | undefined;
  /** Makes the worker, as in `openDatabase`. */
  readonly worker?: (() => Worker) | undefined;
}

/**
 * Puts the database of a file, as `exportDatabase` or `varve backup` writes it, in the place of the one of this name. Every tab lets go of that one first:
 * open it again. The file is read through before anything is replaced; whatever fails, a crash as well, leaves the database as it was.
 *
 * @throws StorageError `CORRUPTION` when the file is damaged or is something else, `QUOTA` when there is no room for both databases, `UNSUPPORTED` where
 * nothing can be stored, `UNAVAILABLE` when the browser's storage does not answer. TypeError for a name that no database has.
 *
 * @example
 * import { openDatabase } from '@varve/browser';
 * import { importDatabase } from '@varve/browser/archive';
 *
 * export async function restore(file: File) {
 *   await importDatabase('app', file);
 *   return openDatabase('app');
 * }
 */
export async function importDatabase(
  name: string,
  file: Blob | ReadableStream<Uint8Array>,
  { onProgress = () => undefined, signal, memoryBudgetBytes, worker: newWorker = spawnWorker }: ImportOptions = {},
): Promise<void> {
  checkName(name);
  const stream = 'stream' in file ? file.stream() : file;
  const source = new Source(objectsOf(stream), onProgress);
  try {
    // Nobody loses the database for a file that is something else.
    await source.begin();
    await assertStorage();
    const message = 'another database is being put in its place: open it again';
    const task = { restore: { name, memoryBudgetBytes } };
    await exclusiveWorker({ realm: globalThis, name, message, newWorker, signal, task, answer: (question) => source.answer(question) });
  } finally {
    await source.end();
    if (!stream.locked) await stream.cancel().catch(() => undefined);
  }
}

/** Nor for an import into nowhere: a database that lives in memory is not let go of for it. */
async function assertStorage(): Promise<void> {
  try {
    assertBrowser(globalThis);
    await navigator.locks.query();
    await findPlace('');
  } catch (cause) {
    if (cause instanceof StorageError) throw cause;
    throw new StorageError('UNSUPPORTED', 'nothing can be stored here: is storage blocked for this site?', { cause });
  }
}

/** What the worker asks for, one after the other. */
class Source {
  readonly #objects: AsyncGenerator<ObjectSource>;
  readonly #onProgress: (bytes: number) => void;
  #first: Promise<IteratorResult<ObjectSource>> | undefined;
  #pieces: AsyncIterator<Uint8Array> | undefined;
  #handed = 0;

  constructor(objects: AsyncGenerator<ObjectSource>, onProgress: (bytes: number) => void) {
    this.#objects = objects;
    this.#onProgress = onProgress;
  }

  async begin(): Promise<void> {
    this.#first = this.#objects.next();
    const { done, value } = await this.#first;
    if (done === true) throw new StorageError('CORRUPTION', 'the file is empty: this is no database');
    checkObjectName(value.name);
  }

  async answer(question: RestoreQuestion): Promise<{ message: RestoreAnswer; transfer?: ArrayBuffer[] }> {
    return question === 'object' ? { message: await this.#object() } : this.#piece();
  }

  async #object(): Promise<RestoreAnswer> {
    const { done, value } = await (this.#first ?? this.#objects.next());
    this.#first = undefined;
    if (done === true) return {};
    this.#pieces = value.pieces[Symbol.asyncIterator]();
    return { object: { name: value.name, size: value.size } };
  }

  /** Files come in pieces as they like: they are handed on in larger ones. */
  async #piece(): Promise<{ message: RestoreAnswer; transfer?: ArrayBuffer[] }> {
    const gathered: Uint8Array[] = [];
    let length = 0;
    while (length < PIECE_BYTES) {
      const { done, value } = await this.#pieces!.next();
      if (done === true) break;
      gathered.push(value);
      length += value.length;
    }
    if (length === 0) return { message: {} };
    const piece = new Uint8Array(length);
    let at = 0;
    for (const each of gathered) {
      piece.set(each, at);
      at += each.length;
    }
    this.#onProgress((this.#handed += length));
    return { message: { piece }, transfer: [piece.buffer] };
  }

  async end(): Promise<void> {
    await this.#objects.return(undefined);
  }
}
