// A file that is there whole or not at all, even after a power cut.

import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { open, realpath, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EXIT_FAILED } from './failure.ts';
import { removingAfter } from './interrupted.ts';

/** Writes a file, or standard output under the name `-`. One that exists is replaced once the new one is whole. Returns how many bytes it has. */
export async function writeFileWhole(path: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
  if (path === '-') return writeOut(chunks);
  const old = await stat(path).catch(() => undefined);
  // A device or a pipe stays what it is; behind a link the file is replaced, not the link.
  if (old !== undefined && !old.isFile()) return writeSynced(path, chunks);
  const place = old === undefined ? path : await realpath(path);
  const partial = `${place}.${process.pid}.partial`;
  const remove = (): void => rmSync(partial, { force: true });
  return removingAfter(remove, async () => {
    const written = await writeSynced(partial, chunks, old?.mode);
    await rename(partial, place);
    await syncFolder(dirname(place));
    return written;
  });
}

/** Half of a file is none: whoever stops reading it has not got it. */
async function writeOut(chunks: AsyncIterable<Uint8Array>): Promise<number> {
  process.stdout.prependOnceListener('error', () => process.exit(EXIT_FAILED));
  let written = 0;
  for await (const chunk of chunks) {
    if (!process.stdout.write(chunk)) await once(process.stdout, 'drain');
    written += chunk.length;
  }
  return written;
}

async function writeSynced(path: string, chunks: AsyncIterable<Uint8Array>, mode?: number): Promise<number> {
  let written = 0;
  const file = await open(path, 'w', mode);
  try {
    for await (const chunk of chunks) {
      await file.writeFile(chunk);
      written += chunk.length;
    }
    if ((await file.stat()).isFile()) await file.sync();
  } finally {
    await file.close();
  }
  return written;
}

async function syncFolder(path: string): Promise<void> {
  // Windows opens no folders, and needs none of this.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
