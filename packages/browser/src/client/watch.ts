// Changes of a range as they are acknowledged, in every tab.

import type { KeyCodec, ScanRange } from '@varve/core';
import type { FrameReader } from '../wire/frame-reader.ts';
import { Call } from '../wire/protocol.ts';
import { guarded } from './guarded.ts';
import { writeRange } from './range.ts';
import type { Remote } from './remote.ts';

/** What has changed. */
export interface RangeChange<K> {
  readonly keys: readonly K[];
  /** Whoever reads now sees this epoch, or a later one. */
  readonly epoch: bigint;
  /** There may have been changes that are not told: another tab has taken the database over, or there were too many to tell. */
  readonly skipped: boolean;
}

/** Changes of a range: iterate them, or take a callback. Both end with `close`. */
export interface Watch<K> extends AsyncIterable<RangeChange<K>> {
  /** Called with each change. Returns what stops it. */
  subscribe(callback: (change: RangeChange<K>) => void): () => void;
  close(): void;
}

export function watchRange<K, P, KI>(remote: Remote, space: number, keys: KeyCodec<K, P, KI>, range: ScanRange<KI, P>): Watch<K> {
  const { connection, watches } = remote;
  const number = remote.newNumber();
  const name = `watch ${number}`;
  const callbacks = new Set<(change: RangeChange<K>) => void>();
  let isClosed = false;
  const tell = (change: RangeChange<K>): void => {
    for (const callback of callbacks) guarded(() => callback(change));
  };
  watches.set(number, {
    read(frame: FrameReader) {
      const epoch = frame.u64();
      const skipped = frame.u8() === 1;
      const changed = Array.from({ length: frame.u32() }, () => {
        const { at, length } = frame.span();
        return keys.decode(frame.bytes, at, length);
      });
      tell({ keys: changed, epoch, skipped });
    },
    skipped: () => tell({ keys: [], epoch: 0n, skipped: true }),
    end: () => close(),
  });
  connection
    .keep(name, Call.watch, (frame) => {
      frame.u32(number).u32(space);
      writeRange(frame, keys, range);
    })
    // The database is closed: there are no more changes.
    .catch(() => close());
  const enders = new Set<() => void>();
  const close = (): void => {
    if (isClosed) return;
    isClosed = true;
    callbacks.clear();
    for (const end of enders) end();
    watches.delete(number);
    connection.forget(name);
    connection.say(Call.closeWatch, (frame) => frame.u32(number));
  };
  return {
    subscribe(callback) {
      callbacks.add(callback);
      return () => void callbacks.delete(callback);
    },
    close,
    [Symbol.asyncIterator]: () => iterate(callbacks, enders, close),
  };
}

/** From the call on, not from the first `next`: what changes between them is told. */
function iterate<T>(callbacks: Set<(item: T) => void>, enders: Set<() => void>, close: () => void): AsyncIterator<T, undefined> {
  const waiting: T[] = [];
  const asking: ((result: IteratorResult<T, undefined>) => void)[] = [];
  let isOver = false;
  callbacks.add((value) => {
    const resolve = asking.shift();
    if (resolve === undefined) waiting.push(value);
    else resolve({ done: false, value });
  });
  enders.add(() => {
    isOver = true;
    for (const resolve of asking.splice(0)) resolve({ done: true, value: undefined });
  });
  return {
    next() {
      const value = waiting.shift();
      if (value !== undefined) return Promise.resolve({ done: false, value });
      if (isOver) return Promise.resolve({ done: true, value: undefined });
      return new Promise((resolve) => asking.push(resolve));
    },
    return() {
      close();
      return Promise.resolve({ done: true, value: undefined });
    },
  };
}
