// The log of a directory: segments are files `wal/<20 digits>.wal`. A number is taken by creating its file exclusively; what dies with a power cut
// before the first sync is the caller's matter, as are the bytes behind the last one written.

import { closeSync, fstatSync, ftruncateSync, linkSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { StorageError, type LogStore, type SegmentInfo } from '@varve/core';
import { syncFile, unlinkIfThere } from '../file-steps.ts';
import { codeOf, isMissing, type ErrorPlace } from '../fs-errors.ts';
import type { ObjectFiles } from '../object-files.ts';
import { naming, performLater, performNow } from '../perform.ts';
import type { Steps } from '../steps.ts';
import { FileSegment, type SegmentFile, type SegmentHome } from './file-segment.ts';
import { SpareSegments } from './spare-segments.ts';

const SEGMENT_NAME = /^(\d{20})\.wal$/;

export class FsLog implements LogStore, SegmentHome {
  readonly kind = 'fs';
  readonly sync = true;
  readonly defaultDurability = 'buffered';
  readonly place: ErrorPlace;
  syncing = false;
  readonly #files: ObjectFiles;
  readonly #folder: string;
  readonly #spares: SpareSegments;
  readonly #open = new Set<FileSegment>();
  /** Segments that this log has created and closed: nobody else can write to them. */
  readonly #closed = new Set<number>();

  constructor(files: ObjectFiles) {
    this.#files = files;
    this.#folder = `${files.directory}/wal`;
    this.#spares = new SpareSegments(this.#folder, files.temporaryFiles, files.link ?? linkSync);
    this.place = { directory: files.directory, intent: 'write' };
  }

  segments(): SegmentInfo[] {
    return naming({ ...this.place, intent: 'read' }, () => {
      const found: SegmentInfo[] = [];
      for (const number of this.#numbers()) {
        const size = statSync(this.#path(number), { throwIfNoEntry: false })?.size;
        if (size !== undefined) found.push({ number, size });
      }
      return found;
    });
  }

  read(segment: number, into: Uint8Array): number | undefined {
    return naming({ ...this.place, intent: 'read' }, () => readFrom(this.#path(segment), into));
  }

  create(segment: number, sizeBytes: number): FileSegment | undefined {
    return naming(this.place, () => {
      const file = this.#createFile(this.#path(segment), sizeBytes);
      if (file === undefined) return undefined;
      const created = new FileSegment(segment, file, sizeBytes, this);
      this.#open.add(created);
      return created;
    });
  }

  makeDurable(segments: readonly number[]): Promise<void> {
    return performLater(this.place, this.#makeDurable(segments));
  }

  makeDurableNow(segments: readonly number[]): void {
    performNow(this.place, this.#makeDurable(segments));
  }

  truncate(before: number): Promise<void> {
    return performLater(this.place, this.#truncate(before));
  }

  close(): void | Promise<void> {
    const pending = [...this.#open].map((segment) => segment.close()).filter((closing) => closing !== undefined);
    if (pending.length > 0) return Promise.all(pending).then(() => undefined);
  }

  syncFolder(): Steps<void> {
    return this.#files.folders.sync(this.#folder);
  }

  closed(segment: FileSegment): void {
    this.#open.delete(segment);
    this.#closed.add(segment.number);
  }

  *#makeDurable(segments: readonly number[]): Steps<void> {
    if (segments.length === 0) return;
    for (const segment of segments) {
      const descriptor = this.#openExisting(segment);
      try {
        yield* syncFile(descriptor);
      } finally {
        closeSync(descriptor);
      }
    }
    yield* this.syncFolder();
  }

  *#truncate(before: number): Steps<void> {
    for (const number of this.#numbers()) {
      if (number >= before) break;
      const path = this.#path(number);
      const recyclable = this.#closed.delete(number) && this.syncing;
      if (!recyclable || !this.#spares.keep(path)) yield* unlinkIfThere(path);
    }
  }

  /** Undefined: the name is taken. Recycled files are worth their while where syncs are in use; else fresh ones are quicker. */
  #createFile(path: string, mostBytes: number): SegmentFile | undefined {
    this.#files.folders.make(this.#folder);
    try {
      if (!this.syncing || !this.#spares.give(path)) return { descriptor: openSync(path, 'wx+'), size: 0 };
      const descriptor = openSync(path, 'r+');
      // A spare of a log with longer segments: its end would only be room that a recovery has to find.
      if (fstatSync(descriptor).size > mostBytes) ftruncateSync(descriptor, mostBytes);
      return { descriptor, size: fstatSync(descriptor).size };
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return undefined;
      throw error;
    }
  }

  #openExisting(segment: number): number {
    try {
      return openSync(this.#path(segment), 'r+');
    } catch (error) {
      if (isMissing(error)) throw new StorageError('CORRUPTION', `log segment is missing segment=${segment}`);
      throw error;
    }
  }

  #path(segment: number): string {
    return `${this.#folder}/${String(segment).padStart(20, '0')}.wal`;
  }

  #numbers(): number[] {
    return namesIn(this.#folder)
      .map((name) => SEGMENT_NAME.exec(name)?.[1])
      .filter((digits) => digits !== undefined)
      .map(Number)
      .sort((a, b) => a - b);
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function readFrom(path: string, into: Uint8Array): number | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    let done = 0;
    for (let more = -1; more !== 0 && done < into.length; done += more) more = readSync(descriptor, into, done, into.length - done, done);
    return done;
  } finally {
    closeSync(descriptor);
  }
}
