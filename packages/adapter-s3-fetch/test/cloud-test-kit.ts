// Stores on the real S3 that `npm run test:cloud` has started. Each file of tests has a bucket of its own, each place a prefix in it.

import { S3Client } from '../src/requests/s3-client.ts';
import { DEFAULT_PATIENCE } from '@varve/core/store';
import { refusal } from '../src/requests/s3-errors.ts';
import { parseLocation } from '../src/location.ts';
import { s3Store, type S3Credentials, type S3Store } from '../src/index.ts';

const {
  VARVE_S3_ENDPOINT: endpoint,
  VARVE_S3_SECOND_ENDPOINT: secondEndpoint,
  VARVE_S3_ACCESS_KEY: accessKeyId,
  VARVE_S3_SECRET_KEY: secretAccessKey,
  VARVE_S3_CONTROL: control,
} = process.env;

export function credentials(): S3Credentials {
  if (accessKeyId === undefined || secretAccessKey === undefined) throw new Error('run these tests with npm run test:cloud');
  return { accessKeyId, secretAccessKey };
}

/** A bucket that is there. */
export class Bucket {
  readonly #name: string;
  #places = 0;

  private constructor(name: string) {
    this.#name = name;
  }

  static async create(name: string): Promise<Bucket> {
    const bucket = new Bucket(`${name}-${crypto.randomUUID()}`);
    const answer = await bucket.client('').send({ method: 'PUT' });
    if (answer.status !== 200) throw refusal(answer);
    return bucket;
  }

  /** Pages of all origins may use it: the rules of docs/CLOUD.md. */
  async allowPages(): Promise<void> {
    const list = (tag: string, values: readonly string[]): string => values.map((value) => `<${tag}>${value}</${tag}>`).join('');
    const rule = [
      list('AllowedOrigin', ['*']),
      list('AllowedMethod', ['GET', 'HEAD', 'PUT', 'POST', 'DELETE']),
      list('AllowedHeader', ['*']),
      list('ExposeHeader', ['ETag', 'Date', 'x-amz-meta-varve-nonce']),
      '<MaxAgeSeconds>3600</MaxAgeSeconds>',
    ];
    const body = new TextEncoder().encode(`<CORSConfiguration><CORSRule>${rule.join('')}</CORSRule></CORSConfiguration>`);
    const answer = await this.client('').send({ method: 'PUT', query: { cors: '' }, body });
    if (answer.status !== 200) throw refusal(answer);
  }

  /** Address of a place that nobody has used. */
  freshPlace(): string {
    return this.address(`place-${++this.#places}`);
  }

  address(prefix: string): string {
    return `s3://${this.#name}/${prefix}?endpoint=${endpoint}`;
  }

  /** The same place by another gateway. */
  second(place: string): string {
    return place.replace(`endpoint=${endpoint}`, `endpoint=${secondEndpoint}`);
  }

  /** For requests that a store does not make. */
  client(prefix: string): S3Client {
    return new S3Client(parseLocation(this.address(prefix)), credentials(), DEFAULT_PATIENCE);
  }
}

/** The second gateway is killed, and started again: it answers when the promise is fulfilled. */
export async function killSecondGateway(): Promise<void> {
  const answer = await fetch(`${control}/kill`, { method: 'POST' });
  if (!answer.ok) throw new Error(await answer.text());
}

export function storeAt(address: string): S3Store {
  return s3Store(address, { credentials: credentials() });
}
