// Where text comes from and goes to: files, or the standard streams under the name `-`. Writers wait when the other side is slow.

import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { once } from 'node:events';
import type { Writable } from 'node:stream';

const CHUNK_BYTES = 256 * 1024;

/** Text that is read, and how much of it there is. */
export interface Input {
  readonly name: string;
  /** Undefined where nobody knows. */
  readonly totalBytes: number | undefined;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Opens a file, or standard input. */
export async function openInput(path: string): Promise<Input> {
  if (path === '-') return { name: 'standard input', totalBytes: undefined, chunks: process.stdin };
  const info = await stat(path);
  const chunks = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  return { name: path, totalBytes: info.isFile() ? info.size : undefined, chunks };
}

/** All of an input as bytes. */
export async function readAll(path: string): Promise<Uint8Array> {
  const { chunks } = await openInput(path);
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Uint8Array.from(Buffer.concat(parts));
}

/** Writes a file that is there whole or not at all, even after a power cut; or standard output under the name `-`. Returns how many bytes it has. */
export async function writeFileWhole(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  onBytes: (written: number) => void = () => undefined,
): Promise<number> {
  let written = 0;
  const each = async (write: (chunk: Uint8Array) => Promise<unknown>): Promise<void> => {
    for await (const chunk of chunks) {
      await write(chunk);
      onBytes((written += chunk.length));
    }
  };
  if (path === '-') {
    await each(async (chunk) => process.stdout.write(chunk) || once(process.stdout, 'drain'));
    return written;
  }
  const partial = `${path}.${process.pid}.partial`;
  try {
    const file = await open(partial, 'w');
    try {
      await each((chunk) => file.writeFile(chunk));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  return written;
}

/** Text that is written. Close it. */
export class TextOutput {
  readonly #stream: Writable;
  readonly #own: boolean;
  readonly #failed: Promise<never>;
  #buffer: string[] = [];
  #length = 0;
  /** Bytes handed on, about. */
  written = 0;

  /** A file, or standard output under the name `-`. */
  constructor(path: string) {
    this.#own = path !== '-';
    this.#stream = this.#own ? createWriteStream(path) : process.stdout;
    this.#failed = new Promise((_, reject) => {
      this.#stream.once('error', reject);
    });
    this.#failed.catch(() => undefined); // Told by the next write or by close.
  }

  /** Takes a line; a promise where it is time to wait. */
  line(text: string): Promise<void> | undefined {
    this.#buffer.push(text);
    this.#length += text.length + 1;
    return this.#length >= CHUNK_BYTES ? this.#flush() : undefined;
  }

  async #flush(): Promise<void> {
    if (this.#buffer.length === 0) return;
    const text = `${this.#buffer.join('\n')}\n`;
    this.#buffer = [];
    this.#length = 0;
    this.written += text.length;
    if (!this.#stream.write(text)) await Promise.race([once(this.#stream, 'drain'), this.#failed]);
  }

  async close(): Promise<void> {
    await this.#flush();
    if (!this.#own) return;
    this.#stream.end();
    await Promise.race([once(this.#stream, 'close'), this.#failed]);
  }
}
