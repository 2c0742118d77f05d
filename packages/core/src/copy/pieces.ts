// An object of an image, piece by piece.

import type { DatabaseImage, ImageObject } from './image.ts';

const PIECE_BYTES = 1 << 20;

/** An object piece by piece. */
export async function* piecesOf(image: Pick<DatabaseImage, 'read'>, object: ImageObject): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < object.size; at += PIECE_BYTES) {
    yield await image.read(object, at, Math.min(PIECE_BYTES, object.size - at));
  }
}
