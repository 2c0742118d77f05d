// The log of a memory store. It remembers how far each segment was synced, so that a power cut can take the rest.

import { StorageError } from '../base/errors.ts';
import type { MaybePromise } from '../base/maybe-promise.ts';
import type { LogSegment, LogStore } from './log-store.ts';
import { grown, type MemorySegment } from './memory-data.ts';
import type { MemoryHandle } from './memory-handle.ts';

const FIRST_BYTES = 4096;

/** The log that belongs to the data of `handle`. */
export function memoryLog(handle: MemoryHandle): LogStore {
  const { later, data } = handle;
  return {
    kind: 'memory',
    sync: handle.options.sync !== false,
    defaultDurability: 'buffered',
    segments: () => later('log.segments', '', () => [...data.segments].map(segmentInfo).sort((a, b) => a.number - b.number)),
    read: (number, into) => later('log.read', `${number}`, () => read(data.segments.get(number), into)),
    create: (number) => later('log.create', `${number}`, () => create(handle, number)),
    truncate: (before) =>
      later('log.truncate', `${before}`, () => {
        for (const number of data.segments.keys()) if (number < before) data.segments.delete(number);
      }),
    close() {},
  };
}

function segmentInfo([number, { length }]: [number, MemorySegment]): { number: number; size: number } {
  return { number, size: length };
}

function read(segment: MemorySegment | undefined, into: Uint8Array): number | undefined {
  if (segment === undefined) return undefined;
  const length = Math.min(segment.length, into.length);
  into.set(segment.bytes.subarray(0, length));
  return length;
}

function create(handle: MemoryHandle, number: number): LogSegment | undefined {
  if (handle.data.segments.has(number)) return undefined;
  const segment = { bytes: new Uint8Array(FIRST_BYTES), length: 0, synced: 0 };
  handle.data.segments.set(number, segment);
  return new MemoryLogSegment(handle, segment, `${number}`);
}

class MemoryLogSegment implements LogSegment {
  readonly syncNow?: () => void;
  readonly #handle: MemoryHandle;
  readonly #segment: MemorySegment;
  readonly #name: string;
  #failure: Error | undefined;

  constructor(handle: MemoryHandle, segment: MemorySegment, name: string) {
    this.#handle = handle;
    this.#segment = segment;
    this.#name = name;
    if (handle.options.sync !== false) this.syncNow = this.#syncNow;
  }

  append(bytes: Uint8Array, position: number): MaybePromise<void> {
    return this.#handle.later('log.append', this.#name, () => {
      const segment = this.#segment;
      const end = position + bytes.length;
      this.#handle.reserve(end - segment.length);
      if (end > segment.bytes.length) segment.bytes = grown(segment.bytes, end);
      segment.bytes.set(bytes, position);
      segment.length = Math.max(segment.length, end);
    });
  }

  async sync(): Promise<void> {
    const effect = this.#covering();
    try {
      await this.#handle.later('log.sync', this.#name, effect);
    } catch (error) {
      throw this.#fail(error);
    }
  }

  close(): void {
    this.#failure ??= new StorageError('CLOSED', `log segment is closed segment=${this.#name}`);
  }

  readonly #syncNow = (): void => {
    const effect = this.#covering();
    try {
      this.#handle.now('log.sync', this.#name, effect);
    } catch (error) {
      throw this.#fail(error);
    }
  };

  /** The effect of a sync that is called now, however late it takes place. */
  #covering(): () => void {
    if (this.#failure) throw this.#failure;
    const { length } = this.#segment;
    return () => {
      this.#segment.synced = Math.max(this.#segment.synced, length);
    };
  }

  #fail(error: unknown): Error {
    return (this.#failure ??= error as Error);
  }
}
