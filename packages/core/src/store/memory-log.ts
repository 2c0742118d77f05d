// The log of a memory store. It remembers how far each segment was synced, so that a power cut can take the rest.

import { StorageError } from '../base/errors.ts';
import type { MaybePromise } from '../base/maybe-promise.ts';
import type { LogSegment, LogStore, SegmentInfo } from './log-store.ts';
import { grown, type MemorySegment } from './memory-data.ts';
import type { MemoryHandle, Perform } from './memory-handle.ts';

const FIRST_BYTES = 4096;

/** The log that belongs to the data of `handle`. */
export function memoryLog(handle: MemoryHandle): LogStore {
  const { data, later, sync } = handle;
  const perform = performer(handle);
  const makeAllDurable = (numbers: readonly number[]) => (): void => {
    for (const number of numbers) makeDurable(number, data.segments.get(number));
  };
  return {
    kind: 'memory',
    sync,
    defaultDurability: 'buffered',
    segments: () => perform('log.segments', '', () => [...data.segments].map(segmentInfo).sort((a, b) => a.number - b.number)),
    read: (number, into) => perform('log.read', `${number}`, () => read(data.segments.get(number), into)),
    create: (number) => perform('log.create', `${number}`, () => create(handle, number)),
    async makeDurable(numbers) {
      await later('log.makeDurable', numbers.join(), makeAllDurable(numbers));
    },
    ...(sync && { makeDurableNow: (numbers) => handle.now('log.makeDurable', numbers.join(), makeAllDurable(numbers)) }),
    truncate: (before) =>
      later('log.truncate', `${before}`, () => {
        for (const number of data.segments.keys()) if (number < before) data.segments.delete(number);
      }),
    close() {},
  };
}

/** A synchronous log is never delayed but where its interface allows a promise. */
function performer({ sync, now, later }: MemoryHandle): Perform {
  return sync ? now : later;
}

function segmentInfo([number, { length }]: [number, MemorySegment]): SegmentInfo {
  return { number, size: length };
}

function read(segment: MemorySegment | undefined, into: Uint8Array): number | undefined {
  if (segment === undefined) return undefined;
  const length = Math.min(segment.length, into.length);
  into.set(segment.bytes.subarray(0, length));
  return length;
}

function makeDurable(number: number, segment: MemorySegment | undefined): void {
  if (segment === undefined) throw new StorageError('CORRUPTION', `log segment is missing segment=${number}`);
  segment.synced = segment.length;
  segment.named = true;
}

function create(handle: MemoryHandle, number: number): LogSegment | undefined {
  if (handle.data.segments.has(number)) return undefined;
  const segment = { bytes: new Uint8Array(FIRST_BYTES), length: 0, synced: 0, named: false };
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
    if (handle.sync) this.syncNow = this.#syncNow;
  }

  append(bytes: Uint8Array, position: number): MaybePromise<void> {
    const late = this.#handle.readLate(bytes);
    return performer(this.#handle)('log.append', this.#name, () => this.#write(late(), position));
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
    this.#fail(new StorageError('CLOSED', `log segment is closed segment=${this.#name}`));
  }

  readonly #syncNow = (): void => {
    const effect = this.#covering();
    try {
      this.#handle.now('log.sync', this.#name, effect);
    } catch (error) {
      throw this.#fail(error);
    }
  };

  #write(bytes: Uint8Array, position: number): void {
    const segment = this.#segment;
    const end = position + bytes.length;
    this.#handle.reserve(end - segment.length);
    if (end > segment.bytes.length) segment.bytes = grown(segment.bytes, end);
    segment.bytes.set(bytes, position);
    segment.length = Math.max(segment.length, end);
  }

  /** The effect of a sync that is called now, however late it takes place. */
  #covering(): () => void {
    if (this.#failure) throw this.#failure;
    const { length } = this.#segment;
    return () => {
      this.#segment.synced = Math.max(this.#segment.synced, length);
      this.#segment.named = true;
    };
  }

  #fail(error: unknown): Error {
    return (this.#failure ??= error as Error);
  }
}
