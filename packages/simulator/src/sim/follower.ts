// Somebody who only reads, in a process of their own: what they see was there at one moment, never an earlier one than before, and is never lost again.

import { openReader, StorageError, type DatabaseReader, type ReaderSpace } from '@varve/core';
import { objectLog } from '@varve/core/object-log';
import { PowerLost, type Gate } from '../disk/gate.ts';
import { simStore } from '../disk/sim-store.ts';
import { Gone, type Process } from '../world/process.ts';
import { isDamage } from './damage.ts';
import { CODECS, SPACE_NAMES } from './incarnation.ts';
import { keyText } from './keys.ts';
import { FOLLOWER } from './machines.ts';
import { expectMoment, scanRange } from './read-steps.ts';
import type { FollowStep, ScriptedRange } from './script.ts';
import type { Simulation } from './simulation.ts';
import { expectThat } from './wrong.ts';

/** The database has no manifest yet, the store does not answer, what was read is gone. */
const PASSING = new Set(['UNAVAILABLE', 'EXPIRED']);

type Reader = DatabaseReader<string, Uint8Array, string, string, Uint8Array>;

interface Life {
  readonly process: Process;
  readonly gate: Gate;
  spaces?: readonly [Reader, ReaderSpace<string, Uint8Array, string, string, Uint8Array>];
}

export class Follower {
  readonly #simulation: Simulation;
  #life: Life | undefined;
  /** The newest epoch that was told. */
  #epoch = 0n;
  /** Moment of the newest state that this process has seen, at least. */
  #seen = 0;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  async take(step: FollowStep): Promise<void> {
    if (step.do === 'endFollower') return this.end();
    try {
      if (step.do === 'follow') await this.#scan(step.range);
      else await this.#get(step.keys);
    } catch (error) {
      if (!this.#isPassing(error)) throw error;
    }
  }

  /** In the end everything is seen, by whoever has followed so far. */
  async expectNewest(): Promise<void> {
    const { history } = this.#simulation;
    for (const space of [0, 1]) await this.#scan({ space });
    expectThat(
      history.earliestLike(history.now) <= this.#simulation.seen,
      `in the end a reader saw moment ${this.#simulation.seen} of ${history.now}`,
    );
    this.end();
  }

  end(): void {
    this.#life?.process.die();
    this.#life?.gate.abandon(true);
    this.#life = undefined;
    this.#begin();
  }

  /** Nobody can tell a new process what an earlier one had been shown of a log that another writer takes over. */
  #begin(): void {
    this.#seen = 0;
    if (this.#simulation.followsLog) this.#epoch = 0n;
  }

  async #scan(range: ScriptedRange): Promise<void> {
    const { process, spaces } = await this.#open();
    const { logged } = this.#simulation;
    const found = await process.outside(spaces[range.space].scan(scanRange(range)).all());
    const from = this.#earliest(spaces[0], logged);
    const moment = expectMoment(this.#simulation, range, this.#simulation.numbered(found), from);
    this.#expectGoesOn(spaces[0]);
    this.#seen = Math.max(this.#seen, moment);
    this.#simulation.seen = Math.max(this.#simulation.seen, moment);
    this.#simulation.trace.note('followed', found.length, moment);
  }

  async #get(keys: readonly (readonly [space: number, key: number])[]): Promise<void> {
    const { history, values } = this.#simulation;
    const { process, spaces } = await this.#open();
    const { logged } = this.#simulation;
    const [[space]] = keys;
    const texts = keys.map(([, key]) => keyText(key));
    const found = await process.outside(spaces[space].getMany(texts));
    const from = this.#earliest(spaces[0], logged);
    texts.forEach((text, i) => {
      const number = found[i] === undefined ? undefined : values.numberOf(found[i]);
      expectThat(
        history.had(SPACE_NAMES[space], text, number, from, history.now),
        `a reader's get of ${SPACE_NAMES[space]} ${text} found ${number}, wanted ${history.get(SPACE_NAMES[space], text, from)} or later`,
      );
    });
    this.#expectGoesOn(spaces[0]);
  }

  /**
   * What has to be seen at least. The log: all that was in it when the read began, unless another writer is about to say whether the end of it counts, or memory
   * is full: then what this process has seen before.
   */
  #earliest(reader: Reader, logged: number): number {
    const { log } = reader.stats();
    if (log === undefined) return this.#simulation.seen;
    return log.waitsFor === undefined ? Math.max(this.#simulation.seen, logged) : this.#seen;
  }

  #expectGoesOn({ epoch }: Reader): void {
    expectThat(epoch >= this.#epoch, `a reader saw epoch ${this.#epoch}, and then ${epoch}`);
    this.#epoch = epoch;
  }

  async #open(): Promise<Required<Life>> {
    const { script, disk, memories, rates } = this.#simulation;
    if (this.#life?.process.alive !== true) {
      this.#life = this.#simulation.startProcess(FOLLOWER);
      this.#begin();
    }
    const life = this.#life;
    life.gate.rates = rates;
    const { process, gate } = life;
    if (life.spaces === undefined) {
      const { manner, memoryBudgetBytes } = script.settings;
      const store = simStore(disk, gate, manner);
      const { clock, turns } = process;
      const follow = this.#simulation.followsLog ? ({ follow: 'log', log: objectLog(store) } as const) : {};
      const options = { ...CODECS, ...follow, staleMs: 0, memoryBudgetBytes, clock, turns, newMemory: memories.take };
      const reader = await process.outside(openReader(store, options));
      life.spaces = [reader, reader.keyspace(SPACE_NAMES[1], CODECS)];
    }
    return life as Required<Life>;
  }

  #isPassing(error: unknown): boolean {
    if (error instanceof Gone || error instanceof PowerLost) return true;
    if (!(error instanceof StorageError)) return false;
    return PASSING.has(error.code) || (isDamage(error.code) && (this.#life?.gate.rotten ?? 0) > 0);
  }
}
