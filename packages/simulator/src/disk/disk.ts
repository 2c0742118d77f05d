// A simulated disk: objects and log segments, how far each segment would survive a power cut, and what a cut leaves of the rest.
//
// Objects are there whole and for good once their creation has returned, as every store promises; what a real file system does on the way there
// is the matter of its adapter's own tests. Log segments are bytes that the system has, of which the first so many are on the disk.

import { memoryStore, StorageError, type LogStore, type SyncMemoryStore } from '@varve/core';
import type { Draw } from '../world/draw.ts';

/** `lost`: all that was not synced. `torn`: some bytes of its beginning stay. `reordered`: each sector stays or not, whatever becomes of those before it. */
export type CutMode = 'lost' | 'torn' | 'reordered';

export const CUT_MODES: readonly CutMode[] = ['lost', 'torn', 'reordered'];

const SECTOR = 512;

export class Disk {
  /** How often the power was cut. */
  cuts = 0;
  #objects: SyncMemoryStore = memoryStore();
  /** Of each segment, the bytes that survive a power cut. A segment that is not in it loses its name as well. */
  #durable = new Map<number, number>();
  /** Of each segment, the bytes that the system has. */
  #lengths = new Map<number, number>();

  /** Objects and log; effects happen at once and never fail. */
  get store(): SyncMemoryStore {
    return this.#objects;
  }

  get log(): LogStore {
    return this.#objects.openLog();
  }

  /** Bytes that the system has of a segment. */
  lengthOf(segment: number): number {
    return this.#lengths.get(segment) ?? 0;
  }

  appended(segment: number, end: number): void {
    this.#lengths.set(segment, Math.max(this.lengthOf(segment), end));
  }

  synced(segment: number, length: number): void {
    this.#durable.set(segment, Math.max(this.#durable.get(segment) ?? 0, length));
  }

  makeDurable(segments: readonly number[]): void {
    for (const segment of segments) {
      if (!this.#lengths.has(segment)) throw new StorageError('CORRUPTION', 'a log segment is missing', { object: `log ${segment}` });
      this.synced(segment, this.lengthOf(segment));
    }
  }

  /** What is on the disk when the power comes back. */
  cutPower(mode: CutMode, draw: Draw): void {
    this.cuts++;
    this.#objects = this.#objects.crash({ unsynced: (bytes, segment) => this.#remains(bytes, segment, mode, draw) });
    this.#durable.clear();
    this.#lengths.clear();
    for (const { number, size } of this.log.segments() as { number: number; size: number }[]) {
      this.#lengths.set(number, size);
      this.#durable.set(number, size);
    }
  }

  #remains(bytes: Uint8Array, segment: number, mode: CutMode, draw: Draw): Uint8Array {
    const durable = this.#durable.get(segment) ?? 0;
    if (mode === 'lost') return bytes.subarray(0, durable);
    // A sector is written whole or not at all, and a segment's header is one.
    const torn = durable + draw.below(bytes.length - durable + 1);
    if (mode === 'torn') return bytes.subarray(0, torn < SECTOR ? durable : torn);
    for (let at = Math.ceil(durable / SECTOR) * SECTOR; at < bytes.length; at += SECTOR) {
      if (draw.chance(0.5)) bytes.fill(0, at, at + SECTOR);
    }
    return bytes;
  }
}
