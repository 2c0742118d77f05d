// Ranges of an object that are asked for before somebody reads them: who reads one range behind the other, as scans and merges do, need not wait for each
// answer before the next question goes out. Per object a few streams are known by where their next read would begin; one that was right twice is given a window of
// requests under way, at most twice as large as what it has read, so that whoever stops early has asked for little in vain. What has come is held until it is read.
// Where a stream has come to the end of its object, who begins at the beginning of another goes on with it: scans and merges read one SST behind the other.
//
// Where a promise belongs to one request (base/cut-off.ts) nothing is on its way for others: there whoever reads in order asks for more than it needs, in
// larger and larger pieces, and what has come is there for the reads that follow, whoever they are.
//
// All streams of a store share one room. What was asked for ahead of one that nobody reads any more goes when others need the place.

import { requestsAreCutOff } from '../base/cut-off.ts';
import { hostTurns } from '../scheduler/turn.ts';

/** What one request asks for. */
const PIECE_BYTES = 2 ** 20;
/** What is asked for ahead of one stream. */
const WINDOW_BYTES = 4 * PIECE_BYTES;
/** Streams of one object. */
const MOST_STREAMS = 4;
/** Random reads follow each other now and then: so many in order are no accident. */
const READS_IN_ORDER = 3;
/** Who has not read on while others did so often is thought to have stopped. */
const IDLE_READS = 64;
/** Objects of which it is known how they are read, where each read opens them anew. */
const MOST_OBJECTS = 64;

interface Piece {
  readonly offset: number;
  readonly end: number;
  /** What has come, or what is on its way; undefined: it could not be had. */
  readonly bytes: Uint8Array | Promise<Uint8Array | undefined>;
}

interface Stream {
  /** Where its first read began; below zero by what it has read of other objects. */
  start: number;
  reads: number;
  /** Number of its last read, among all of the room. */
  lastRead: number;
  /** Where the next read is expected. */
  at: number;
  /** Up to where is asked for. */
  asked: number;
  /** What is asked for and not yet read, in order. */
  pieces: Piece[];
}

/** Memory for what is read ahead, in all objects of a store. */
export class ReadAheadRoom {
  readonly #bytes: number;
  /** Bytes held by each stream that holds any, the one that was read longest ago first. */
  readonly #held = new Map<Stream, number>();
  #used = 0;
  #reads = 0;
  /** How far streams had come that ended with their object, and of which nothing was seen since. */
  readonly #ended: number[] = [];

  /** @internal Nobody waits for what another has asked for. */
  readonly isCutOff: boolean;
  /** By name and size, the one that was opened last at the end: of a host where requests are cut off. */
  readonly #opened = new Map<string, ReadAhead>();

  constructor(bytes = 2 * WINDOW_BYTES, isCutOff = requestsAreCutOff()) {
    this.#bytes = bytes;
    this.isCutOff = isCutOff;
  }

  /**
   * What is read ahead of an object of `size` bytes. `fetch` asks for a range of it; fewer bytes than that, or a failure, are left to whoever reads them to find
   * out.
   */
  open(name: string, size: number, fetch: FetchAhead): ReadAhead {
    if (!this.isCutOff) return new ReadAhead(size, fetch, this);
    const key = `${size} ${name}`;
    const ahead = this.#opened.get(key) ?? new ReadAhead(size, fetch, this);
    this.#opened.delete(key);
    this.#opened.set(key, ahead);
    const [oldest] = this.#opened;
    if (this.#opened.size > MOST_OBJECTS && oldest !== undefined) {
      this.#opened.delete(oldest[0]);
      oldest[1].forget();
    }
    return ahead;
  }

