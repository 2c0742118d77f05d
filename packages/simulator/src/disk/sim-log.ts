// The log of a simulated disk as one process sees it.

import type { LogSegment, LogStore, MaybePromise } from '@varve/core';
import type { Disk } from './disk.ts';
import type { Call, Gate } from './gate.ts';
import { writing } from './sim-store.ts';

export function simLog(disk: Disk, gate: Gate, isSync: boolean): LogStore {
  const perform = <T>(operation: Call<T>['operation'], name: string, effect: () => MaybePromise<T>): MaybePromise<T> => {
    const call = { operation, name, effect: effect as () => T };
    return isSync ? gate.now(call) : gate.later(call);
  };
  const makeDurable = (segments: readonly number[]): Call<void> => ({
    operation: 'log.makeDurable',
    name: segments.join(' '),
    effect: () => disk.makeDurable(segments),
  });
  return {
    kind: 'simulated',
    sync: isSync,
    defaultDurability: 'buffered',
    segments: () => perform('log.segments', '', () => disk.log.segments()),
    read: (segment, into) => perform('log.read', String(segment), () => disk.log.read(segment, into)),
    create: (segment, sizeBytes) =>
      perform('log.create', String(segment), () => {
        const made = disk.log.create(segment, sizeBytes) as LogSegment | undefined;
        if (made === undefined) return undefined;
        disk.appended(segment, 0);
        return new SimSegment(disk, gate, isSync, segment, made);
      }),
    makeDurable: (segments) => gate.later(makeDurable(segments)),
    ...(isSync && { makeDurableNow: (segments: readonly number[]) => gate.now(makeDurable(segments)) }),
    truncate: (before) => gate.later({ operation: 'log.truncate', name: String(before), effect: () => disk.log.truncate(before) as void }),
    close() {},
  };
}

class SimSegment implements LogSegment {
  readonly syncNow?: () => void;
  readonly #disk: Disk;
  readonly #gate: Gate;
  readonly #isSync: boolean;
  readonly #number: number;
  readonly #inner: LogSegment;
  #failure: Error | undefined;

  constructor(disk: Disk, gate: Gate, isSync: boolean, number: number, inner: LogSegment) {
    this.#disk = disk;
    this.#gate = gate;
    this.#isSync = isSync;
    this.#number = number;
    this.#inner = inner;
    if (isSync) this.syncNow = () => this.#failing(() => gate.now(this.#syncing()));
  }

  append(bytes: Uint8Array, position: number): MaybePromise<void> {
    const call = writing('log.append', String(this.#number), bytes, (kept) => {
      void this.#inner.append(kept, position);
      this.#disk.appended(this.#number, position + kept.length);
    });
    return this.#isSync ? this.#gate.now(call) : this.#gate.later(call);
  }

  async sync(): Promise<void> {
    const call = this.#failing(() => this.#syncing());
    try {
      await this.#gate.later(call);
    } catch (error) {
      throw (this.#failure ??= error as Error);
    }
  }

  close(): void {
    // There is no descriptor to give back.
  }

  /** Covers what the system has now, however late it takes place. */
  #syncing(): Call<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const length = this.#disk.lengthOf(this.#number);
    return { operation: 'log.sync', name: String(this.#number), effect: () => this.#disk.synced(this.#number, length) };
  }

  #failing<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw (this.#failure ??= error as Error);
    }
  }
}
