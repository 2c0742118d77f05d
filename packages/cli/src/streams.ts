// Where bytes come from and text goes to: files, or the standard streams under the name `-`. Writers wait when the other side is slow.

import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { once } from 'node:events';
import type { Writable } from 'node:stream';

const CHUNK_BYTES = 256 * 1024;

/** What is read, and how much of it there is. */
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