  /** @internal How far ahead of this stream may be asked: all that hold something have equal shares. */
  share(stream: Stream): number {
    const streams = this.#held.size + (this.#held.has(stream) ? 0 : 1);
    return Math.min(WINDOW_BYTES, Math.floor(this.#bytes / streams));
  }

  /** @internal How many bytes more. */
  free(stream: Stream): number {
    const left = this.share(stream) - (this.#held.get(stream) ?? 0);
    for (const [oldest] of this.#held) {
      if (this.#used + left <= this.#bytes || oldest.lastRead > this.#reads - IDLE_READS) break;
      this.drop(oldest);
    }
    return Math.min(left, this.#bytes - this.#used);
  }

  /** @internal It is being read. */
  touch(stream: Stream): void {
    stream.lastRead = ++this.#reads;
    const held = this.#held.get(stream);
    if (held !== undefined) {
      this.#held.delete(stream);
      this.#held.set(stream, held);
    }
  }

  /** @internal Takes room that is free. */
  take(stream: Stream, bytes: number): void {
    this.#used += bytes;
    this.#held.set(stream, (this.#held.get(stream) ?? 0) + bytes);
  }

  /** @internal A piece was read. */
  give(stream: Stream, bytes: number): void {
    this.#used -= bytes;
    const left = this.#held.get(stream)! - bytes;
    if (left > 0) this.#held.set(stream, left);
    else this.#held.delete(stream);
  }

  /** @internal A stream has read its object to the end, after so many bytes. */
  end(bytes: number): void {
    this.#ended.push(bytes);
    if (this.#ended.length > MOST_STREAMS) this.#ended.shift();
  }

  /** @internal Somebody begins at the beginning of an object: how many bytes they have read before. */
  begin(): number {
    return this.#ended.shift() ?? 0;
  }

  /** @internal What was asked for is forgotten. */
  drop(stream: Stream): void {
    this.#used -= this.#held.get(stream) ?? 0;
    this.#held.delete(stream);
    stream.pieces = [];
    stream.asked = 0;
  }
}

/** Asks for a range. */
export type FetchAhead = (offset: number, length: number) => Promise<Uint8Array>;

/** What is read ahead of one object. */
export class ReadAhead {
  readonly #size: number;
  readonly #fetch: FetchAhead;
  readonly #room: ReadAheadRoom;
  /** The one that was read last comes last. */
  readonly #streams: Stream[] = [];

  /** @internal */
  constructor(size: number, fetch: FetchAhead, room: ReadAheadRoom) {
    this.#size = size;
    this.#fetch = fetch;
    this.#room = room;
  }

  /** Fills `target` with what was asked for ahead: true once that is done. False, now or later: it has to be read in the ordinary way. */
  read(target: Uint8Array, offset: number): Promise<boolean> | false {
    const stream = this.#streamAt(offset);
    stream.at = offset + target.length;
    if (stream.start === 0 && stream.reads < READS_IN_ORDER - 1) this.#goOnWith(stream);
    if (++stream.reads < READS_IN_ORDER) return false;
    this.#room.touch(stream);
    const pieces = this.#piecesOf(stream, offset);
    if (!this.#room.isCutOff) this.#askOn(stream);
    if (stream.at === this.#size) this.#room.end(stream.at - stream.start);
    if (pieces.length > 0) return copy(pieces, target, offset);
    return this.#room.isCutOff && this.#readMore(stream, target, offset);
  }

  /** Forgets everything, unless it is opened anew for each read. */
  close(): void {
    if (!this.#room.isCutOff) this.forget();
  }

  /** Forgets everything. */
  forget(): void {
    for (const stream of this.#streams.splice(0)) this.#room.drop(stream);
  }

  #streamAt(offset: number): Stream {
    const known = this.#streams.findIndex(({ at }) => at === offset);
    const [stream = { start: offset, reads: 0, lastRead: 0, at: offset, asked: 0, pieces: [] }] =
      known < 0 ? [] : this.#streams.splice(known, 1);
    this.#streams.push(stream);
    if (this.#streams.length > MOST_STREAMS) this.#room.drop(this.#streams.shift()!);
    return stream;
  }

  /** It has begun at the beginning of the object: perhaps somebody comes from the end of another. Heads of objects may have been read long before. */
  #goOnWith(stream: Stream): void {
    const before = this.#room.begin();
    if (before === 0) return;
    stream.start -= before;
    stream.reads = READS_IN_ORDER;
  }

  /** Those that the read from `offset` to the stream's place needs; what ends there or before is given up. Empty: they are not all there. */
  #piecesOf(stream: Stream, offset: number): Piece[] {
    const needed = stream.pieces.filter((piece) => piece.offset < stream.at && piece.end > offset);
    const read = stream.pieces.filter(({ end }) => end <= stream.at);
    stream.pieces.splice(0, read.length);
    for (const piece of read) this.#room.give(stream, piece.end - piece.offset);
    return needed.length > 0 && needed[0]!.offset <= offset && needed.at(-1)!.end >= stream.at ? needed : [];
  }

  /** Reads on behind `target`, unless that would be little, and keeps what has come. */
  async #readMore(stream: Stream, target: Uint8Array, offset: number): Promise<boolean> {
    const window = Math.min(this.#room.share(stream), 2 * (stream.at - stream.start));
    const length = Math.min(PIECE_BYTES, window, this.#size - offset);
    if (length < 2 * target.length) return false;
    const bytes = await this.#fetch(offset, length).catch(() => undefined);
    if (bytes === undefined || bytes.length < length) return false;
    target.set(bytes.subarray(0, target.length));
    // Nothing is held for a read that was cut off, nor for a stream that others have read on, or that was given up.
    const goesOn = stream.at === offset + target.length && this.#streams.includes(stream);
    if (goesOn && stream.pieces.length === 0 && this.#room.free(stream) >= length) {
      this.#room.take(stream, length);
      stream.pieces.push({ offset, end: offset + length, bytes });
    }
    return true;
  }

  /** Asks for more, unless that would be little. */
  #askOn(stream: Stream): void {
    stream.asked = Math.max(stream.asked, stream.at);
    const share = this.#room.share(stream);
    const window = Math.min(share, 2 * (stream.at - stream.start));
    const until = Math.min(this.#size, stream.at + window);
    // Two pieces at least: one is there when the other is read to its end.
    const most = Math.min(PIECE_BYTES, share >>> 1);
    const least = Math.min(most, window >>> 1, this.#size - stream.asked);
    for (;;) {
      const length = Math.min(most, until - stream.asked, this.#room.free(stream));
      if (length <= 0 || length < least) return;
      this.#room.take(stream, length);
      const offset = stream.asked;
      const bytes = this.#fetch(offset, length).catch(() => undefined);
      stream.pieces.push({ offset, end: offset + length, bytes });
      stream.asked += length;
    }
  }
}

/**
 * False where a piece is not what was asked for. It waits for one turn of the event loop: who finds everything there would otherwise not let it turn, and what
 * was asked for would not go out before the last piece is read.
 */
async function copy(pieces: readonly Piece[], target: Uint8Array, from: number): Promise<boolean> {
  await new Promise<void>((resolve) => hostTurns.next(resolve));
  const answers = await Promise.all(pieces.map(async ({ bytes }) => bytes));
  for (const [i, { offset, end }] of pieces.entries()) {
    const bytes = answers[i];
    if (bytes === undefined || bytes.length < end - offset) return false;
    const [first, last] = [Math.max(offset, from), Math.min(end, from + target.length)];
    target.set(bytes.subarray(first - offset, last - offset), first - from);
  }
  return true;
}
