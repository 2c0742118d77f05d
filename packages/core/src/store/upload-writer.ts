// An object that is being written by piece: collected, and put by one request when it is small, else by a multipart upload, whose parts go up while
// further pieces come.

import { StorageError } from '../base/errors.ts';
import type { ObjectWriter } from './object-store.ts';

const FIRST_BYTES = 65_536;

/** A multipart upload: parts, in order, of the same size but for the last. */
export interface Upload {
  /** Sends the next part, or begins to. */
  add(part: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Makes an object of the parts. */
  complete(): Promise<void>;
  /** Leaves nothing. Waits for parts that are under way. */
  abort(): Promise<void>;
}

/** Where objects are put. */
export interface Uploads {
  /** What one request carries. */
  readonly partBytes: number;
  put(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  begin(name: string): Upload;
  delete(names: readonly string[]): Promise<void>;
}

export class UploadWriter implements ObjectWriter {
  readonly #name: string;
  readonly #uploads: Uploads;
  #part: Uint8Array<ArrayBuffer>;
  #length = 0;
  #upload: Upload | undefined;
  #state: 'open' | 'finished' | 'failed' | 'aborted' = 'open';
  /** An object of this name may be there. */
  #named = false;

  constructor(name: string, sizeHint: number, uploads: Uploads) {
    this.#name = name;
    this.#uploads = uploads;
    this.#part = new Uint8Array(Math.min(uploads.partBytes, Math.max(FIRST_BYTES, sizeHint)));
  }

  append(bytes: Uint8Array): void | Promise<void> {
    this.#checkOpen();
    const full = this.#collect(bytes);
    if (full.length > 0) return this.#orFailed(() => this.#send(full));
  }

  async finish(): Promise<void> {
    this.#checkOpen();
    await this.#orFailed(() => this.#finish());
    this.#state = 'finished';
  }

  async abort(): Promise<void> {
    if (this.#state === 'finished' || this.#state === 'aborted') return;
    this.#state = 'failed';
    await this.#upload?.abort();
    // The name was never used before: what stands under it is from here.
    if (this.#named) await this.#uploads.delete([this.#name]);
    this.#state = 'aborted';
  }

  /** Copies the bytes, and returns parts that are full: an object of just one part is put by one request. */
  #collect(bytes: Uint8Array): Uint8Array<ArrayBuffer>[] {
    const { partBytes } = this.#uploads;
    const full: Uint8Array<ArrayBuffer>[] = [];
    for (let from = 0; from < bytes.length;) {
      if (this.#length === partBytes) {
        full.push(this.#part);
        this.#part = new Uint8Array(partBytes);
        this.#length = 0;
      }
      const count = Math.min(bytes.length - from, partBytes - this.#length);
      this.#reserve(this.#length + count);
      this.#part.set(bytes.subarray(from, from + count), this.#length);
      this.#length += count;
      from += count;
    }
    return full;
  }

  #reserve(length: number): void {
    if (length <= this.#part.length) return;
    const grown = new Uint8Array(Math.min(this.#uploads.partBytes, Math.max(length, this.#part.length * 2)));
    grown.set(this.#part.subarray(0, this.#length));
    this.#part = grown;
  }

  async #send(parts: readonly Uint8Array<ArrayBuffer>[]): Promise<void> {
    this.#upload ??= this.#uploads.begin(this.#name);
    for (const part of parts) await this.#upload.add(part);
  }

  async #finish(): Promise<void> {
    const rest = this.#part.subarray(0, this.#length);
    if (this.#upload === undefined) {
      this.#named = true;
      await this.#uploads.put(this.#name, rest);
    } else {
      await this.#upload.add(rest);
      this.#named = true;
      await this.#upload.complete();
    }
  }

  /** What failed leaves nothing, if the server lets itself be told; else its parts are left, until the service or the next open aborts what nobody finished. */
  async #orFailed(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      await this.abort().catch(() => undefined);
      throw error;
    }
  }

  #checkOpen(): void {
    if (this.#state !== 'open') throw new StorageError('CLOSED', 'object writer was finished or aborted', { object: this.#name });
  }
}
