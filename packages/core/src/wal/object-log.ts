// A log over objects, for places that have nothing which grows: each append is an object, created if absent. What stands in the store:
//
//   wal/<segment, 20 digits>.wal/begin                     the nonce of its owner, 32 hex digits: whoever created it, or, with a + behind, has taken it
//                                                          (docs/PROTOCOL.md, rule 4). So a list shows by its size that it was taken, and nobody takes it again
//   wal/<segment, 20 digits>.wal/<position, 16 digits>     the bytes that were appended at this position
//
// A segment is there while its `begin` is: pieces that an overtaken writer adds to a truncated one are seen by nobody, and go with the next truncation.
// An object is durable once it is created, so a sync only waits for the append before it.

import { StorageError } from '../base/errors.ts';
import { randomHex } from '../base/hex.ts';
import type { Random } from '../base/random.ts';
import type { MaybePromise } from '../base/maybe-promise.ts';
import { compareBytes } from '../format/compare-bytes.ts';
import { segmentName } from '../format/object-names.ts';
import type { LogSegment, LogStore, SegmentInfo } from '../store/log-store.ts';
import type { AsyncOperations, ObjectStore } from '../store/object-store.ts';
import { EarlyPieces } from './early-pieces.ts';
import { inParts } from './in-parts.ts';
import { ObjectSegment } from './object-segment.ts';
import { beginName, byteLengthOf, parseLogObject, SEGMENTS_PREFIX, type Piece, type StoredSegment } from './object-segment-names.ts';

/** Requests that are under way at once while a segment is read, or segments are taken. */
const PARALLEL = 16;
/** Names in one deletion. */
const NAMES_A_DELETION = 1000;

const NONCE_BYTES = 32;
const TAKEN_MARK = '+';

/** What a log of objects needs of a store: who only reads needs no `replace`. */
export type LogObjects = AsyncOperations & Pick<ObjectStore, 'replace'>;

export class ObjectLog implements LogStore {
  readonly kind = 'objects';
  readonly sync = false;
  readonly defaultDurability = 'synced';
  readonly #store: LogObjects;
  readonly #random: Random;
  readonly #open = new Set<ObjectSegment>();
  /** Segments that were taken from others when the database was opened, or before. */
  #taken = new Set<number>();
  /** What `segments` saw last: pieces never change, so whoever wants no more of a segment than was there then needs no other list. */
  #listed = new Map<number, StoredSegment>();
  /** Read while segments were taken, until the first one of this writer begins. */
  readonly #early: EarlyPieces;

  constructor(store: LogObjects, random: Random) {
    this.#store = store;
    this.#random = random;
    this.#early = new EarlyPieces(store);
  }

  async segments(): Promise<SegmentInfo[]> {
    const stored = await this.#stored(SEGMENTS_PREFIX);
    this.#listed = stored;
    const begun = [...stored].filter(([, { begun }]) => begun);
    return begun
      .map(([number, segment]) => ({ number, size: byteLengthOf(segment), isTaken: segment.isTaken || undefined }))
      .sort((a, b) => a.number - b.number);
  }

