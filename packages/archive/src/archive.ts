// A database as one file: a tar (POSIX.1-1988 ustar) of its objects, in the order in which a copy is written, the manifest last. Unpacked, it is the
// directory that @varve/adapter-fs opens; so `tar xf` is all it takes where there is nothing else.

import { imageOf, piecesOf, type DatabaseImage, type ImageObject } from '@varve/core/copy';
import { createTarPacker, type TarPackController } from 'modern-tar';

/** What an archive is made from. */
export type ArchivedImage = Pick<DatabaseImage, 'objects' | 'read' | 'close'>;

/**
 * The database as it is now, in one file. It is read as fast as the file is taken; writes go on meanwhile, and are not in it.
 *
 * @example
 * import { memoryStore, open } from '@varve/core';
 * import { archiveDatabase } from '@varve/archive';
 * const db = await open(memoryStore());
 * await db.put('key', 'value');
 * const file = await new Response(archiveDatabase(db)).blob();
 * console.log(`${file.size} bytes`);
 * await db.close();
 */
export function archiveDatabase(db: Parameters<typeof imageOf>[0]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return archiveImage(() => imageOf(db));
}

/** The same of an image that is made when the file is taken. It is closed at the end, whichever that is. */
export function archiveImage(open: () => Promise<ArchivedImage>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { readable, controller } = createTarPacker();
  // A failure, of the reader who stops too, ends both sides of the packer.
  void pack(open, controller).catch((error: unknown) => controller.error(error));
  return readable;
}

async function pack(open: () => Promise<ArchivedImage>, tar: TarPackController): Promise<void> {
  const image = await open();
  try {
    for (const object of image.objects) await add(tar, image, object);
  } finally {
    await image.close();
  }
  tar.finalize();
}

async function add(tar: TarPackController, image: ArchivedImage, object: ImageObject): Promise<void> {
  // The same bytes each time: an archive tells nothing of when and by whom it was made.
  const body = tar.add({ name: object.name, size: object.size, mtime: new Date(0) }).getWriter();
  for await (const piece of piecesOf(image, object)) await body.write(piece);
  await body.close();
}
