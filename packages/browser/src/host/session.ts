// One page at the worker's end: its key spaces, snapshots, cursors and watches, and what it asks for.

import { StorageError, type Durability, type Snapshot } from '@varve/core';
import { FrameReader } from '../wire/frame-reader.ts';
import type { FrameWriter } from '../wire/frame-writer.ts';
import type { Port } from '../wire/port.ts';
import type { StorageReport } from '../wire/storage-report.ts';
import { Call, CARES, Change, DURABILITIES } from '../wire/protocol.ts';
import { Answers } from './answers.ts';
import { CLIENTS, type ClientWrites, type Written } from './client-writes.ts';
import { Images, writeObjects } from './images.ts';
import { looking } from './raw-codec.ts';
import { readRange } from './raw-range.ts';
import type { RawDatabase, RawSpace } from './raw-database.ts';
import { identityOf, type RawSpaces } from './raw-spaces.ts';
import type { WatchedRange, Watches } from './watches.ts';

type RawReads = Pick<RawSpace, 'get' | 'getMany' | 'getEntry' | 'scan'>;
/** Where the store answers at once. */
type SyncRaw = { getSync(key: Uint8Array): Uint8Array | undefined };

/** What sessions of one database share. */
export interface Shared {
  readonly db: RawDatabase;
  readonly spaces: RawSpaces;
  readonly writes: ClientWrites;
  readonly watches: Watches;
  /** The store answers at once. */
  readonly isSync: boolean;
  storage(): Promise<StorageReport>;
}

/** A key space as the page named it. */
interface Named {
  readonly name: string;
  readonly keys: string;
  readonly values: string;
}

export class Session {
  readonly #shared: Shared;
  readonly #client: Uint8Array;
  readonly #answers: Answers;
  readonly #spaces = new Map<number, Named | Error>();
  readonly #snapshots = new Map<number, Snapshot<Uint8Array, Uint8Array>>();
  readonly #cursors = new Map<number, AsyncIterator<[Uint8Array, Uint8Array][]>>();
  readonly #watched = new Map<number, WatchedRange>();
  readonly #images: Images;
  /** What the page had written before this session: what it repeats of that has taken place. */
  #before: Written | Promise<Written>;
  /** Its writes that have taken place and that it may not know of yet. */
  readonly #written = new Set<bigint>();
  readonly #writing = new Set<Promise<unknown>>();
  readonly port: Port;

  /** `after`: an earlier session of the page, whose writes are under way. */
  constructor(shared: Shared, client: Uint8Array, port: Port, after?: Session) {
    this.#shared = shared;
    this.port = port;
    this.#client = client;
    this.#images = new Images(shared.db);
    this.#answers = new Answers(port);
    this.#before = Promise.resolve(after?.settled())
      .then(() => shared.writes.of(client))
      .then((before) => {
        for (const sequence of before.keys()) this.#written.add(sequence);
        return (this.#before = before);
      });
    this.#before.catch(() => undefined);
    port.onmessage = (message) => this.#read(message);
  }

  /** No write is under way any more. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.#before, ...this.#writing]);
  }

  /** The page is gone, or goes on with another session, or the database is closed: who waits for an answer asks again. */
  end(): void {
    this.#answers.end();
    this.port.onmessage = undefined;
    for (const snapshot of this.#snapshots.values()) snapshot.close();
    for (const cursor of this.#cursors.values()) void cursor.return?.();
    for (const watched of this.#watched.values()) this.#shared.watches.remove(watched);
    this.#images.closeAll();
    this.#snapshots.clear();
    this.#cursors.clear();
    this.#watched.clear();
  }

  #read(message: Uint8Array<ArrayBuffer>): void {
    const frame = new FrameReader(message);
    this.#answers.together(() => {
      while (!frame.isDone) this.#take(frame.u32(), frame.u8(), frame);
    });
  }

  /** Reads a call to its end in any case: another one follows. */
  #take(id: number, call: number, frame: FrameReader): void {
    switch (call) {
      case Call.space:
        return this.#openSpace(id, frame.u32(), frame.text(), frame.text(), frame.text());
      case Call.get:
        return this.#get(id, frame);
      case Call.getEntry:
        return this.#getEntry(id, frame);
      case Call.getMany:
        return this.#getMany(id, frame);
      case Call.write:
        return this.#write(id, frame);
      case Call.scan:
        return this.#scan(id, frame);
      case Call.next:
        return this.#later(id, this.#next(frame.u32()), writePage);
      case Call.closeCursor:
        return this.#closeCursor(frame.u32());
      case Call.snapshot:
        return this.#openSnapshot(id, frame.u32());
      case Call.closeSnapshot:
        return this.#closeSnapshot(frame.u32());
      case Call.clear:
        return this.#clear(id, frame);
      case Call.dropSpace: {
        const name = frame.text();
        const dropped = this.#shared.spaces.drop(name, (space) => this.#shared.watches.tellOf(space));
        return this.#later(id, dropped, (out, was) => out.u8(Number(was)));
      }
      case Call.care: {
        const care = frame.u8();
        return this.#later(id, this.#care(care), (out, told) => out.text(told));
      }
      case Call.watch:
        return this.#watch(id, frame);
      case Call.closeWatch:
        return this.#closeWatch(frame.u32());
      case Call.image:
        return this.#later(id, this.#images.open(frame.u32()), writeObjects);
      case Call.readImage:
        return this.#later(id, this.#images.read(frame.u32(), frame.u32(), frame.f64(), frame.u32()), (out, bytes) => out.bytes(bytes));
      case Call.closeImage:
        return this.#images.close(frame.u32());
      default:
        throw new StorageError('UNSUPPORTED', `a page asks for what this worker does not know: reload it call=${call}`);
    }
  }

