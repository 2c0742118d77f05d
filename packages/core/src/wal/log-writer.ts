// The writing end of the log: one append in flight, segments that follow each other, and what is known to be durable of them.

import { asynchronous, fenced } from '../base/errors.ts';
import { andThen, letGo, type MaybePromise } from '../base/maybe-promise.ts';
import { segmentName } from '../format/object-names.ts';
import type { LogSegment, LogStore } from '../store/log-store.ts';

interface Segment {
  readonly number: number;
  readonly file: LogSegment;
  appended: number;
  synced: number;
}

export class LogWriter {
  readonly #log: LogStore;
  /** Segments with bytes that are not known to be durable, oldest first; the last one is written to. */
  readonly #segments: Segment[] = [];

  constructor(log: LogStore) {
    this.#log = log;
  }

  get #current(): Segment {
    return this.#segments.at(-1)!;
  }

  /** Number of the segment that is written to. */
  get segment(): number {
    return this.#current.number;
  }

  /** Bytes appended to it. */
  get position(): number {
    return this.#current.appended;
  }

  /** Bytes of it that survive a power cut. */
  get synced(): number {
    return this.#current.synced;
  }

  /** Starts a segment. False: its number is taken, or the last segment was. */
  begin(segment: number, sizeBytes: number): MaybePromise<boolean> {
    return andThen(this.#log.create(segment, sizeBytes), (file) => {
      if (file === undefined) return false;
      // Whoever takes segments looks for new ones behind those it has taken: if the last one was not taken when this one was there, this one is found.
      return andThen(this.isTaken() ?? false, (isTaken) => {
        if (isTaken) return andThen(file.close(), () => false);
        this.#dropDurable();
        this.#segments.push({ number: segment, file, appended: 0, synced: 0 });
        return true;
      });
    });
  }

  /** Starts the next segment. Its number being taken means that another writer is at work. */
  roll(segment: number, sizeBytes: number): MaybePromise<void> {
    return andThen(this.begin(segment, sizeBytes), (begun) => {
      if (begun) return;
      throw fenced(segmentName(segment));
    });
  }

  /** Hands the next bytes of the current segment to the system. */
  append(bytes: Uint8Array): MaybePromise<void> {
    const current = this.#current;
    return andThen(current.file.append(bytes, current.appended), () => {
      current.appended += bytes.length;
    });
  }

  /** Has another writer taken the segment that is written to? Undefined where segments cannot be taken, or there is none. */
  isTaken(): Promise<boolean> | undefined {
    const current = this.#segments.at(-1);
    return this.#log.takeSegments === undefined ? undefined : current?.file.isTaken?.();
  }

  /** Makes everything that is appended by now durable, older segments first. */
  async sync(): Promise<void> {
    const covered = this.#segments.map((segment) => ({ segment, end: segment.appended }));
    for (const { segment, end } of covered) {
      // What was flushed meanwhile is closed, and need not be durable here any more.
      if (segment.synced >= end || !this.#segments.includes(segment)) continue;
      await segment.file.sync();
      segment.synced = Math.max(segment.synced, end);
    }
    this.#dropDurable();
  }

  /** True when `syncNow` would do. */
  get canSyncNow(): boolean {
    return this.#current.file.syncNow !== undefined;
  }

  /** The same before returning. */
  syncNow(): void {
    for (const segment of this.#segments) {
      if (segment.synced >= segment.appended) continue;
      if (segment.file.syncNow === undefined) throw asynchronous();
      segment.file.syncNow();
      segment.synced = segment.appended;
    }
    this.#dropDurable();
  }

  async close(): Promise<void> {
    for (const segment of this.#segments.splice(0)) await segment.file.close();
  }

  /** Closes segments that are durable and not written to any more. */
  #dropDurable(): void {
    while (this.#segments.length > 1 && this.#segments[0]!.synced >= this.#segments[0]!.appended) letGo(this.#segments.shift()!.file);
  }

  /** Segments below this number were flushed: whether they are durable does not matter any more. */
  forgetBelow(segment: number): void {
    while (this.#segments.length > 1 && this.#segments[0]!.number < segment) letGo(this.#segments.shift()!.file);
  }
}
