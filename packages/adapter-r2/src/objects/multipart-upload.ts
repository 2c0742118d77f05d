// One multipart upload: parts go up in parallel, `complete` makes an object of them, `abort` leaves nothing. Parts that are neither R2 deletes by itself after
// seven days. https://developers.cloudflare.com/r2/objects/multipart-objects/

import { PartsInFlight, type Upload } from '@varve/core/store';
import type { BucketPart, BucketUpload } from '../bucket.ts';
import type { R2Client } from '../requests/r2-client.ts';
import { isUploadGone } from '../requests/r2-errors.ts';
import { sizeOfObject } from './plain-objects.ts';

/** Parts that go up at once. Each is held in memory meanwhile, of which an isolate has little. */
const PARALLEL_PARTS = 2;

export class MultipartUpload implements Upload {
  readonly #client: R2Client;
  readonly #name: string;
  readonly #upload: Promise<BucketUpload>;
  readonly #parts: BucketPart[] = [];
  readonly #inFlight = new PartsInFlight(PARALLEL_PARTS);
  #count = 0;
  #size = 0;

  constructor(client: R2Client, name: string) {
    this.#client = client;
    this.#name = name;
    // A first try of which the answer was lost leaves an upload without parts.
    this.#upload = client.ask(() => client.bucket.createMultipartUpload(client.root + name), { kind: 'multipart', object: name });
    this.#upload.catch(() => undefined);
  }

  add(part: Uint8Array<ArrayBuffer>): Promise<void> {
    const number = ++this.#count;
    this.#size += part.length;
    return this.#inFlight.add(() => this.#send(number, part));
  }

  async complete(): Promise<void> {
    await this.#inFlight.complete();
    const upload = await this.#upload;
    try {
      await this.#client.ask(() => upload.complete(this.#parts), { kind: 'multipart', object: this.#name });
    } catch (error) {
      // An earlier try has done it.
      if (isUploadGone(error) && (await sizeOfObject(this.#client, this.#name)) === this.#size) return;
      throw error;
    }
  }

  /** Parts that arrive after this would stay: so it waits for those that are under way. */
  async abort(): Promise<void> {
    await this.#inFlight.settle();
    const upload = await this.#upload.catch(() => undefined);
    if (upload === undefined) return;
    try {
      await this.#client.ask(() => upload.abort(), { kind: 'delete', object: this.#name });
    } catch (error) {
      if (!isUploadGone(error)) throw error;
    }
  }

  async #send(number: number, part: Uint8Array<ArrayBuffer>): Promise<void> {
    const upload = await this.#upload;
    this.#parts[number - 1] = await this.#client.ask(() => upload.uploadPart(number, part), {
      kind: 'multipart',
      object: this.#name,
      bytes: part.length,
    });
  }
}
