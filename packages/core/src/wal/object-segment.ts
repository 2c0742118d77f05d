// A segment of a log over objects that is being written (object-log.ts).

import { StorageError } from '../base/errors.ts';
import { compareBytes } from '../format/compare-bytes.ts';
import type { LogSegment } from '../store/log-store.ts';
import type { AsyncOperations } from '../store/object-store.ts';
import { beginName, pieceName } from './object-segment-names.ts';

export interface ObjectSegmentParts {
  readonly number: number;
  readonly nonce: Uint8Array;
  readonly store: AsyncOperations;
  readonly closed: () => void;
}

export class ObjectSegment implements LogSegment {
  readonly #number: number;
  readonly #nonce: Uint8Array;
  readonly #store: AsyncOperations;
  readonly #closed: () => void;
  #appending: Promise<void> = Promise.resolve();
  /** The first failure of a sync: whoever waited for it was told that bytes may be missing, and so is everybody later. */
  #failure: Error | undefined;
  #isClosed = false;

  /** `nonce` is what stands in its beginning. */
  constructor({ number, nonce, store, closed }: ObjectSegmentParts) {
    this.#number = number;
    this.#nonce = nonce;
    this.#store = store;
    this.#closed = closed;
  }

  append(bytes: Uint8Array, position: number): Promise<void> | void {
    if (this.#isClosed) throw new StorageError('CLOSED', `log segment is closed segment=${this.#number}`);
    // Nothing has no place of its own: the next append begins here as well.
    if (bytes.length === 0) return;
    const name = pieceName(this.#number, position);
    // A repeated append compares with what it finds, after its memory may have grown.
    const appending = this.#append(name, bytes.slice());
    this.#appending = appending;
    return appending;
  }

  async sync(): Promise<void> {
    const appending = this.#appending;
    try {
      await appending;
    } catch (error) {
      this.#failure ??= error as Error;
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#appending.catch(() => undefined);
    this.#closed();
  }

  async isTaken(): Promise<boolean> {
    const owner = await this.#store.get(beginName(this.#number));
    return owner === undefined || compareBytes(owner, this.#nonce) !== 0;
  }

  async #append(name: string, bytes: Uint8Array): Promise<void> {
    if (await this.#store.putIfAbsent(name, bytes)) return;
    const there = await this.#store.get(name);
    if (there !== undefined && compareBytes(there, bytes) === 0) return;
    throw new StorageError('CONFLICT', 'another has written to this log segment', { object: name });
  }
}
