// Reads a stretch of stored bytes front to back and trusts none of them: whatever does not fit is a StorageError CORRUPTION.

import { StorageError } from '../base/errors.ts';

export class ByteReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  /** Where the next byte is read. */
  offset: number;
  readonly #codec: string;
  readonly #start: number;

  constructor(codec: string, bytes: Uint8Array, offset: number, length: number) {
    this.bytes = bytes;
    this.offset = this.#start = offset;
    this.end = offset + length;
    this.#codec = codec;
  }

  get left(): number {
    return this.end - this.offset;
  }

  byte(): number {
    if (this.offset >= this.end) throw this.damage('ends too early');
    return this.bytes[this.offset++];
  }

  /** Moves over `length` bytes and returns where they start. */
  skip(length: number): number {
    if (length > this.left) throw this.damage('ends too early');
    const start = this.offset;
    this.offset += length;
    return start;
  }

  /** Throws unless every byte was read. */
  finish(): void {
    if (this.offset !== this.end) throw this.damage('goes on behind its end');
  }

  /** The error to throw; its offset counts from the start of the stretch. */
  damage(what: string): StorageError {
    return new StorageError('CORRUPTION', `encoded value ${what} codec=${this.#codec} at=${this.offset - this.#start}`);
  }
}
