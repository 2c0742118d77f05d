// A key space as a page holds it: keys and values become bytes here, in the page, and everything else happens in the worker.

import type { Codec, Entry, KeyCodec, ReadOptions, Reads, Scan, ScanRange, WriteOptions, Writes } from '@varve/core';
import type { FrameReader } from '../wire/frame-reader.ts';
import type { FrameWriter } from '../wire/frame-writer.ts';
import { Call, Change, DURABILITIES } from '../wire/protocol.ts';
import { LiveRange, type Live } from './live-range.ts';
import { writeRange } from './range.ts';
import { abortable, type Remote } from './remote.ts';
import { RemoteScan } from './remote-scan.ts';
import { watchRange, type Watch } from './watch.ts';

/** Entries, and bytes, that `putMany` sends at once. */
const MANY = 1000;
const MANY_BYTES = 256 * 1024;

/** Reads, now or at the moment of a snapshot. */
export class RemoteReads<K, V, P, KI> implements Reads<K, V, P, KI> {
  /** @internal */
  readonly remote: Remote;
  /** @internal */
  readonly number: number;
  /** @internal */
  readonly keys: KeyCodec<K, P, KI>;
  /** @internal */
  readonly values: Codec<V, never>;
  readonly #snapshot: number;

  constructor(remote: Remote, number: number, keys: KeyCodec<K, P, KI>, values: Codec<V, never>, snapshot = 0) {
    this.remote = remote;
    this.number = number;
    this.keys = keys;
    this.values = values;
    this.#snapshot = snapshot;
  }

  get(key: KI, options?: ReadOptions): Promise<V | undefined> {
    return this.#ask(Call.get, key, (frame) => this.#value(frame), options);
  }

  has(key: KI, options?: ReadOptions): Promise<boolean> {
    return this.#ask(Call.get, key, (frame) => frame.u8() === 1, options);
  }