  #openSpace(id: number, number: number, name: string, keys: string, values: string): void {
    try {
      this.#shared.spaces.open(name, keys, values);
      this.#spaces.set(number, { name, keys, values });
      this.#answers.answer(id, () => undefined);
    } catch (error) {
      this.#spaces.set(number, error as Error);
      this.#answers.fail(id, error);
    }
  }

  #get(id: number, frame: FrameReader): void {
    const [space, snapshot, key] = [frame.u32(), frame.u32(), frame.take()];
    this.#try(id, () => {
      const reads = this.#reads(space, snapshot);
      if (this.#shared.isSync) return this.#inPlace(id, reads, key);
      this.#later(id, reads.get(key), writeMaybe);
    });
  }

  /** The value goes from where it lies straight into the answer. */
  #inPlace(id: number, reads: RawReads, key: Uint8Array): void {
    looking.inPlace = true;
    try {
      const value = (reads as unknown as SyncRaw).getSync(key);
      this.#answers.answer(id, (out) => writeMaybe(out, value));
    } finally {
      looking.inPlace = false;
    }
  }

  #getEntry(id: number, frame: FrameReader): void {
    const [space, snapshot, key] = [frame.u32(), frame.u32(), frame.take()];
    this.#try(id, () =>
      this.#later(id, this.#reads(space, snapshot).getEntry(key), (out, entry) => {
        if (entry === undefined) out.u8(0);
        else out.u8(1).u64(entry.epoch).bytes(entry.value);
      }),
    );
  }

  #getMany(id: number, frame: FrameReader): void {
    const [space, snapshot] = [frame.u32(), frame.u32()];
    const keys = readList(frame);
    this.#try(id, () => {
      const reads = this.#reads(space, snapshot);
      if (!this.#shared.isSync) {
        return this.#later(id, reads.getMany(keys), (out, values) => {
          for (const value of values) writeMaybe(out, value);
        });
      }
      looking.inPlace = true;
      try {
        this.#answers.answer(id, (out) => {
          for (const key of keys) writeMaybe(out, (reads as unknown as SyncRaw).getSync(key));
        });
      } finally {
        looking.inPlace = false;
      }
    });
  }

  #write(id: number, frame: FrameReader): void {
    const sequence = frame.u64();
    const lowest = frame.u64();
    const durability = DURABILITIES[frame.u8()];
    const changes = readChanges(frame);
    const write = (before: Written): Promise<bigint | Uint8Array> => this.#writeOnce(before, { sequence, lowest, durability, changes });
    // Once that is known, writes take their places in line in the order in which they came.
    const written = this.#before instanceof Promise ? this.#before.then(write) : write(this.#before);
    this.#writing.add(written);
    const over = (): void => void this.#writing.delete(written);
    written.then(over, over);
    this.#later(id, written, (out, result) => {
      if (typeof result === 'bigint') out.u8(1).u64(result);
      else out.u8(0).bytes(result);
    });
  }

  async #writeOnce(before: Written, { sequence, lowest, durability, changes }: AskedWrite): Promise<bigint | Uint8Array> {
    const { db, writes, watches } = this.#shared;
    const epoch = before.get(sequence);
    if (epoch !== undefined) return epoch;
    const batch = db.batch();
    const spaces = changes.map(({ space }) => this.#space(space));
    changes.forEach(({ kind, key, value, epoch: expected }, i) => {
      if (kind === Change.put) batch.put(spaces[i] as never, key, value as never);
      else if (kind === Change.delete) batch.delete(spaces[i] as never, key);
      else batch.check(spaces[i] as never, key, expected);
    });
    writes.note(batch, this.#client, sequence);
    const known = [...this.#written].filter((each) => each < lowest);
    for (const each of known) {
      writes.forgetOne(batch, this.#client, each);
      this.#written.delete(each);
    }
    const result = await db.write(batch, { durability }).catch((error: unknown) => {
      for (const each of known) this.#written.add(each);
      throw error;
    });
    if (!result.ok) {
      for (const each of known) this.#written.add(each);
      return result.key;
    }
    this.#written.add(sequence);
    // Who began to watch meanwhile may have read before this.
    if (!watches.isEmpty) watches.tell(this.#changedKeys(changes), result.epoch);
    return result.epoch;
  }

  #scan(id: number, frame: FrameReader): void {
    const [space, snapshot] = [frame.u32(), frame.u32()];
    const range = readRange(frame);
    const [keysOnly, reverse, limit, cursor] = [frame.u8() === 1, frame.u8() === 1, frame.f64(), frame.u32()];
    this.#try(id, () => {
      const scan = this.#reads(space, snapshot).scan({ ...range, keysOnly, reverse, limit });
      this.#cursors.set(cursor, scan.batches()[Symbol.asyncIterator]());
      this.#later(id, this.#next(cursor), writePage);
    });
  }

  async #next(number: number): Promise<readonly [Uint8Array, Uint8Array | undefined][] | undefined> {
    const cursor = this.#cursors.get(number);
    if (cursor === undefined) throw new StorageError('EXPIRED', 'the scan went with the tab that had the database open: begin again');
    const { done, value } = await cursor.next();
    if (done === true) this.#cursors.delete(number);
    return done === true ? undefined : value;
  }

  #closeCursor(number: number): void {
    void this.#cursors.get(number)?.return?.();
    this.#cursors.delete(number);
  }

  #openSnapshot(id: number, number: number): void {
    this.#try(id, () => {
      const snapshot = this.#shared.db.snapshot();
      this.#snapshots.set(number, snapshot);
      this.#answers.answer(id, (out) => out.u64(snapshot.epoch));
    });
  }

  #closeSnapshot(number: number): void {
    this.#snapshots.get(number)?.close();
    this.#snapshots.delete(number);
  }

  #clear(id: number, frame: FrameReader): void {
    const number = frame.u32();
    const range = readRange(frame);
    this.#try(id, () => {
      const space = this.#space(number);
      const cleared = space.clear(range).finally(() => this.#shared.watches.tellOf(this.#identity(number)));
      this.#later(id, cleared, (out, count) => out.f64(count));
    });
  }

  async #care(number: number): Promise<string> {
    const { db } = this.#shared;
    switch (CARES[number]) {
      case 'stats':
        return toJson(db.stats());
      case 'verify':
        return toJson(await db.verify());
      case 'storage':
        return toJson(await this.#shared.storage());
      case 'keyspaces':
        return toJson(db.keyspaces().filter(({ name }) => name !== CLIENTS));
      case 'flush':
      case 'compact':
      case 'sync':
      case 'idle':
        await db[CARES[number]]();
        return 'null';
      default:
        throw new StorageError('UNSUPPORTED', `a page asks for what this worker does not know: reload it care=${number}`);
    }
  }

  #watch(id: number, frame: FrameReader): void {
    const [number, space] = [frame.u32(), frame.u32()];
    const range = readRange(frame);
    this.#try(id, () => {
      this.#closeWatch(number);
      this.#space(space);
      const watched = { space: this.#identity(space), range, answers: this.#answers, number };
      this.#watched.set(number, watched);
      this.#shared.watches.add(watched);
      this.#answers.answer(id, () => undefined);
    });
  }

  #closeWatch(number: number): void {
    const watched = this.#watched.get(number);
    if (watched !== undefined) this.#shared.watches.remove(watched);
    this.#watched.delete(number);
  }

  /** By name: one that was dropped is made anew for whoever goes on writing to it. */
  #space(number: number): RawSpace {
    if (number === 0) return this.#shared.db;
    const named = this.#spaces.get(number);
    if (named instanceof Error) throw named;
    if (named === undefined) throw new StorageError('EXPIRED', 'the key space is not open here: open it again');
    return this.#shared.spaces.open(named.name, named.keys, named.values);
  }

  #identity(number: number): string {
    const named = this.#spaces.get(number);
    return named === undefined || named instanceof Error ? '' : identityOf(named.name, named.keys);
  }

  #changedKeys(changes: readonly RawChange[]): Map<string, Uint8Array[]> {
    const changed = new Map<string, Uint8Array[]>();
    for (const { kind, space, key } of changes) if (kind !== Change.check) listOf(changed, this.#identity(space)).push(key);
    return changed;
  }

  #reads(number: number, snapshot: number): RawReads {
    const space = this.#space(number);
    if (snapshot === 0) return space;
    const held = this.#snapshots.get(snapshot);
    if (held === undefined) throw new StorageError('EXPIRED', 'the snapshot is closed, or went with the tab that held it: open a new one');
    return (number === 0 ? held : held.keyspace(space as never)) as RawReads;
  }

  #try(id: number, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#answers.fail(id, error);
    }
  }

  #later<T>(id: number, work: Promise<T>, write: (out: FrameWriter, value: T) => void): void {
    work.then(
      (value) => this.#answers.answer(id, (out) => write(out, value)),
      (error: unknown) => this.#answers.fail(id, error),
    );
  }
}

