// Who asks: fixed credentials, or a callback that is asked again shortly before they expire and when the server says that they have.

import { StorageError, type Clock } from '@varve/core';
import { requestsAreCutOff } from '@varve/core/store';

/** Credentials as S3 knows them. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Comes with temporary credentials. */
  readonly sessionToken?: string | undefined;
  /** When they expire, in milliseconds since 1970. Default: never. */
  readonly expiresAt?: number | undefined;
}

/** Credentials, or how to get them. A callback is called when the store is first used, and again whenever they have expired. */
export type S3CredentialSource = S3Credentials | (() => S3Credentials | Promise<S3Credentials>);

/** What is left of their time must do for a request. */
const MARGIN_MS = 60_000;

export class Credentials {
  readonly #source: S3CredentialSource;
  readonly #clock: Clock;
  #known: S3Credentials | undefined;
  /** Everybody who needs new ones shares one call of the callback, where that comes to its end. */
  #asking: Promise<S3Credentials> | undefined;

  constructor(source: S3CredentialSource, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  /** Credentials that have not expired, as far as is known. */
  async get(): Promise<S3Credentials> {
    if (typeof this.#source !== 'function') return this.#source;
    const known = this.#known;
    if (known !== undefined && (known.expiresAt ?? Infinity) - MARGIN_MS > this.#clock.now()) return known;
    if (requestsAreCutOff()) return this.#ask(this.#source);
    this.#asking ??= this.#ask(this.#source).finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  /** The server does not take these any more. True: others can be had. */
  refused(credentials: S3Credentials): boolean {
    if (this.#known === credentials) this.#known = undefined;
    return typeof this.#source === 'function';
  }

  async #ask(source: () => S3Credentials | Promise<S3Credentials>): Promise<S3Credentials> {
    try {
      return (this.#known = await source());
    } catch (cause) {
      throw new StorageError('UNAVAILABLE', 'the callback that gives credentials for the object storage failed', { cause });
    }
  }
}