  getEntry(key: KI, options?: ReadOptions): Promise<Entry<KI, V> | undefined> {
    const read = (frame: FrameReader): Entry<KI, V> | undefined => {
      if (frame.u8() === 0) return undefined;
      const epoch = frame.u64();
      return { key, value: this.#decode(frame), epoch };
    };
    return this.#ask(Call.getEntry, key, read, options);
  }

  getMany(keys: Iterable<KI>, options?: ReadOptions): Promise<(V | undefined)[]> {
    const wanted = [...keys];
    const write = (frame: FrameWriter): void => {
      frame.u32(this.number).u32(this.#snapshot).u32(wanted.length);
      for (const key of wanted) frame.encoded(this.keys, key);
    };
    const read = (frame: FrameReader): (V | undefined)[] => wanted.map(() => this.#value(frame, true));
    return abortable(this.remote.connection.call(Call.getMany, write, read, this.#lasting), options?.signal);
  }

  scan(range: ScanRange<KI, P> = {}): Scan<K, V> {
    const { remote, number, keys, values } = this;
    return new RemoteScan({ ...remote, space: number, snapshot: this.#snapshot, keys, values, range });
  }

  get #lasting(): 'repeat' | 'expire' {
    return this.#snapshot === 0 ? 'repeat' : 'expire';
  }

  #ask<T>(call: typeof Call.get | typeof Call.getEntry, key: KI, read: (frame: FrameReader) => T, options?: ReadOptions): Promise<T> {
    const write = (frame: FrameWriter): unknown => frame.u32(this.number).u32(this.#snapshot).encoded(this.keys, key);
    return abortable(this.remote.connection.call(call, write, read, this.#lasting), options?.signal);
  }

  #value(frame: FrameReader, isOneOfMany = false): V | undefined {
    return frame.u8() === 0 ? undefined : this.#decode(frame, isOneOfMany);
  }

  /** Values that come together share the buffer of their message, as those of a page of a scan do; one that comes alone gets bytes of its own. */
  #decode(frame: FrameReader, isOneOfMany = false): V {
    const { at, length } = frame.span();
    return this.values.decode(frame.bytes, at, length, isOneOfMany);
  }
}

export class RemoteSpace<K, V, P = K, KI = K, VI = V> extends RemoteReads<K, V, P, KI> implements Writes<K, V, P, KI, VI> {
  /** @internal */
  declare readonly values: Codec<V, VI>;

  constructor(remote: Remote, number: number, keys: KeyCodec<K, P, KI>, values: Codec<V, VI>) {
    super(remote, number, keys, values as Codec<V, never>);
  }

  put(key: KI, value: VI, options?: WriteOptions): Promise<bigint> {
    return this.#change((frame) => this.writePut(frame, key, value), options);
  }

  delete(key: KI, options?: WriteOptions): Promise<bigint> {
    return this.#change((frame) => this.writeDelete(frame, key), options);
  }

  /** Writes all entries in batches, in order, and returns how many there were. */
  async putMany(entries: Iterable<readonly [KI, VI]> | AsyncIterable<readonly [KI, VI]>, options?: WriteOptions): Promise<number> {
    let count = 0;
    let inGroup = 0;
    let group = this.remote.connection.frame();
    let before: Promise<unknown> | undefined;
    // One group is under way while the next one is made.
    const send = async (): Promise<void> => {
      const written = this.remote.connection.write(inGroup, group.take(), DURABILITIES.indexOf(options?.durability));
      written.catch(() => undefined);
      inGroup = 0;
      group = this.remote.connection.frame();
      await abortable(Promise.resolve(before), options?.signal);
      before = written;
    };
    const add = ([key, value]: readonly [KI, VI]): boolean => {
      this.writePut(group, key, value);
      count++;
      return ++inGroup >= MANY || group.length >= MANY_BYTES;
    };
    // A loop that awaits takes a turn for each entry: only where it has to.
    if (Symbol.asyncIterator in entries) {
      for await (const entry of entries) if (add(entry)) await send();
    } else {
      for (const entry of entries) if (add(entry)) await send();
    }
    if (inGroup > 0) await send();
    await abortable(Promise.resolve(before), options?.signal);
    return count;
  }

  /** Deletes every key of a range and returns how many there were. Not atomic as a whole. */
  clear(range: ScanRange<KI, P> = {}): Promise<number> {
    const write = (frame: FrameWriter): void => {
      frame.u32(this.number);
      writeRange(frame, this.keys, range);
    };
    return abortable(
      this.remote.connection.call(Call.clear, write, (frame) => frame.f64()),
      range.signal,
    );
  }

  /** Reads, changes and writes one key as one step, whichever tabs do the same: `change` is called again when another write came between. */
  async update(key: KI, change: (old: V | undefined) => VI | undefined, options?: WriteOptions): Promise<VI | undefined> {
    for (;;) {
      const entry = await this.getEntry(key, options);
      const value = change(entry?.value);
      const changes = this.remote.connection.frame();
      changes.u8(Change.check).u32(this.number).encoded(this.keys, key);
      if (entry === undefined) changes.u8(0);
      else changes.u8(1).u64(entry.epoch);
      if (value === undefined) this.writeDelete(changes, key);
      else this.writePut(changes, key, value);
      const written = this.remote.connection.write(2, changes.take(), DURABILITIES.indexOf(options?.durability));
      if (typeof (await abortable(written, options?.signal)) === 'bigint') return value;
    }
  }

  /** Tells of changes in a range, from now on. */
  watch(range: ScanRange<KI, P> = {}): Watch<K> {
    return watchRange(this.remote, this.number, this.keys, range);
  }

  /** A range that is kept up to date, for what shows it: `subscribe` and `getSnapshot`, as useSyncExternalStore wants them. */
  live(range: ScanRange<KI, P> = {}): Live<readonly (readonly [K, V])[] | undefined> {
    return new LiveRange(
      this.remote.connection,
      () => this.scan(range).all(),
      () => this.watch(range),
    );
  }

  /** @internal */
  writePut(frame: FrameWriter, key: KI, value: VI): void {
    frame.u8(Change.put).u32(this.number).encoded(this.keys, key).encoded(this.values, value);
  }

  /** @internal */
  writeDelete(frame: FrameWriter, key: KI): void {
    frame.u8(Change.delete).u32(this.number).encoded(this.keys, key);
  }

  #change(write: (frame: FrameWriter) => void, options: WriteOptions | undefined): Promise<bigint> {
    if (options?.signal?.aborted === true) return Promise.reject(options.signal.reason as Error);
    return abortable(this.remote.connection.change(write, options?.durability), options?.signal);
  }
}