interface RawChange {
  readonly kind: number;
  readonly space: number;
  readonly key: Uint8Array;
  readonly value?: Uint8Array;
  readonly epoch?: bigint;
}

interface AskedWrite {
  readonly sequence: bigint;
  /** The page has answers for all that come before this one. */
  readonly lowest: bigint;
  readonly durability: Durability | undefined;
  readonly changes: readonly RawChange[];
}

function readChanges(frame: FrameReader): RawChange[] {
  return Array.from({ length: frame.u32() }, () => {
    const [kind, space, key] = [frame.u8(), frame.u32(), frame.take()];
    if (kind === Change.put) return { kind, space, key, value: frame.take() };
    if (kind === Change.delete || frame.u8() === 0) return { kind, space, key };
    return { kind, space, key, epoch: frame.u64() };
  });
}

function readList(frame: FrameReader): Uint8Array[] {
  return Array.from({ length: frame.u32() }, () => frame.take());
}

function writeMaybe(out: FrameWriter, value: Uint8Array | undefined): void {
  if (value === undefined) out.u8(0);
  else out.u8(1).bytes(value);
}

const NOTHING = new Uint8Array(0);

/** Without a page it was the last. */
function writePage(out: FrameWriter, page: readonly [Uint8Array, Uint8Array | undefined][] | undefined): void {
  out.u8(Number(page === undefined)).u32(page?.length ?? 0);
  for (const [key, value] of page ?? []) out.bytes(key).bytes(value ?? NOTHING);
}

function listOf<T>(lists: Map<string, T[]>, key: string): T[] {
  const found = lists.get(key);
  if (found !== undefined) return found;
  const made: T[] = [];
  lists.set(key, made);
  return made;
}

function toJson(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner));
}
