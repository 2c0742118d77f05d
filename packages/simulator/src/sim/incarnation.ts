// One handle on the database, from its open to its end, and what is known of each write that was made through it.

import {
  bytes,
  StorageError,
  utf8,
  type BatchTarget,
  type Database,
  type Durability,
  type Snapshot,
  type SyncMemoryStore,
} from '@varve/core';
import type { Gate } from '../disk/gate.ts';
import type { ModelHistory, Write } from '../model/history.ts';
import { Gone, type Process } from '../world/process.ts';
import { PowerLost } from '../disk/gate.ts';
import type { Trace } from '../world/trace.ts';
import { isDamage } from './damage.ts';
import { expectThat, Wrong } from './wrong.ts';

export type Db = Database<SyncMemoryStore, string, Uint8Array, string, string, Uint8Array>;
export type Space = ReturnType<typeof spaceOf>;

/** Codecs of both key spaces. */
export const CODECS = { keys: utf8, values: bytes } as const;
const SIDE = 'side';
/** Names of the key spaces in the model, by their numbers in a script. */
export const SPACE_NAMES = ['root', SIDE] as const;

/** Writes that were refused with one of these are not there, and never will be. */
export const NOT_THERE = new Set(['QUOTA', 'READ_ONLY', 'FENCED', 'CLOSED', 'UNAVAILABLE']);

export function spaceOf(db: Db) {
  return db.keyspace(SIDE, CODECS);
}

export interface HeldSnapshot {
  readonly snapshot: Snapshot<string, Uint8Array>;
  /** Found out at the first read. */
  moment: number | undefined;
}

export class Incarnation {
  readonly process: Process;
  readonly gate: Gate;
  readonly db: Db;
  readonly spaces: readonly [Db, Space];
  readonly snapshots: HeldSnapshot[] = [];
  readonly cursors: { readonly read: (count: number) => Promise<boolean>; readonly end: () => unknown }[] = [];
  /** Moments up to which writes are acknowledged, survive the end of the process, and survive a power cut. */
  acked: number;
  buffered: number;
  synced: number;
  /** Writes that have no outcome yet. */
  outstanding = 0;
  /** Another handle comes after it, or has come: what it answers now is not checked any more. */
  ended = false;
  /** Present when another handle has taken over: the latest moment that looks like what it found, and the earliest. */
  overtakenAt: { readonly latest: number; readonly earliest: number } | undefined;
  /** The power was cut since: the fence of whoever took over may be gone. */
  mayComeToLight = false;
  /** Writes that whoever took over has not found, in their order; those that were refused are empty. */
  forgotten: Write<number>[] = [];
  /** The first of the forgotten writes comes after this moment. */
  #found = 0;
  readonly #history: ModelHistory<number>;
  readonly #epochs: { readonly epoch: bigint; readonly moment: number }[] = [];
  /** What was found at open. */
  readonly base: number;
  readonly #handle: { failed: boolean; readonly failure?: unknown };
  /** Writes that nobody has been told of. */
  readonly #waiting = new Set<number>();
  /** The newest write that was acknowledged in this turn, 0 when there is none. */
  #justAcked = 0;
  readonly #trace: Trace;
  readonly #wrong: (error: unknown) => void;

  constructor(parts: {
    process: Process;
    gate: Gate;
    db: Db;
    history: ModelHistory<number>;
    /** What was found at open. */
    moment: number;
    /** Told of by the database. */
    handle: { failed: boolean; readonly failure?: unknown };
    trace: Trace;
    wrong: (error: unknown) => void;
  }) {
    this.process = parts.process;
    this.gate = parts.gate;
    this.db = parts.db;
    this.spaces = [parts.db, spaceOf(parts.db)];
    this.#history = parts.history;
    this.#handle = parts.handle;
    this.#trace = parts.trace;
    this.#wrong = parts.wrong;
    this.acked = this.buffered = this.synced = this.base = parts.moment;
  }

  /** A write or a sync failed: the handle is good for nothing but closing. */
  get failed(): boolean {
    return this.#handle.failed;
  }

  /** What ended it, in its own words. */
  get failure(): unknown {
    return this.#handle.failure;
  }

  target(space: number): BatchTarget<string, Uint8Array> {
    return this.spaces[space] as unknown as BatchTarget<string, Uint8Array>;
  }

