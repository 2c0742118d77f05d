// The limit of the machine: requests with nothing around them, signed by the same client as the adapter's. Also what makes and empties buckets.

import { AwsClient } from 'aws4fetch';
import type { Gateway } from './job.ts';

export class PlainRequests {
  readonly #client: AwsClient;
  readonly #bucketUrl: string;

  constructor({ endpoint, accessKeyId, secretAccessKey, bucket }: Gateway) {
    this.#client = new AwsClient({ accessKeyId, secretAccessKey, service: 's3', region: 'us-east-1', retries: 0 });
    this.#bucketUrl = `${endpoint}/${bucket}`;
  }

  async createBucket(): Promise<void> {
    await this.#ask('', { method: 'PUT' });
  }

  async put(key: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#ask(key, { method: 'PUT', body });
  }

  /** Bytes [from, from + length) of an object. */
  async getRange(key: string, from: number, length: number): Promise<Uint8Array> {
    const response = await this.#ask(key, { headers: { range: `bytes=${from}-${from + length - 1}` } });
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes.length !== length) throw new Error(`${key}: wanted ${length} bytes, found ${bytes.length}`);
    return bytes;
  }

  async #ask(key: string, init: RequestInit): Promise<Response> {
    const response = await this.#client.fetch(`${this.#bucketUrl}/${key}`, init);
    if (response.ok) return response;
    throw new Error(`${init.method ?? 'GET'} ${key}: ${response.status} ${await response.text()}`);
  }
}
