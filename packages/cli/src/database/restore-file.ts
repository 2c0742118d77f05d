// A database out of a file that backup wrote.

import { Readable } from 'node:stream';
import { restoreArchive } from '@varve/archive';
import { assertWritable, type Place } from '../place/place.ts';
import type { Progress } from '../progress.ts';
import { openInput } from '../streams.ts';

/** Returns how many bytes the objects have. */
export async function restoreFile(place: Place, file: string, progress: Progress): Promise<number> {
  assertWritable(place);
  const { chunks, totalBytes } = await openInput(file);
  const store = place.store();
  let bytes = 0;
  const onProgress = (done: number): void => {
    bytes = done;
    progress.set(done, totalBytes === undefined ? undefined : Math.min(0.99, done / totalBytes));
  };
  try {
    await restoreArchive(Readable.toWeb(Readable.from(chunks)) as ReadableStream<Uint8Array>, store, { onProgress });
  } finally {
    await store.close?.();
  }
  return bytes;
}
