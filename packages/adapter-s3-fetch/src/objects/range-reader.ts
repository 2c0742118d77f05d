// An object that is read by range. Reads of one turn are gathered, since each request costs a round trip.

import { StorageError, type ObjectReader } from '@varve/core';
import type { S3Client } from '../requests/s3-client.ts';
import { isMissing, refusal } from '../requests/s3-errors.ts';
import { planRanges, type PlannedRange } from './read-plan.ts';

interface Read {
  readonly target: Uint8Array;
  readonly offset: number;
  readonly length: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class RangeReader implements ObjectReader {
  readonly #name: string;
  readonly #client: S3Client;
  #waiting: Read[] = [];
  #closed = false;

  constructor(name: string, client: S3Client) {
    this.#name = name;
    this.#client = client;
  }

  readInto(target: Uint8Array, offset: number): void | Promise<void> {
    if (this.#closed) throw new StorageError('CLOSED', 'object reader is closed', { object: this.#name });
    if (target.length === 0) return;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ target, offset, length: target.length, resolve, reject });
      if (this.#waiting.length === 1) queueMicrotask(this.#send);
    });
  }

  close(): void {
    this.#closed = true;
  }

  readonly #send = (): void => {
    for (const range of planRanges(this.#waiting.splice(0))) void this.#serve(range);
  };

  async #serve(range: PlannedRange<Read>): Promise<void> {
    try {
      const bytes = await this.#fetch(range);
      for (const read of range.reads) this.#give(read, bytes.subarray(read.offset - range.offset));
    } catch (error) {
      for (const read of range.reads) read.reject(error);
    }
  }

  #give({ target, offset, resolve, reject }: Read, bytes: Uint8Array): void {
    if (bytes.length < target.length) {
      const message = `object is too short wanted=${target.length} found=${bytes.length}`;
      return reject(new StorageError('CORRUPTION', message, { object: this.#name, offset }));
    }
    target.set(bytes.subarray(0, target.length));
    resolve();
  }

  /** The bytes of the range that there are. */
  async #fetch({ offset, length }: PlannedRange<Read>): Promise<Uint8Array> {
    const headers = { range: `bytes=${offset}-${offset + length - 1}` };
    const answer = await this.#client.ask({ method: 'GET', name: this.#name, headers, answerBytes: length });
    if (answer.status === 206) return answer.body;
    // The whole object: some servers answer so when the range is all of it.
    if (answer.status === 200) return answer.body.subarray(offset, offset + length);
    if (answer.status === 416) return new Uint8Array(0);
    if (isMissing(answer)) throw new StorageError('CORRUPTION', 'object is missing', { object: this.#name, offset });
    throw refusal(answer, this.#name);
  }
}
