// A file that is there whole or not at all, even after a power cut.

import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { removingAfter } from './interrupted.ts';

/** Writes a file, or standard output under the name `-`. One that exists is replaced once the new one is whole. Returns how many bytes it has. */
export async function writeFileWhole(path: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
  if (path === '-') return writeOut(chunks);
  const partial = `${path}.${process.pid}.partial`;
  const remove = (): void => rmSync(partial, { force: true });
  return removingAfter(remove, async () => {
    const written = await writeSynced(partial, chunks);
    await rename(partial, path);
    await syncFolder(dirname(path));
    return written;
  });
}

async function writeOut(chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let written = 0;
  for await (const chunk of chunks) {
    if (!process.stdout.write(chunk)) await once(process.stdout, 'drain');
    written += chunk.length;
  }
  return written;
}

async function writeSynced(path: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let written = 0;
  const file = await open(path, 'w');
  try {
    for await (const chunk of chunks) {
      await file.writeFile(chunk);
      written += chunk.length;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return written;
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
