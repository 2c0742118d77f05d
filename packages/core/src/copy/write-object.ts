// Writing one object of a copy, as its pieces come.

import { StorageError } from '../base/errors.ts';
import type { ObjectStore } from '../store/object-store.ts';

/** An object that comes piece by piece. */
export interface ObjectSource {
  readonly name: string;
  readonly size: number;
  readonly pieces: AsyncIterable<Uint8Array>;
}

/** Who wants to know how it goes on, and may end it. */
export interface CopyWatch {
  readonly signal?: AbortSignal | undefined;
  /** Called with the length of each piece. */
  readonly onPiece: (bytes: number) => void;
}

/** Writes an object whole, or not at all. */
export async function writeObject(store: ObjectStore, object: ObjectSource, watch: CopyWatch): Promise<void> {
  const writer = await store.createObject(object.name, object.size);
  try {
    for await (const { piece, position } of wholePieces(object, watch)) await writer.append(piece, position);
    await writer.finish();
  } catch (error) {
    await (async () => writer.abort())().catch(() => undefined);
    throw error;
  }
}

/** As many bytes as the object is said to have, or `CORRUPTION`. */
export async function* wholePieces(
  { name, size, pieces }: ObjectSource,
  { signal, onPiece }: CopyWatch,
): AsyncGenerator<{ piece: Uint8Array; position: number }> {
  let position = 0;
  const wrong = (found: string): StorageError =>
    new StorageError('CORRUPTION', `the object is not whole: ${found} of ${size} bytes`, { object: name });
  for await (const piece of pieces) {
    signal?.throwIfAborted();
    if (position + piece.length > size) throw wrong(`more than the ${position + piece.length}`);
    yield { piece, position };
    position += piece.length;
    onPiece(piece.length);
  }
  if (position !== size) throw wrong(String(position));
}