  async read(number: number, into: Uint8Array): Promise<number | undefined> {
    const listed = this.#listed.get(number);
    const isEnough = listed !== undefined && into.length <= byteLengthOf(listed);
    const segment = isEnough ? listed : (await this.#stored(`${segmentName(number)}/`)).get(number);
    if (!segment?.begun) return undefined;
    try {
      return await this.#readPieces(segment, into);
    } catch (error) {
      // Whoever truncates takes the beginning first.
      if (await this.#store.has(beginName(number))) throw error;
      return undefined;
    }
  }

  async create(number: number): Promise<LogSegment | undefined> {
    this.#early.clear();
    const nonce = this.#newNonce();
    if (!(await this.#store.putIfAbsent(beginName(number), nonce)) && !(await this.#isMine(number, nonce))) return undefined;
    const segment = new ObjectSegment({ number, nonce, store: this.#store, closed: () => this.#open.delete(segment) });
    this.#open.add(segment);
    return segment;
  }

  /** Until nothing is found that is not taken: whoever was there may have begun another one meanwhile. */
  async takeSegments(from: number, check: () => MaybePromise<unknown>, seen?: readonly SegmentInfo[]): Promise<SegmentInfo[]> {
    const nonce = this.#newNonce(TAKEN_MARK);
    // A mark that comes later counts for nothing: the list that shows it may lack what was appended before it.
    const taken = (this.#taken = new Set(
      (seen ?? []).filter(({ number, isTaken }) => number >= from && isTaken).map(({ number }) => number),
    ));
    const isFree = ({ number }: SegmentInfo): boolean => number >= from && !taken.has(number);
    let found = (seen ?? []).filter(isFree);
    let early: Promise<void> | undefined;
    try {
      for (;;) {
        const taking = this.#replaceOwners(found, nonce);
        // They stand behind in the line for a connection: until segments are taken their owner acknowledges.
        early ??= this.#early.fetch([...this.#listed].filter(([number]) => number >= from).map(([, segment]) => segment));
        await taking;
        for (const { number } of found) taken.add(number);
        const segments = await this.segments();
        found = segments.filter(isFree);
        if (found.length === 0) return segments;
        await check();
      }
    } catch (error) {
      this.#early.clear();
      throw error;
    } finally {
      await early;
    }
  }

  async #replaceOwners(segments: readonly SegmentInfo[], nonce: Uint8Array): Promise<void> {
    // Where one writer takes segments and another one does not, acknowledged writes are lost: so all do.
    const replace = this.#store.replace?.bind(this.#store);
    if (replace === undefined) throw new StorageError('UNSUPPORTED', 'a log of objects needs a store that has replace');
    for (const some of inParts(segments, PARALLEL)) await Promise.all(some.map(async ({ number }) => replace(beginName(number), nonce)));
  }

  /** Nobody else has it. */
  #newNonce(mark = ''): Uint8Array {
    return new TextEncoder().encode(randomHex(this.#random, NONCE_BYTES / 2) + mark);
  }

  /** A lost answer looks like a lost race, where a store asks again by itself (docs/PROTOCOL.md, rule 7). */
  async #isMine(number: number, nonce: Uint8Array): Promise<boolean> {
    const there = await this.#store.get(beginName(number));
    return there !== undefined && compareBytes(there, nonce) === 0;
  }

  async makeDurable(numbers: readonly number[]): Promise<void> {
    // What was listed is durable.
    const asked = numbers.filter((number) => this.#listed.get(number)?.begun !== true);
    for (const some of inParts(asked, PARALLEL)) {
      const there = await Promise.all(some.map(async (number) => this.#store.has(beginName(number))));
      const missing = some.find((_, i) => !there[i]);
      if (missing === undefined) continue;
      throw new StorageError('CORRUPTION', `log segment is missing segment=${missing}`, { object: segmentName(missing) });
    }
  }

  async truncate(before: number): Promise<void> {
    this.#listed.clear();
    const names = [...(await this.#stored(SEGMENTS_PREFIX))].filter(([number]) => number < before).sort(([a], [b]) => a - b);
    // A creation that was sent twice and comes late would bring back whoever had a segment: what was taken keeps its new owner until a later writer truncates.
    const begins = names.filter(([number, { begun }]) => begun && !this.#taken.has(number)).map(([number]) => beginName(number));
    const pieces = names.flatMap(([, segment]) => segment.pieces.map(({ name }) => name));
    for (const some of [...inParts(begins, NAMES_A_DELETION), ...inParts(pieces, NAMES_A_DELETION)]) await this.#store.delete(some);
  }

  async close(): Promise<void> {
    this.#early.clear();
    await Promise.all([...this.#open].map((segment) => segment.close()));
  }

  /** What is stored below a prefix, segments without a beginning included. */
  async #stored(prefix: string): Promise<Map<number, StoredSegment>> {
    const segments = new Map<number, StoredSegment>();
    for (const { name, size } of await this.#store.list(prefix)) {
      const parsed = parseLogObject(name);
      if (parsed === undefined) continue;
      const segment = segments.get(parsed.segment) ?? { begun: false, isTaken: false, pieces: [] };
      segments.set(parsed.segment, segment);
      if (parsed.position === undefined) [segment.begun, segment.isTaken] = [true, size === NONCE_BYTES + TAKEN_MARK.length];
      else segment.pieces.push({ name, position: parsed.position, size });
    }
    return segments;
  }

  async #readPieces(segment: StoredSegment, into: Uint8Array): Promise<number> {
    const wanted = segment.pieces.filter(({ position }) => position < into.length);
    let end = 0;
    for (const { name, position, size } of wanted) {
      if (position !== end) {
        throw new StorageError('CORRUPTION', `bytes of a log segment are missing wanted=${end} found=${position}`, { object: name });
      }
      end += size;
    }
    for (const some of inParts(wanted, PARALLEL)) await Promise.all(some.map((piece) => this.#readPiece(piece, into)));
    return Math.min(end, into.length);
  }

  async #readPiece({ name, position, size }: Piece, into: Uint8Array): Promise<void> {
    const target = into.subarray(position, position + size);
    const early = this.#early.get(name);
    if (early !== undefined) return target.set(early.subarray(0, target.length));
    const reader = await this.#store.openObject(name, size);
    try {
      await reader.readInto(target, 0);
    } finally {
      await reader.close();
    }
  }
}
