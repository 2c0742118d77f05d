// A database as one file: a tar (POSIX.1-1988 ustar) of its objects, the manifest last. Unpacked, it is the directory that @varve/adapter-fs opens; so
// `tar xf` is all it takes where there is nothing else.

import { imageOf, piecesOf, type DatabaseImage, type ImageObject, type ImageSource } from '@varve/core/copy';
import { createTarPacker, type TarPackController } from 'modern-tar';

/** Options of {@link archiveDatabase}. */
export interface ArchiveOptions {
  /** Called after each piece with how many bytes of objects have been read, of how many. */
  readonly onProgress?: ((read: number, total: number) => void) | undefined;
  /** Ends the file with an error. */
  readonly signal?: AbortSignal | undefined;
}

/** What an archive is made from. */
export type ArchivedImage = Pick<DatabaseImage, 'objects' | 'bytes' | 'read' | 'close'>;

/**
 * The database in one file, as it is when the file is begun to be read. It comes as fast as it is taken; writes go on meanwhile, and are not in it.
 * The stream ends with a StorageError `CLOSED` when the database is closed before its end.
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
export function archiveDatabase(db: ImageSource, options?: ArchiveOptions): ReadableStream<Uint8Array<ArrayBuffer>> {
  return archiveImage(() => imageOf(db), options);
}

/** The same of an image, which is made when the file is begun to be read, and closed at its end, whichever that is. */
export function archiveImage(open: () => Promise<ArchivedImage>, options: ArchiveOptions = {}): ReadableStream<Uint8Array<ArrayBuffer>> {
  let file: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined;
  const source: UnderlyingDefaultSource<Uint8Array<ArrayBuffer>> = {
    async pull(controller) {
      file ??= packed(open, options).getReader();
      const { done, value } = await file.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => file?.cancel(reason),
  };
  // Nothing is held for a file that nobody reads.
  return new ReadableStream(source, { highWaterMark: 0 });
}

function packed(open: () => Promise<ArchivedImage>, options: ArchiveOptions): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { readable, controller } = createTarPacker();
  // A failure, of the reader who stops too, ends both sides of the packer.
  void pack(open, controller, options).catch((error: unknown) => controller.error(error));
  return readable;
}

async function pack(open: () => Promise<ArchivedImage>, tar: TarPackController, { onProgress, signal }: ArchiveOptions): Promise<void> {
  const image = await open();
  let read = 0;
  const tell = (bytes: number): void => {
    signal?.throwIfAborted();
    onProgress?.((read += bytes), image.bytes);
  };
  try {
    for (const object of image.objects) await add(tar, image, object, tell);
  } finally {
    await image.close();
  }
  tar.finalize();
}

async function add(tar: TarPackController, image: ArchivedImage, object: ImageObject, tell: (bytes: number) => void): Promise<void> {
  // The same bytes each time: an archive tells nothing of when and by whom it was made.
  const body = tar.add({ name: object.name, size: object.size, mtime: new Date(0) }).getWriter();
  for await (const piece of piecesOf(image, object)) {
    tell(piece.length);
    await body.write(piece);
  }
  await body.close();
}
