// A log over objects as a reader follows it. It knows up to which place the log is in its memtables, lists what stands behind that, and takes in what no
// writer can make void any more (docs/PROTOCOL.md, rule 13).
//
//   list ----> newest manifest ----> apply: heads of new segments -> where the segments end -> records, in order, up to the first that is not sure
//     '-> the first objects are read meanwhile
//
// Nothing is taken in out of order, so what is in the memtables is always a prefix of the log.

import { RECORD_HEADER_BYTES } from '@varve/wasm-kernels';
import { StorageError } from '../base/errors.ts';
import type { MaybePromise } from '../base/maybe-promise.ts';
import { segmentName } from '../format/object-names.ts';
import { recordBytes } from '../format/record.ts';
import type { Memtable } from '../memtable/memtable.ts';
import { tell } from '../stats/events.ts';
import type { LogStore } from '../store/log-store.ts';
import type { AsyncOperations } from '../store/object-store.ts';
import type { ManifestState } from '../version/manifest-state.ts';
import { listPieces, type LogPiece } from '../wal/object-tail.ts';
import { SEGMENT_HEADER_BYTES, type SegmentSeed } from '../wal/segment-format.ts';
import type { FollowedLog, FollowHost, LogFollower } from './follow.ts';
import { damaged, LogMemory } from './log-memory.ts';
import { PieceReads } from './piece-reads.ts';
import { SegmentHeads } from './segment-heads.ts';
import { segmentLimits, type SegmentHead } from './segment-limits.ts';

/** Everything before it was taken in, or does not count. */
interface Place {
  readonly segment: number;
  /** Where the piece begins that comes next, or that did not fit as a whole. */
  readonly piece: number;
  /** Where its next record begins. */
  readonly end: number;
}

export class ObjectLogFollower implements LogFollower {
  readonly #host: FollowHost;
  readonly #store: AsyncOperations;
  readonly #log: LogStore;
  readonly #memory: LogMemory;
  readonly #heads: SegmentHeads;
  #place: Place = { segment: 0, piece: 0, end: 0 };
  /** Where the log began when the last list was begun, and what that has found. */
  #known = 0;
  #listed: readonly LogPiece[] = [];
  #reads: PieceReads;
  #waitsFor: FollowedLog['waitsFor'];
  /** What `#memory.given` was when there was no room. */
  #full = -1;
  /** Where something was missing: it is damage if it still is at the next look. */
  #gap: string | undefined;
  #isTold = false;

  constructor(host: FollowHost, store: AsyncOperations, log: LogStore) {
    this.#host = host;
    this.#store = store;
    this.#log = log;
    this.#memory = new LogMemory(host);
    this.#heads = new SegmentHeads(host);
    this.#reads = new PieceReads(store);
  }

  get epoch(): bigint {
    return this.#memory.newestEpoch;
  }

  get memtables(): readonly Memtable[] {
    return this.#memory.memtables;
  }

