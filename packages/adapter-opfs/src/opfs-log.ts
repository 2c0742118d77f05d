// The log: segments in a file of their own, so that a sync of the log writes nothing else. Room of truncated segments is used again, which a sync likes:
// it then writes data only.

import { StorageError, type LogSegment, type LogStore, type SegmentInfo } from '@varve/core';
import type { Catalog } from './catalog.ts';
import type { Extent } from './extents.ts';
import { naming, storageError } from './opfs-errors.ts';
import type { OpfsHome } from './opfs-home.ts';
import { roomOf } from './volume.ts';

/** A record that begins with so many zeros is none. */
const END_BYTES = 8;

export class OpfsLog implements LogStore {
  readonly kind = 'opfs';
  readonly sync = true;
  readonly defaultDurability = 'buffered';
  readonly #home: OpfsHome;
  readonly #open = new Set<OpfsSegment>();

  constructor(home: OpfsHome) {
    this.#home = home;
  }

  segments(): SegmentInfo[] {
    return [...this.#home.catalog.segments].map(([number, { size }]) => ({ number, size })).sort((a, b) => a.number - b.number);
  }

  read(segment: number, into: Uint8Array): number | undefined {
    const { segments, log } = this.#home.catalog;
    const found = segments.get(segment);
    if (found === undefined) return undefined;
    const bytes = into.subarray(0, Math.min(into.length, found.size)) as Uint8Array<ArrayBuffer>;
    // What was reserved and never written has no bytes yet.
    return naming(nameOf(segment), () => log.read(found.extents, bytes, 0));
  }

  create(segment: number, sizeBytes: number): OpfsSegment | undefined {
    const { catalog } = this.#home;
    if (catalog.segments.has(segment)) return undefined;
    const extents = naming(nameOf(segment), () => placed(catalog, segment, [], sizeBytes));
    const created = new OpfsSegment(this.#home, segment, extents, (closed) => this.#open.delete(closed));
    this.#open.add(created);
    return created;
  }

  async makeDurable(segments: readonly number[]): Promise<void> {
    this.makeDurableNow(segments);
  }

  makeDurableNow(segments: readonly number[]): void {
    const { catalog } = this.#home;
    for (const segment of segments) {
      if (!catalog.segments.has(segment)) throw new StorageError('CORRUPTION', `log segment is missing segment=${segment}`);
    }
    naming(undefined, () => {
      catalog.flush();
      catalog.durably(() => catalog.log.file.flush());
    });
  }

  truncate(before: number): void {
    naming(undefined, () => this.#home.catalog.truncateLog(before));
  }

  close(): void {
    for (const segment of this.#open) segment.close();
  }
}

class OpfsSegment implements LogSegment {
  readonly #home: OpfsHome;
  readonly #number: number;
  readonly #closed: (segment: OpfsSegment) => void;
  #extents: readonly Extent[];
  #room: number;
  /** Something was appended since the last sync. */
  #isDirty = false;
  /** Its room is in the journal for good. */
  #isNamed = false;
  #failure: Error | undefined;

  constructor(home: OpfsHome, number: number, extents: readonly Extent[], closed: (segment: OpfsSegment) => void) {
    this.#home = home;
    this.#number = number;
    this.#extents = extents;
    this.#room = roomOf(extents);
    this.#closed = closed;
  }

  /** Hot: one call of the system. */
  append(bytes: Uint8Array, position: number): void {
    this.#check();
    const { log } = this.#home.catalog;
    const end = position + bytes.length;
    try {
      if (end > this.#room) this.#extend(end);
      this.#isDirty = true;
      log.write(this.#extents, bytes as Uint8Array<ArrayBuffer>, position);
    } catch (error) {
      throw this.#withdrawn(position, storageError(error, nameOf(this.#number)));
    }
  }

  sync(): Promise<void> {
    try {
      this.syncNow();
      return Promise.resolve();
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  syncNow(): void {
    this.#check();
    const { catalog } = this.#home;
    if (!this.#isDirty && this.#isNamed) return;
    try {
      // Its name first: bytes that nobody names are lost.
      if (!this.#isNamed) catalog.flush();
      this.#isNamed = true;
      catalog.durably(() => catalog.log.file.flush());
      this.#isDirty = false;
    } catch (error) {
      this.#failure = new StorageError('UNAVAILABLE', `the log could not be made durable: ${String(error)}`, { cause: error });
      throw this.#failure;
    }
  }

  close(): void {
    this.#failure ??= new StorageError('CLOSED', `log segment is closed segment=${this.#number}`);
    this.#closed(this);
  }

  /** A device that is full may have taken a part of the bytes: zeros end the segment before them, so that nobody finds later what was refused. */
  #withdrawn(position: number, failure: Error): Error {
    if (!(failure instanceof StorageError) || failure.code !== 'QUOTA' || position >= this.#room) return failure;
    try {
      this.#home.catalog.log.write(this.#extents, new Uint8Array(Math.min(END_BYTES, this.#room - position)), position);
      return failure;
    } catch (cause) {
      return new StorageError('UNAVAILABLE', 'the device is full, and may have kept a part of what it was given last', { cause });
    }
  }

  /** What comes after the most that was announced. */
  #extend(end: number): void {
    this.#extents = placed(this.#home.catalog, this.#number, this.#extents, Math.max(end - this.#room, this.#room));
    this.#room = roomOf(this.#extents);
    this.#isNamed = false;
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}

/** Gives a segment so much more room: bytes of the file first, since a quota speaks up there, then the name. */
function placed(catalog: Catalog, segment: number, extents: readonly Extent[], moreBytes: number): readonly Extent[] {
  const more = catalog.log.take(moreBytes);
  try {
    catalog.log.reach(more.offset + more.length);
    catalog.placeSegment(segment, [...extents, more]);
  } catch (error) {
    catalog.log.giveBack([more]);
    throw error;
  }
  return [...extents, more];
}

function nameOf(segment: number): string {
  return `log segment ${segment}`;
}
