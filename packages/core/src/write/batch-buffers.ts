// Buffers of batches, used again: a batch that grows from nothing allocates several times what it holds, and the garbage costs more than the writing.

const FIRST_BYTES = 1024;
const KEPT = 4;
const LARGEST_KEPT_BYTES = 1024 * 1024;

export class BatchBuffers {
  /** Bytes of log that a batch may take. */
  readonly limitBytes: number;
  readonly #free: Uint8Array[] = [];

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  /** A buffer with undefined contents. */
  take(): Uint8Array {
    return this.#free.pop() ?? new Uint8Array(FIRST_BYTES);
  }

  /** Takes one back that nobody refers to any more. */
  give(buffer: Uint8Array): void {
    if (this.#free.length < KEPT && buffer.length > 0 && buffer.length <= LARGEST_KEPT_BYTES) this.#free.push(buffer);
  }
}
