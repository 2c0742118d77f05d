// A copy of a database in another store: its objects as they are, nothing is decoded and written anew. What an earlier copy has already is not moved again.

import { readState } from '../inspect/manifest.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { imageOf, type DatabaseImage } from './image.ts';
import { isOpenDatabase, type ImageSource } from './image-source.ts';
import { piecesOf } from './pieces.ts';
import { alone, restoreObjects } from './restore.ts';
import { storedImageOf } from './stored-image.ts';
import { CopyUpdate } from './update-copy.ts';
import type { ObjectSource } from './write-object.ts';

/** Options of {@link copyDatabase}. */
export interface CopyOptions {
  /** Of a clone in a store: the stores of the databases that it comes from, the nearest first. */
  readonly ancestors?: readonly ObjectStore[] | undefined;
  /** Called after each piece, with bytes. */
  readonly onProgress?: ((copied: number, total: number) => void) | undefined;
  /** Ends the copying; what was written so far is deleted. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Copies a database as it is now: an open one, everything written before included, or the one in a store, as far as its writer has flushed. Writes go on
 * meanwhile, and are not in it. It is copied to a store where nothing is, or where an earlier copy of it is that nobody has opened: then only what that
 * does not have is moved, and what it needs no more is deleted, unless a checkpoint there keeps it. Until the end it stays the earlier copy. The copy is the
 * same database with a history of its own from here on. Returns how many bytes were moved.
 *
 * @throws StorageError `CONFLICT` when something else is in the store, `LOCKED` when somebody works there, `QUOTA` when the copy does not fit, `UNAVAILABLE` when
 * there is nothing to be copied.
 *
 * @example
 * import { memoryStore, open } from '@varve/core';
 * import { copyDatabase } from '@varve/core/copy';
 * const db = await open(memoryStore());
 * await db.put('key', 'value');
 * const backup = memoryStore();
 * await copyDatabase(db, backup);
 * await db.put('key', 'another');
 * await copyDatabase(db, backup);
 * await db.close();
 * const elsewhere = memoryStore();
 * await copyDatabase(backup, elsewhere);
 * const copy = await open(elsewhere);
 * console.log(await copy.get('key'));
 * await copy.close();
 */
export async function copyDatabase(
  from: ImageSource | ObjectStore,
  to: ObjectStore,
  { ancestors, onProgress, signal }: CopyOptions = {},
): Promise<number> {
  signal?.throwIfAborted();
  await using image = await (isOpenDatabase(from) ? imageOf(from) : storedImageOf(from, { ancestors }));
  if ((await readState(to)) === undefined) {
    await restoreObjects(sourcesOf(image), to, { signal, onProgress: (copied) => onProgress?.(copied, image.bytes) });
    return image.bytes;
  }
  return await alone(to, async () => {
    const update = await CopyUpdate.plan(image, to);
    const { missingBytes } = update;
    let copied = 0;
    if (!update.isDone) await update.run({ signal, onPiece: (bytes) => onProgress?.((copied += bytes), missingBytes) });
    return missingBytes;
  });
}

async function* sourcesOf(image: DatabaseImage): AsyncGenerator<ObjectSource> {
  for (const object of image.objects) yield { ...object, pieces: piecesOf(image, object) };
}
