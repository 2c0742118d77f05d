// The bundles in the local store: written one after the other, behind everybody's back, and dropped whole. When the budget is used up the oldest goes,
// and those of its pieces that were found meanwhile are written again (FIFO with reinsertion, which is CLOCK by bundles).

import { StorageError, systemRandom, type MaybePromise, type ObjectStore } from '@varve/core';
import type { Counters } from '../cache-stats.ts';
import type { RemoteHistory } from '../history/history.ts';
import type { CachePlan } from '../options.ts';
import { encodeBundle, pieceChecksum, type PieceEntry } from './bundle-format.ts';
import { BundleReaders } from './bundle-readers.ts';
import { bundleName, bundleSequence } from './load-bundles.ts';
import type { Bundle, KeptPiece } from './piece-index.ts';

/** Writes in a row that fail: the local store is left alone until it is opened anew. */
const MOST_FAILURES = 3;

/** What the pieces are kept with. */
export interface LocalParts {
  readonly local: ObjectStore;
  readonly plan: CachePlan;
  readonly history: RemoteHistory;
  /** The one that all pieces here belong to. */
  readonly identity: string;
  readonly counters: Counters;
  /** Tells of a reason once. */
  readonly warn: (reason: string, error?: unknown) => void;
  readonly unlock: () => MaybePromise<void>;
}

/** Whose pieces they are. */
export interface ShelfOwner {
  /** How long an object is; 0: not known. */
  objectBytes(name: string): number;
  /** The bundle of these pieces goes, and they are to be in the next one. Their bytes are at hand. */
  keepAgain(pieces: readonly KeptPiece[]): void;
  /** These are kept no longer. */
  drop(pieces: readonly KeptPiece[]): void;
  /** Nothing is written again any more. */
  readonly isClosing: boolean;
}

export class BundleShelf {
  readonly #parts: LocalParts;
  readonly #owner: ShelfOwner;
  readonly #readers: BundleReaders;
  /** The oldest first. */
  readonly #bundles = new Map<string, Bundle>();
  readonly #nonce = nonce();
  #nextSequence = 1;
  /** The budget, or what a full disk has left of it. */
  #limit: number;
  #failures = 0;
  #work: Promise<void> = Promise.resolve();

  constructor(parts: LocalParts, owner: ShelfOwner) {
    this.#parts = parts;
    this.#owner = owner;
    this.#readers = new BundleReaders(parts.local);
    this.#limit = parts.plan.budgetBytes;
    parts.counters.keptBytes = 0;
    parts.counters.keptObjects = 0;
  }

  /** Nothing can be written any more. */
  get hasFailed(): boolean {
    return this.#failures >= MOST_FAILURES;
  }

  /** A bundle that is there, the oldest first. */
  add(name: string, size: number): Bundle {
    const bundle: Bundle = { name, size, pieces: new Set(), leaving: false };
    this.#bundles.set(name, bundle);
    this.#nextSequence = Math.max(this.#nextSequence, bundleSequence(name) + 1);
    this.#parts.counters.keptBytes += size;
    this.#parts.counters.keptObjects++;
    return bundle;
  }

  /** The bytes of a piece, or undefined when they are not what they were. */
  async read({ name, index, length, checksum, bundle, position }: KeptPiece): Promise<Uint8Array | undefined> {
    if (bundle === undefined || bundle.leaving) return undefined;
    const { identity, warn } = this.#parts;
    try {
      const bytes = await this.#readers.read(bundle.name, bundle.size, position, length);
      if (pieceChecksum(identity, name, index, bytes) === checksum) return bytes;
      warn('a piece is damaged in the local store, and is read from the remote one');
    } catch (error) {
      if (!bundle.leaving) warn('the local store cannot be read: what it holds is read from the remote one', error);
    }
    return undefined;
  }