  /** Notes a write that is made now, and what becomes of it. */
  track(write: Write<number>, durability: Durability, made: Promise<bigint | undefined>): void {
    const moment = this.#history.add(write);
    this.#trace.note('write', moment);
    this.outstanding++;
    this.#waiting.add(moment);
    made
      .finally(() => {
        this.outstanding--;
        this.#waiting.delete(moment);
      })
      .then(
        (epoch) => this.#acknowledged(moment, epoch, durability),
        (error: unknown) => this.#refused(moment, error),
      )
      .catch(this.#wrong);
  }

  /** The same for a write that is over. */
  trackNow(write: Write<number>, durability: Durability, make: () => bigint): void {
    const moment = this.#history.add(write);
    this.#trace.note('write now', moment);
    try {
      this.#acknowledged(moment, make(), durability);
    } catch (error) {
      this.#refused(moment, error);
      throw error;
    }
  }

  #acknowledged(moment: number, epoch: bigint | undefined, durability: Durability): void {
    // A process that is dead tells nobody.
    if (!this.process.alive) return;
    this.#trace.note('acknowledged', moment);
    if (this.overtakenAt !== undefined) {
      const { latest } = this.overtakenAt;
      expectThat(moment <= latest, `write ${moment} was acknowledged, and whoever took over has found ${latest}`);
      return;
    }
    this.#expectOrder(moment);
    this.acked = Math.max(this.acked, moment);
    if (durability !== 'memory') this.buffered = Math.max(this.buffered, moment);
    if (durability === 'synced') this.synced = Math.max(this.synced, moment);
    if (epoch !== undefined) this.#noteEpoch(moment, epoch);
  }

  /** Whoever waits for an earlier write has been told as well, once all promises of this turn are done. */
  #expectOrder(moment: number): void {
    const isAsked = this.#justAcked > 0;
    this.#justAcked = Math.max(this.#justAcked, moment);
    if (isAsked) return;
    this.process.after(0, () => {
      const early = [...this.#waiting].find((other) => other < this.#justAcked);
      if (early !== undefined) this.#wrong(new Wrong(`write ${this.#justAcked} was acknowledged before write ${early}`));
      this.#justAcked = 0;
    });
  }

  #noteEpoch(moment: number, epoch: bigint): void {
    // Who made a write is told by promises, some of them longer than others; the writes themselves have one order.
    let at = this.#epochs.length;
    while (at > 0 && this.#epochs[at - 1].moment > moment) at--;
    const isInOrder = (at === 0 || this.#epochs[at - 1].epoch < epoch) && (at === this.#epochs.length || epoch < this.#epochs[at].epoch);
    expectThat(isInOrder, `write ${moment} was given an epoch that is out of order: ${epoch}`);
    this.#epochs.splice(at, 0, { epoch, moment });
  }

  #refused(moment: number, error: unknown): void {
    if (error instanceof Gone || error instanceof PowerLost || !this.process.alive) return;
    this.#handle.failed = true;
    const code = error instanceof StorageError ? error.code : undefined;
    this.#trace.note(`refused ${code}`, moment);
    this.#expectOthers(code);
    if (code === 'UNKNOWN') return;
    // An update that could not read what was there has written nothing.
    const isUnread = isDamage(code) && this.gate.rotten > 0;
    if (code === undefined || !(NOT_THERE.has(code) || isUnread)) throw error;
    if (this.overtakenAt === undefined) return this.#history.withdraw(moment);
    expectThat(moment > this.overtakenAt.earliest, `write ${moment} was refused (${code}), and is there`);
    this.forgotten[moment - this.#found - 1] = [];
  }

  /** Nobody but another writer ends one with `FENCED`. */
  #expectOthers(code: string | undefined): void {
    const isAlone = this.process.number === 1 && !this.ended;
    expectThat(code !== 'FENCED' || !isAlone, 'the first of all writers was told that another has taken over');
  }

  /** Another handle has taken over, and found so much. */
  wasOvertaken(latest: number, forgotten: Write<number>[]): void {
    this.overtakenAt = { latest, earliest: this.#history.earliestLike(latest) };
    this.forgotten = forgotten;
    this.#found = latest;
  }

  /** Goes on after it was overtaken. One more write is made, which must not succeed. */
  goOn(write: Write<number>, make: () => Promise<unknown>): void {
    this.forgotten.push(write);
    const moment = this.#found + this.forgotten.length;
    this.process.goOn();
    make()
      .then(
        () => expectThat(false, 'a writer that was overtaken had a write acknowledged'),
        (error: unknown) => this.#refused(moment, error),
      )
      .catch(this.#wrong);
  }

  /** The moment that an epoch stands for: all writes up to it are acknowledged. */
  momentOf(epoch: bigint): number {
    let low = 0;
    let high = this.#epochs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#epochs[middle].epoch <= epoch) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? this.base : this.#epochs[low - 1].moment;
  }

  /** Everything that was acknowledged survives power cuts. */
  noteSynced(upTo: number): void {
    this.synced = Math.max(this.synced, upTo);
    this.buffered = Math.max(this.buffered, upTo);
  }

  /** An error that a call may end with in this world. */
  isExpected(error: unknown): boolean {
    if (error instanceof Gone || error instanceof PowerLost) return true;
    if (!(error instanceof StorageError)) return false;
    if (isDamage(error.code)) return this.gate.rotten > 0;
    this.#expectOthers(error.code);
    return NOT_THERE.has(error.code) || error.code === 'UNKNOWN' || error.code === 'EXPIRED';
  }

  assertExpected(error: unknown): void {
    if (!this.isExpected(error)) throw error instanceof Wrong ? error : new Wrong(`unexpected: ${String(error)}`, { cause: error });
  }
}
