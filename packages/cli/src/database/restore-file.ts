// A database in a directory out of a file that backup wrote.

import { Readable } from 'node:stream';
import { fsStore } from '@varve/adapter-fs';
import { restoreArchive } from '@varve/archive';
import type { Progress } from '../progress.ts';
import { openInput } from '../streams.ts';

/** Returns how many bytes the objects have. */
export async function restoreFile(directory: string, file: string, progress: Progress): Promise<number> {
  const { chunks, totalBytes } = await openInput(file);
  const store = fsStore(directory);
  let bytes = 0;
  const onProgress = (done: number): void => {
    bytes = done;
    progress.set(done, totalBytes === undefined ? undefined : Math.min(0.99, done / totalBytes));
  };
  try {
    await restoreArchive(Readable.toWeb(Readable.from(chunks)) as ReadableStream<Uint8Array>, store, { onProgress });
  } finally {
    store.close();
  }
  return bytes;
}