  get progress(): FollowedLog {
    const { segment, end } = this.#place;
    return { segment, position: end, entries: this.#memory.entries, waitsFor: this.#waitsFor };
  }

  keepFrom(position: number): void {
    this.#memory.keepFrom(position);
  }

  free(memtable: Memtable): void {
    this.#memory.free(memtable);
  }

  close(): MaybePromise<void> {
    return this.#log.close();
  }

  async list(position: number): Promise<void> {
    this.#goOnTo(position);
    this.#known = position;
    this.#listed = await listPieces(this.#store, this.#place.segment, this.#place.piece);
    this.#reads = new PieceReads(this.#store);
    if (!this.#isFull) this.#reads.begin(this.#listed);
  }

  async apply(state: ManifestState): Promise<void> {
    try {
      // Before the first position is set nobody was promised anything.
      if (state.logPosition > 0) await this.#takeInListed(state);
    } finally {
      // Nothing that was read for it is kept until the next look.
      this.#listed = [];
      this.#reads = new PieceReads(this.#store);
    }
  }

  async #takeInListed(state: ManifestState): Promise<void> {
    this.#goOnTo(state.logPosition);
    this.#waitsFor = undefined;
    const pieces = this.#listed.filter(({ segment }) => segment >= state.logPosition);
    if (!(await this.#heads.read(pieces, this.#reads, state))) throw this.#missing();
    this.#expectBeginning(state);
    for (const [segment, limit] of segmentLimits(this.#sureHeads(pieces, state))) {
      if (segment < this.#place.segment) continue;
      if (segment > this.#place.segment) this.#place = { segment, piece: 0, end: 0 };
      const own = pieces.filter((piece) => piece.segment === segment && piece.position >= this.#place.piece);
      if (!(await this.#takeIn(own, limit, state))) return;
    }
  }

  /** What comes before was flushed. */
  #goOnTo(position: number): void {
    this.#heads.keepFrom(position);
    if (this.#place.segment >= position) return;
    this.#place = { segment: position, piece: 0, end: 0 };
    this.#full = -1;
  }

  /**
   * A fence that nothing follows may be of somebody who was overtaken before it was written: whoever came next has not seen it, and tells another end. So it
   * counts while its term is the newest, and once its writer has gone on.
   */
  #sureHeads(pieces: readonly LogPiece[], { term }: ManifestState): SegmentHead[] {
    const heads = this.#heads.known;
    for (let last = heads.at(-1); last !== undefined; last = heads.at(-1)) {
      const { segment, term: own } = last.header;
      const isSure = last.fence === undefined || own === term || segment <= this.#place.segment;
      if (isSure || pieces.some((piece) => piece.segment === segment && piece.position > 0)) break;
      heads.pop();
    }
    return heads;
  }

  /** A manifest names no segment that was not begun: one that was listed later, and has none, tells of another log, or of damage. */
  #expectBeginning({ logPosition }: ManifestState): void {
    if (this.#known !== logPosition || this.#heads.has(logPosition)) return;
    const message =
      "a log segment that the manifest needs is missing: is this the database's log? If so, restore it, or the whole database from a backup";
    throw new StorageError('CORRUPTION', message, { object: segmentName(logPosition) });
  }

  /** Takes in the pieces of a segment that ends at `limit`. True: it is whole, and the next one follows. */
  async #takeIn(pieces: readonly LogPiece[], limit: number, { term }: ManifestState): Promise<boolean> {
    const { segment } = this.#place;
    const { seed, term: own } = this.#heads.of(segment).header;
    const isDecided = limit < Infinity || own === term;
    // Who appends again was not overtaken before: only the last piece may come too late for the writer that is to come.
    const sure = isDecided ? pieces : pieces.slice(0, -1);
    for (const piece of sure) {
      if (piece.position >= limit) break;
      if (piece.position !== this.#place.piece) throw this.#missing();
      if (this.#isFull) return this.#noteFull();
      const bytes = await this.#reads.take(piece, sure);
      if (bytes === undefined) throw this.#missing();
      if (!this.#takeInRecords(bytes, piece, seed, limit)) return this.#noteFull();
    }
    if (limit < Infinity && this.#place.end < limit) throw this.#missing();
    this.#gap = undefined;
    if (!isDecided && pieces.length > 0) this.#waitsFor = 'takeover';
    return limit < Infinity;
  }

  /** False: memory is full. */
  #takeInRecords(bytes: Uint8Array, { segment, position, size }: LogPiece, seed: SegmentSeed, limit: number): boolean {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const first = Math.max(position, this.#place.end, SEGMENT_HEADER_BYTES);
    for (let at = first - position; at < bytes.length;) {
      const payloadBytes = at + RECORD_HEADER_BYTES <= bytes.length ? view.getUint32(at, true) : Infinity;
      if (payloadBytes > bytes.length) throw damaged({ segment, position: position + at });
      const end = at + recordBytes(payloadBytes);
      if (position + end > limit) break;
      if (end > bytes.length) throw damaged({ segment, position: position + at });
      if (!this.#memory.add({ bytes: bytes.subarray(at, end), payloadBytes, segment, position: position + at, seed })) return false;
      at = end;
      this.#place = { segment, piece: position, end: position + at };
    }
    this.#place = { segment, piece: position + size, end: Math.max(this.#place.end, position + size) };
    return true;
  }

  /** There was no room, and nothing was given back since. */
  get #isFull(): boolean {
    return this.#full === this.#memory.given;
  }

  #noteFull(): false {
    const message =
      'the log has more than this reader has memory for: it sees the rest when the writer has flushed it; open the reader with a larger memoryBudgetBytes';
    if (!this.#isTold) tell(this.#host.onEvent, { kind: 'warning', message });
    this.#isTold = true;
    this.#full = this.#memory.given;
    this.#waitsFor = 'memory';
    return false;
  }

  /** What is needed was listed or deleted while we looked: then the next look finds it, or that it is not needed any more. */
  #missing(): StorageError {
    const { segment, piece } = this.#place;
    const gap = `${segment}/${piece}`;
    const isDamage = this.#gap === gap;
    this.#gap = gap;
    const details = { object: segmentName(segment), offset: piece };
    return isDamage
      ? new StorageError('CORRUPTION', 'bytes of a log segment are missing', details)
      : new StorageError('EXPIRED', 'the log was cut off while it was read: read again', details);
  }
}
