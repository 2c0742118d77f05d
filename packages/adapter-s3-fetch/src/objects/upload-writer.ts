// An object that is being written by piece: collected, and put by one request when it is small, else by a multipart upload, whose parts go up while
// further pieces come.

import { StorageError, type ObjectWriter } from '@varve/core';
import type { S3Client } from '../requests/s3-client.ts';
import { MultipartUpload } from './multipart-upload.ts';
import { deleteObjects, putObject } from './plain-objects.ts';

/** What one request carries. All parts but the last are of this size, as R2 wants them; S3 takes none below 5 MiB. */
export const PART_BYTES = 8 * 2 ** 20;
const FIRST_BYTES = 65_536;

export class UploadWriter implements ObjectWriter {
  readonly #name: string;
  readonly #client: S3Client;
  #part: Uint8Array<ArrayBuffer>;
  #length = 0;
  #upload: MultipartUpload | undefined;
  #state: 'open' | 'finished' | 'failed' | 'aborted' = 'open';
  /** An object of this name may be there. */
  #named = false;

  constructor(name: string, sizeHint: number, client: S3Client) {
    this.#name = name;
    this.#client = client;
    this.#part = new Uint8Array(Math.min(PART_BYTES, Math.max(FIRST_BYTES, sizeHint)));
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
    if (this.#named) await deleteObjects(this.#client, [this.#name]);
    this.#state = 'aborted';
  }

  /** Copies the bytes, and returns parts that are full: an object of just one part is put by one request. */
  #collect(bytes: Uint8Array): Uint8Array<ArrayBuffer>[] {
    const full: Uint8Array<ArrayBuffer>[] = [];
    for (let from = 0; from < bytes.length;) {
      if (this.#length === PART_BYTES) {
        full.push(this.#part);
        this.#part = new Uint8Array(PART_BYTES);
        this.#length = 0;
      }
      const count = Math.min(bytes.length - from, PART_BYTES - this.#length);
      this.#reserve(this.#length + count);
      this.#part.set(bytes.subarray(from, from + count), this.#length);
      this.#length += count;
      from += count;
    }
    return full;
  }

  #reserve(length: number): void {
    if (length <= this.#part.length) return;
    const grown = new Uint8Array(Math.min(PART_BYTES, Math.max(length, this.#part.length * 2)));
    grown.set(this.#part.subarray(0, this.#length));
    this.#part = grown;
  }

  async #send(parts: readonly Uint8Array<ArrayBuffer>[]): Promise<void> {
    this.#upload ??= new MultipartUpload(this.#client, this.#name);
    for (const part of parts) await this.#upload.add(part);
  }

  async #finish(): Promise<void> {
    const rest = this.#part.subarray(0, this.#length);
    if (this.#upload === undefined) {
      this.#named = true;
      await putObject(this.#client, this.#name, rest);
    } else {
      await this.#upload.add(rest);
      this.#named = true;
      await this.#upload.complete();
    }
  }

  /** What failed leaves nothing, if the server lets itself be told; else abandoned-uploads.ts finds it. */
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
