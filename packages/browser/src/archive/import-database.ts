// A database out of a file, in the place of the one that is there.

import { objectsOf } from '@varve/archive';
import { exclusiveWorker } from '../tabs/exclusive-worker.ts';
import type { RestoreAnswer, RestoreQuestion } from '../tabs/messages.ts';
import { spawnWorker } from '../tabs/spawn-worker.ts';

/** Options of {@link importDatabase}. */
export interface ImportOptions {
  /** Called with how many bytes have been handed to the worker so far. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
  /** Makes the worker, as in `openDatabase`. */
  readonly worker?: (() => Worker) | undefined;
}

/**
 * Puts the database of a file, as `exportDatabase` or `varve backup` writes it, in the place of the one of this name. Every tab lets go of that one first:
 * open it again. The file is read through before anything is replaced; whatever fails, a crash as well, leaves the database as it was.
 *
 * @throws StorageError `CORRUPTION` when the file is damaged or is something else, `QUOTA` when there is no room for both databases.
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
  { onProgress = () => undefined, worker = spawnWorker }: ImportOptions = {},
): Promise<void> {
  const objects = objectsOf('stream' in file ? file.stream() : file);
  let pieces: AsyncIterator<Uint8Array> | undefined;
  let handed = 0;
  const answer = async (question: RestoreQuestion): Promise<{ message: RestoreAnswer; transfer?: ArrayBuffer[] }> => {
    if (question === 'object') {
      const { done, value: object } = await objects.next();
      if (done === true) return { message: {} };
      pieces = object.pieces[Symbol.asyncIterator]();
      return { message: { object: { name: object.name, size: object.size } } };
    }
    const { done, value } = await pieces!.next();
    if (done === true) return { message: {} };
    onProgress((handed += value.length));
    const piece = value.slice();
    return { message: { piece }, transfer: [piece.buffer] };
  };
  try {
    await exclusiveWorker({
      realm: globalThis,
      name,
      message: 'another database was put in its place: open it again',
      newWorker: worker,
      task: { restore: name },
      answer,
    });
  } finally {
    await objects.return(undefined);
  }
}
