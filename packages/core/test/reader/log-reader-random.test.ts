// Readers of a log beside writers who do everything at random: they crash, take over from each other in the middle of their writes, and those who were
// overtaken go on writing. What readers saw is compared with what was there in the end.

import { hostTurns, seededRandom, StorageError, type MemoryStore } from '@varve/core';
import { expect, it } from 'vitest';
import { follower, place, writer } from './log-reader-test-kit.ts';
import type { TextReader, Texts } from './reader-test-kit.ts';

const ROUNDS = 80;

/** What somebody saw, and how many writes had been acknowledged when they began to look. */
interface Seen {
  readonly contents: string;
  readonly floor: number;
  readonly epoch: bigint;
  readonly waited: boolean;
  /** Nothing is known of what other readers have seen. */
  readonly isFirst: boolean;
}

class Life {
  readonly store = place();
  readonly #random: ReturnType<typeof seededRandom>;
  readonly #wanted = new Map<string, string>();
  /** What there was after each write that counts, acknowledged or not yet. */
  readonly history: string[] = [JSON.stringify([])];
  /** Of these, so many were acknowledged. */
  acknowledged = 0;
  readonly wrong: string[] = [];
  takeovers = 0;
  late = 0;
  #writes = 0;
  #zombies: Texts[] = [];

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  below(n: number): number {
    return this.#random.uint32() % n;
  }

  /** The store as one process sees it: calls take time now and then, so that those of others come between. */
  share(): MemoryStore {
    const rest = async (turns: number): Promise<void> => {
      for (let i = 0; i < turns; i++) await new Promise<void>((resolve) => hostTurns.next(resolve));
    };
    return this.store.share({ sync: false, delay: () => rest(Math.max(0, this.below(8) - 4)) });
  }

  async live(): Promise<void> {
    let db = await this.#open(undefined);
    for (let round = 0; round < ROUNDS; round++) {
      const group = Array.from({ length: 1 + this.below(6) }, () => this.#write(db));
      const written = Promise.allSettled(group);
      if (this.below(6) === 0) {
        // In the middle of it, or behind it.
        if (this.below(2) === 0) await written;
        const next = await this.#open(db);
        await written;
        db = next;
        this.takeovers++;
      } else await written;
      const what = this.below(12);
      if (what === 0) await db.flush();
      if (what === 1) await db.compact();
      if (what === 2) await this.#zombie();
    }
    await db.close();
    for (const zombie of this.#zombies) await zombie.close().catch(() => undefined);
  }

  /** What of the last writes of the one before has come through is what is found. */
  async #open(before: Texts | undefined): Promise<Texts> {
    const db = await this.#claim();
    if (before !== undefined) this.#zombies.push(before);
    const found = await db.scan().all();
    const at = this.history.lastIndexOf(JSON.stringify(found));
    if (at < this.acknowledged) throw new Error(`take-over ${this.takeovers} found what never was, or lost what was acknowledged`);
    this.history.splice(at + 1);
    this.acknowledged = at;
    this.#wanted.clear();
    for (const [key, value] of found) this.#wanted.set(key, value);
    return db;
  }

  /** Until it is: the one before may commit a manifest at the same time. */
  async #claim(): Promise<Texts> {
    for (;;) {
      try {
        return await writer(this.share(), { sstSizeBytes: 65536, compression: 'none' });
      } catch (error) {
        if (!(error instanceof StorageError) || error.code !== 'FENCED') throw error;
      }
    }
  }

  async #write(db: Texts): Promise<void> {
    const batch = db.batch();
    // No two states are alike.
    const changes: [string, string | undefined][] = [['count', String(++this.#writes)]];
    for (let i = this.below(5); i > 0; i--) {
      changes.push([`k${this.below(60)}`, this.below(4) === 0 ? undefined : String(this.#random.uint32()).repeat(1 + this.below(40))]);
    }
    for (const [key, value] of changes) {
      if (value === undefined) batch.delete(key);
      else batch.put(key, value);
      if (value === undefined) this.#wanted.delete(key);
      else this.#wanted.set(key, value);
    }
    const state = JSON.stringify([...this.#wanted].sort(([a], [b]) => (a < b ? -1 : 1)));
    this.history.push(state);
    await db.write(batch).then(
      () => (this.acknowledged = Math.max(this.acknowledged, this.history.lastIndexOf(state))),
      (error: unknown) => this.#note(error),
    );
  }

  /** Somebody who was overtaken writes: nobody ever sees it. */
  async #zombie(): Promise<void> {
    const zombie = this.#zombies.at(-1 - this.below(3));
    if (zombie === undefined) return;
    this.late++;
    await zombie.put('late', 'void').then(
      () => this.wrong.push('a write of somebody who was overtaken was acknowledged'),
      (error: unknown) => this.#note(error),
    );
  }

  #note(error: unknown): void {
    if (!(error instanceof StorageError)) this.wrong.push(String(error));
  }

  async look(reader: TextReader, isFirst: boolean): Promise<Seen> {
    const floor = this.acknowledged;
    const contents = JSON.stringify(await reader.scan().all());
    return { contents, floor, epoch: reader.epoch, waited: reader.stats().log!.waitsFor !== undefined, isFirst };
  }
}

/** Its moment was merged away: no answer. */
function expired(error: unknown): undefined {
  if (!(error instanceof StorageError) || error.code !== 'EXPIRED') throw error;
}

it.each(Array.from({ length: 6 }, (_, i) => i + 1))(
  'never goes back, and sees what was acknowledged before it looked (seed %i)',
  async (seed) => {
    const life = new Life(seed);
    await (await writer(life.store)).close();
    let reader = await follower(life.share());
    const seen: Seen[] = [];
    let [ended, isFirst] = [false, true];
    const lived = life.live().finally(() => (ended = true));
    try {
      while (!ended) {
        await new Promise<void>((resolve) => hostTurns.next(resolve));
        const found = await life.look(reader, isFirst).catch(expired);
        if (found !== undefined) seen.push(found);
        isFirst &&= found === undefined;
        if (life.below(20) > 0) continue;
        await reader.close();
        reader = await follower(life.share());
        isFirst = true;
      }
    } finally {
      await lived;
    }
    seen.push(await life.look(reader, isFirst));
    await reader.close();
    let [last, epoch] = [0, 0n];
    for (const [i, one] of seen.entries()) {
      // Between a claim and its fence a new reader cannot know what others have.
      if (one.isFirst && one.waited) [last, epoch] = [0, 0n];
      const at = life.history.indexOf(one.contents);
      const told = `seed=${seed} look ${i} of ${seen.length}, waited=${one.waited}, floor=${one.floor}, last=${last}, count=${/"count","(\d+)"/.exec(one.contents)?.[1]}`;
      expect(at, `${told}: saw what was lost, or never was`).toBeGreaterThanOrEqual(0);
      expect(at, `${told}: went back`).toBeGreaterThanOrEqual(last);
      expect(one.epoch, `${told}: epoch went back`).toBeGreaterThanOrEqual(epoch);
      expect(at, `${told}: did not see what was acknowledged`).toBeGreaterThanOrEqual(one.waited ? 0 : one.floor);
      [last, epoch] = [at, one.epoch];
    }
    expect(life.history[last]).toBe(life.history.at(-1));
    expect(seen.filter(({ waited }) => !waited).length).toBeGreaterThan(20);
    expect(life.wrong).toEqual([]);
    expect(life.takeovers).toBeGreaterThan(5);
    expect(life.late).toBeGreaterThan(0);
  },
);
