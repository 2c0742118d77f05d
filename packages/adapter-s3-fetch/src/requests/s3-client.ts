// Signed requests: one at a time (`send`), or sent again as often as is reasonable (`ask`) where that cannot do harm.

import { StorageError, systemClock } from '@varve/core';
import { RequestCounter } from '@varve/core/requests';
import { backOff, timeoutOf, type Patience } from '@varve/core/store';
import { AwsV4Signer } from 'aws4fetch';
import { urlOf, type Location } from '../location.ts';
import { Credentials, type S3CredentialSource } from './credentials.ts';
import type { Answer, S3Request } from './messages.ts';
import { kindOf } from './request-kind.ts';
import { isExpired, isTransient, NoAnswer, refusal, unanswered } from './s3-errors.ts';

export class S3Client {
  readonly location: Location;
  readonly patience: Patience;
  readonly counter = new RequestCounter();
  readonly #credentials: Credentials;
  /** Keys derived from the secret, one a day. */
  readonly #signingKeys = new Map<string, ArrayBuffer>();

  constructor(location: Location, source: S3CredentialSource, patience: Patience) {
    this.location = location;
    this.patience = patience;
    this.#credentials = new Credentials(source, systemClock);
  }

  /**
   * One try, or a second one where the first was refused because the credentials had expired.
   * @throws NoAnswer when nobody knows whether it took place.
   */
  async send(request: S3Request): Promise<Answer> {
    const credentials = await this.#credentials.get();
    const answer = await this.#sendAs(credentials, request);
    if (!isExpired(answer) || !this.#credentials.refused(credentials)) return answer;
    return this.#sendAs(await this.#credentials.get(), request);
  }

  /** The answer, once the server is neither silent nor busy. Only for what may take place twice. */
  async ask(request: S3Request): Promise<Answer> {
    for (let tried = 1; ; tried++) {
      const last = tried >= this.patience.tries;
      try {
        const answer = await this.send(request);
        if (!isTransient(answer)) return answer;
        if (last) throw refusal(answer, request.name);
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        if (last) throw unanswered(error, request.name);
      }
      await backOff(this.patience, tried);
    }
  }

  async #sendAs(
    { accessKeyId, secretAccessKey, sessionToken }: Awaited<ReturnType<Credentials['get']>>,
    request: S3Request,
  ): Promise<Answer> {
    const { method, name, query, headers, body, answerBytes = 0 } = request;
    const key = name === undefined ? '' : this.location.root + name;
    if (this.#signingKeys.size > 16) this.#signingKeys.clear();
    const signer = new AwsV4Signer({
      method,
      url: urlOf(this.location, key, query),
      // The server refuses a body that was damaged on its way.
      headers: { ...headers, 'x-amz-content-sha256': await sha256(body) },
      accessKeyId,
      secretAccessKey,
      service: 's3',
      region: this.location.region,
      cache: this.#signingKeys,
      ...(sessionToken !== undefined && { sessionToken }),
    });
    const signed = await signer.sign();
    const signal = AbortSignal.timeout(timeoutOf(this.patience, (body?.length ?? 0) + answerBytes));
    const kind = kindOf(request);
    this.counter.sent(kind, body?.length);
    try {
      const response = await fetch(signed.url, {
        method,
        headers: signed.headers,
        signal,
        redirect: 'manual',
        ...uncached(),
        ...(body !== undefined && { body }),
      });
      const answer = await answerOf(method, response);
      this.counter.answered(kind, answer.body.length);
      return answer;
    } catch (cause) {
      throw new NoAnswer('no answer', { cause });
    }
  }
}

/** Not every runtime notices a body that ends early. */
async function answerOf(method: string, response: Response): Promise<Answer> {
  const body = new Uint8Array(await response.arrayBuffer());
  const announced = response.headers.get('content-length');
  if (method !== 'HEAD' && announced !== null && response.headers.get('content-encoding') === null && Number(announced) !== body.length) {
    throw new Error(`the answer was cut off wanted=${announced} found=${body.length}`);
  }
  return { status: response.status, headers: response.headers, body };
}

/** What a browser's cache remembers may be gone by now. workerd has no such cache, and may refuse to be told. */
function uncached(): RequestInit {
  return 'cache' in Request.prototype ? { cache: 'no-store' } : {};
}

const HASH_OF_NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

async function sha256(body: Uint8Array<ArrayBuffer> | undefined): Promise<string> {
  if (body === undefined || body.length === 0) return HASH_OF_NOTHING;
  if (globalThis.crypto?.subtle === undefined) {
    throw new StorageError('UNSUPPORTED', 'there is no crypto.subtle to sign with: browsers have it on https and localhost only');
  }
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
