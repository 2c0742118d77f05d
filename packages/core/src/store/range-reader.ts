// An object that is read by range, each a request. Reads of one turn are gathered, since each request costs a round trip; who reads one range behind the
// other finds them asked for before.

import { StorageError } from '../base/errors.ts';
import type { ObjectReader } from './object-store.ts';
import type { ReadAhead } from './read-ahead.ts';
import { planRanges, type PlannedRange, type WantedRange } from './read-plan.ts';

/** Asks for a range: the bytes of it that there are. A missing object is `CORRUPTION`. */
export type FetchRange = (range: WantedRange) => Promise<Uint8Array>;

interface Read extends WantedRange {
  readonly target: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Reads of one turn that touch or overlap share one request. */
export class RangeReader implements ObjectReader {
  readonly #name: string;
  readonly #fetch: FetchRange;
  readonly #ahead: ReadAhead | undefined;
  #waiting: Read[] = [];
  #closed = false;

  constructor(name: string, fetch: FetchRange, ahead?: ReadAhead) {
    this.#name = name;
    this.#fetch = fetch;
    this.#ahead = ahead;
  }

  readInto(target: Uint8Array, offset: number): void | Promise<void> {
    if (this.#closed) throw new StorageError('CLOSED', 'object reader is closed', { object: this.#name });
    if (target.length === 0) return;
    // Reads of one turn do not follow each other.
    const ahead = this.#waiting.length === 0 && this.#ahead?.read(target, offset);
    return ahead ? ahead.then((done) => (done ? undefined : this.#ask(target, offset))) : this.#ask(target, offset);
  }

  #ask(target: Uint8Array, offset: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ target, offset, length: target.length, resolve, reject });
      if (this.#waiting.length === 1) queueMicrotask(this.#send);
    });
  }

  close(): void {
    this.#closed = true;
    this.#ahead?.close();
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
}
