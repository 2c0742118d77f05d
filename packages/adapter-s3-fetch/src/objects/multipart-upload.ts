// One multipart upload: parts go up in parallel, `complete` makes an object of them, `abort` leaves nothing. Parts that are neither are kept by the server,
// unseen and paid for: abandoned-uploads.ts.

import { StorageError } from '@varve/core';
import { backOff, PartsInFlight, type Upload } from '@varve/core/store';
import type { Answer } from '../requests/messages.ts';
import type { S3Client } from '../requests/s3-client.ts';
import { errorCodeOf, isSuccess, isTransient, refusal } from '../requests/s3-errors.ts';
import { escape, textOf } from '../requests/xml.ts';
import { sizeOfObject } from './plain-objects.ts';

/** Parts that go up at once. Each is held in memory meanwhile. */
const PARALLEL_PARTS = 3;

export class MultipartUpload implements Upload {
  readonly #client: S3Client;
  readonly #name: string;
  readonly #id: Promise<string>;
  readonly #etags: string[] = [];
  readonly #inFlight = new PartsInFlight(PARALLEL_PARTS);
  #parts = 0;
  #size = 0;

  constructor(client: S3Client, name: string) {
    this.#client = client;
    this.#name = name;
    // A first try of which the answer was lost leaves an upload without parts.
    this.#id = begin(client, name);
    this.#id.catch(() => undefined);
  }

  add(part: Uint8Array<ArrayBuffer>): Promise<void> {
    const number = ++this.#parts;
    this.#size += part.length;
    return this.#inFlight.add(() => this.#send(number, part));
  }

  async complete(): Promise<void> {
    await this.#inFlight.complete();
    const id = await this.#id;
    const parts = this.#etags.map((etag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${escape(etag)}</ETag></Part>`).join('');
    const body = new TextEncoder().encode(
      `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts}</CompleteMultipartUpload>`,
    );
    for (let tried = 1; ; tried++) {
      const answer = await this.#client.ask({ method: 'POST', name: this.#name, query: { uploadId: id }, body });
      const code = errorCodeOf(answer);
      if (isSuccess(answer) && code === undefined) return;
      if (code === 'NoSuchUpload' && (await sizeOfObject(this.#client, this.#name)) === this.#size) return; // An earlier try has done it.
      // The answer begins with 200 before the work is done, and may end with an error.
      const failed: Answer = isSuccess(answer) ? { ...answer, status: 500 } : answer;
      if (!isTransient(failed) || tried >= this.#client.patience.tries) throw refusal(failed, this.#name);
      await backOff(this.#client.patience, tried);
    }
  }

  /** Parts that arrive after this would stay: so it waits for those that are under way. */
  async abort(): Promise<void> {
    await this.#inFlight.settle();
    const id = await this.#id.catch(() => undefined);
    if (id !== undefined) await abortUpload(this.#client, this.#name, id);
  }

  async #send(number: number, body: Uint8Array<ArrayBuffer>): Promise<void> {
    const query = { partNumber: String(number), uploadId: await this.#id };
    const answer = await this.#client.ask({ method: 'PUT', name: this.#name, query, body });
    if (!isSuccess(answer)) throw refusal(answer, this.#name);
    const etag = answer.headers.get('etag');
    if (etag === null) {
      throw new StorageError('UNSUPPORTED', 'the answer has no ETag: in a browser the CORS rules of the bucket have to expose it', {
        object: this.#name,
      });
    }
    this.#etags[number - 1] = etag;
  }
}

/** Forgets the parts of an upload. One that is gone is no error. */
export async function abortUpload(client: S3Client, name: string, uploadId: string): Promise<void> {
  const answer = await client.ask({ method: 'DELETE', name, query: { uploadId } });
  if (!isSuccess(answer) && answer.status !== 404) throw refusal(answer, name);
}

async function begin(client: S3Client, name: string): Promise<string> {
  const answer = await client.ask({ method: 'POST', name, query: { uploads: '' } });
  const id = isSuccess(answer) ? textOf(new TextDecoder().decode(answer.body), 'UploadId') : undefined;
  if (id === undefined) throw refusal(answer, name);
  return id;
}
