// A scan through the worker: pages come one ahead of who reads them. Each iteration starts anew and sees one moment for its whole life.

import type { Codec, KeyCodec, Scan, ScanRange } from '@varve/core';
import type { FrameReader } from '../wire/frame-reader.ts';
import { Call } from '../wire/protocol.ts';
import type { Connection } from './connection.ts';
import { writeRange } from './range.ts';

export interface ScanSource<K, V, P, KI> {
  readonly connection: Connection;
  readonly space: number;
  readonly snapshot: number;
  readonly keys: KeyCodec<K, P, KI>;
  readonly values: Codec<V, never>;
  /** Numbers of cursors. */
  readonly newNumber: () => number;
  readonly range: ScanRange<KI, P>;
}

interface Page {
  readonly frame: FrameReader;
  readonly count: number;
  isLast: boolean;
}

type Decode<T> = (frame: FrameReader) => T;

export class RemoteScan<K, V, P, KI> implements Scan<K, V> {
  readonly #source: ScanSource<K, V, P, KI>;

  constructor(source: ScanSource<K, V, P, KI>) {
    this.#source = source;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<[K, V], void> {
    for await (const batch of this.batches()) yield* batch;
  }

  async *keys(): AsyncGenerator<K, void> {
    for await (const batch of this.#pages((frame) => this.#entry(frame, true)[0], true)) yield* batch;
  }

  async *values(): AsyncGenerator<V, void> {
    for await (const batch of this.batches()) for (const [, value] of batch) yield value;
  }

  async all(): Promise<[K, V][]> {
    const all: [K, V][] = [];
    for await (const batch of this.batches()) for (const entry of batch) all.push(entry);
    return all;
  }

  async first(): Promise<[K, V] | undefined> {
    const source = { ...this.#source, range: { ...this.#source.range, limit: Math.min(1, this.#source.range.limit ?? 1) } };
    for await (const [entry] of new RemoteScan(source).batches()) return entry;
    return undefined;
  }

  batches(): AsyncGenerator<[K, V][], void> {
    const keysOnly = this.#source.range.keysOnly ?? false;
    return this.#pages((frame) => this.#entry(frame, keysOnly), keysOnly);
  }

  async *#pages<T>(decode: Decode<T>, keysOnly: boolean): AsyncGenerator<T[], void> {
    const { connection, newNumber, range } = this.#source;
    const cursor = newNumber();
    let coming = this.#open(cursor, keysOnly);
    let isOver = false;
    try {
      for (;;) {
        const page = await coming;
        range.signal?.throwIfAborted();
        isOver = page.isLast;
        if (!isOver) {
          coming = connection.call(Call.next, (frame) => frame.u32(cursor), readPage, 'expire');
          // Whoever stops here does not ask how it ended.
          coming.catch(() => undefined);
        }
        if (page.count > 0) yield Array.from({ length: page.count }, () => decode(page.frame));
        if (isOver) return;
      }
    } finally {
      if (!isOver) connection.say(Call.closeCursor, (frame) => frame.u32(cursor));
    }
  }

  #open(cursor: number, keysOnly: boolean): Promise<Page> {
    const { connection, space, snapshot, keys, range } = this.#source;
    range.signal?.throwIfAborted();
    return connection.call(
      Call.scan,
      (frame) => {
        frame.u32(space).u32(snapshot);
        writeRange(frame, keys, range);
        frame
          .u8(Number(keysOnly))
          .u8(Number(range.reverse ?? false))
          .f64(range.limit ?? Infinity)
          .u32(cursor);
      },
      readPage,
      snapshot === 0 ? 'repeat' : 'expire',
    );
  }

  #entry(frame: FrameReader, keysOnly: boolean): [K, V] {
    const { keys, values } = this.#source;
    const key = frame.span();
    const value = frame.span();
    return [
      keys.decode(frame.bytes, key.at, key.length, true),
      keysOnly ? (undefined as V) : values.decode(frame.bytes, value.at, value.length, true),
    ];
  }
}

/** The page refers to the message, which is its own from now on. */
function readPage(frame: FrameReader): Page {
  const isLast = frame.u8() === 1;
  const count = frame.u32();
  return { frame: frame.rest(), count, isLast };
}
