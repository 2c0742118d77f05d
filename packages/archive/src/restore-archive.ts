// A database out of an archive. Nothing in the file is trusted: names are those of objects, sizes are what comes, and whoever opens the database checks
// every byte that it reads.

import { StorageError, type ObjectStore } from '@varve/core';
import { restoreObjects, type ObjectSource, type RestoreOptions } from '@varve/core/copy';
import { createTarDecoder } from 'modern-tar';

/**
 * Writes the database of an archive to a store where nothing is. If that fails, what was written is taken back.
 *
 * @throws StorageError `CORRUPTION` when the file is no archive of a database or is not whole, `CONFLICT` when something is in the store, `LOCKED` when
 * somebody works there, `QUOTA` when it does not fit. What the file itself fails with is thrown as it is.
 *
 * @example
 * import { memoryStore, open } from '@varve/core';
 * import { archiveDatabase, restoreArchive } from '@varve/archive';
 * const db = await open(memoryStore());
 * await db.put('key', 'value');
 * const store = memoryStore();
 * await restoreArchive(archiveDatabase(db), store);
 * const restored = await open(store);
 * console.log(await restored.get('key'));
 * await restored.close();
 * await db.close();
 */
export async function restoreArchive(file: ReadableStream<Uint8Array>, store: ObjectStore, options?: RestoreOptions): Promise<void> {
  try {
    await restoreObjects(objectsOf(file), store, options);
  } finally {
    // A file that was never begun is let go of as well.
    if (!file.locked) await file.cancel().catch(() => undefined);
  }
}

/** The objects of an archive as they come. Each is read to its end before the next. */
export async function* objectsOf(file: ReadableStream<Uint8Array>): AsyncGenerator<ObjectSource> {
  const source = new Source(file);
  const entries = source.stream.pipeThrough(createTarDecoder({ strict: true })).getReader();
  try {
    for (;;) {
      const { done, value } = await source.reading(entries.read());
      if (done) return;
      const { header, body } = value;
      // Tools that pack a directory name it as well.
      if (header.type === 'directory') await body.cancel();
      else yield { name: header.name.replace(/^\.\//, ''), size: header.size, pieces: piecesOf(source, body) };
    }
  } finally {
    await entries.cancel().catch(() => undefined);
  }
}

async function* piecesOf(source: Source, body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await source.reading(reader.read());
    if (done) return;
    yield value;
  }
}

/** The file as it is read: who cannot read it on and who does not understand it are told apart. */
class Source {
  readonly stream: ReadableStream<Uint8Array>;
  #failure: unknown;

  constructor(file: ReadableStream<Uint8Array>) {
    const reader = file.getReader();
    let isBegun = false;
    this.stream = new ReadableStream({
      pull: async (controller) => {
        try {
          const { done, value } = await reader.read();
          if (!isBegun && value !== undefined && isGzip(value)) {
            await reader.cancel();
            throw packed();
          }
          isBegun = true;
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          this.#failure = error;
          controller.error(error);
        }
      },
      cancel: (reason) => reader.cancel(reason),
    });
  }

  /** What the decoder does not take is damage, told as such. */
  async reading<T>(read: Promise<T>): Promise<T> {
    try {
      return await read;
    } catch (cause) {
      if (cause === this.#failure) throw cause;
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new StorageError('CORRUPTION', `the file is no archive of a database, or not whole: ${message}`, { cause });
    }
  }
}

function isGzip([first, second]: Uint8Array): boolean {
  return first === 0x1f && second === 0x8b;
}

function packed(): StorageError {
  return new StorageError('CORRUPTION', "the file is packed by gzip: unpack it first (gunzip, or DecompressionStream('gzip'))");
}
