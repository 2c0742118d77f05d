// A copy of an open database in another store: its objects as they are, nothing is decoded and written anew.

import type { ObjectStore } from '../store/object-store.ts';
import { imageOf, type DatabaseImage, type ImageObject, type ImageSource } from './image.ts';
import { restoreObjects, type ObjectSource } from './restore.ts';

const PIECE_BYTES = 1 << 20;

/** Options of {@link copyDatabase}. */
export interface CopyOptions {
  /** Called after each piece. */
  readonly onProgress?: ((copied: number, total: number) => void) | undefined;
  /** Ends the copying; what was written so far is deleted. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Copies a database as it is now to a store where nothing is. Writes go on meanwhile, and are not in it. The copy is the same database with a history of
 * its own from here on. Returns how many bytes it has.
 *
 * @throws StorageError `CONFLICT` when something is in the store, `LOCKED` when somebody works there, `QUOTA` when the copy does not fit.
 *
 * @example
 * import { memoryStore, open } from '@varve/core';
 * import { copyDatabase } from '@varve/core/copy';
 * const db = await open(memoryStore());
 * await db.put('key', 'value');
 * const elsewhere = memoryStore();
 * await copyDatabase(db, elsewhere);
 * const copy = await open(elsewhere);
 * console.log(await copy.get('key'));
 * await copy.close();
 * await db.close();
 */
export async function copyDatabase(db: ImageSource, to: ObjectStore, { onProgress, signal }: CopyOptions = {}): Promise<number> {
  signal?.throwIfAborted();
  const image = await imageOf(db);
  try {
    await restoreObjects(sourcesOf(image), to, { signal, onProgress: (copied) => onProgress?.(copied, image.bytes) });
    return image.bytes;
  } finally {
    await image.close();
  }
}

async function* sourcesOf(image: DatabaseImage): AsyncGenerator<ObjectSource> {
  for (const object of image.objects) yield { ...object, pieces: piecesOf(image, object) };
}

/** An object piece by piece. */
export async function* piecesOf(image: Pick<DatabaseImage, 'read'>, object: ImageObject): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < object.size; at += PIECE_BYTES) {
    yield await image.read(object, at, Math.min(PIECE_BYTES, object.size - at));
  }
}