  /** Writes pieces as a bundle, when its turn has come; those that are gone by then are left out. `done` is called in the end. */
  write(pieces: readonly KeptPiece[], done: () => void): void {
    this.#then(async () => {
      try {
        await this.#write(pieces.filter(({ gone }) => !gone));
      } finally {
        done();
      }
    });
  }

  /** Nobody wants a piece of this bundle any more. */
  remove(bundle: Bundle): void {
    this.#then(() => this.#delete(bundle));
  }

  /** Drops what is beyond the budget. */
  trim(): void {
    this.#then(async () => void (await this.#makeRoom(0)));
  }

  /** Everything that was begun is done. */
  settled(): Promise<void> {
    return this.#work;
  }

  close(): void {
    this.#readers.closeAll();
  }

  /** One thing after the other, and nobody hears of its failure. */
  #then(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => this.#parts.warn('the local store cannot be tidied up', error));
  }

  async #write(pieces: readonly KeptPiece[]): Promise<void> {
    if (pieces.length === 0) return;
    if (this.hasFailed) return this.#skip(pieces);
    const { bytes, start } = this.#encode(pieces);
    const name = bundleName(this.#nextSequence, this.#nonce);
    try {
      if (!(await this.#makeRoom(bytes.length))) return this.#skip(pieces);
      await this.#parts.local.put(name, bytes);
    } catch (error) {
      this.#skip(pieces);
      return this.#failed(name, bytes.length, error);
    }
    this.#failures = 0;
    this.#install(this.add(name, bytes.length), pieces, start);
  }

  #encode(pieces: readonly KeptPiece[]): ReturnType<typeof encodeBundle> {
    const { plan, history, identity } = this.#parts;
    const entries = pieces.map(({ name, index, length, checksum }): PieceEntry => [
      name,
      this.#owner.objectBytes(name),
      index,
      length,
      checksum,
    ]);
    const directory = { identity, mark: history.newest, pieceBytes: plan.pieceBytes, pieces: entries };
    return encodeBundle(
      directory,
      pieces.map(({ bytes }) => bytes!),
    );
  }

  #failed(name: string, size: number, error: unknown): void {
    const { counters, warn } = this.#parts;
    if (error instanceof StorageError && error.code === 'QUOTA') {
      // Nothing is left of it. From now on as much goes as comes.
      this.#limit = counters.keptBytes;
      return warn('the local store is full: the cache keeps less than it may', error);
    }
    this.#failures++;
    warn('the local store cannot be written: pieces are not kept', error);
    // It may be there, whole: its room is counted until it is certainly gone.
    this.remove(this.add(name, size));
  }

  #install(bundle: Bundle, pieces: readonly KeptPiece[], start: number): void {
    let position = start;
    for (const piece of pieces) {
      if (!piece.gone) {
        bundle.pieces.add(piece);
        Object.assign(piece, { bundle, position, bytes: undefined });
      }
      position += piece.length;
    }
    if (bundle.pieces.size === 0) this.remove(bundle);
  }

  #skip(pieces: readonly KeptPiece[]): void {
    this.#parts.counters.skipped += pieces.length;
    this.#owner.drop(pieces);
  }

  /** False: so much does not fit at all. */
  async #makeRoom(bytes: number): Promise<boolean> {
    const { counters } = this.#parts;
    for (const oldest of this.#bundles.values()) {
      if (counters.keptBytes + bytes <= this.#limit) break;
      await this.#evict(oldest);
    }
    return counters.keptBytes + bytes <= this.#limit;
  }

  /** At most half of a bundle stays, or one of pieces that are all wanted would never go. */
  async #evict(bundle: Bundle): Promise<void> {
    let room = this.#owner.isClosing ? 0 : bundle.size / 2;
    for (const piece of bundle.pieces) {
      if (!piece.touched || piece.length > room) continue;
      const bytes = await this.read(piece);
      if (bytes === undefined || piece.gone) continue;
      room -= piece.length;
      piece.bytes = bytes;
    }
    await this.#delete(bundle);
  }

  /** Pieces that have their bytes again stay. */
  async #delete(bundle: Bundle): Promise<void> {
    if (bundle.leaving) return;
    bundle.leaving = true;
    this.#readers.close(bundle.name);
    try {
      await this.#parts.local.delete([bundle.name]);
    } catch (error) {
      bundle.leaving = false;
      for (const piece of bundle.pieces) piece.bytes = undefined;
      throw error;
    }
    this.#bundles.delete(bundle.name);
    this.#parts.counters.keptBytes -= bundle.size;
    this.#parts.counters.keptObjects--;
    const pieces = [...bundle.pieces];
    bundle.pieces.clear();
    for (const piece of pieces) Object.assign(piece, { bundle: undefined, touched: false });
    this.#owner.keepAgain(pieces.filter(({ bytes }) => bytes !== undefined));
    this.#owner.drop(pieces.filter(({ bytes }) => bytes === undefined));
  }
}

function nonce(): string {
  return Array.from(systemRandom.fill(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
