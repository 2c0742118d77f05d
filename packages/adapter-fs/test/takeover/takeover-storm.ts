// The storm of takeovers. Writers are stopped (SIGSTOP) at random moments, others take the database over, write, are killed, close or go on, and then
// the stopped ones go on as well, as if nothing had happened. Each process runs in a random one of the runtimes. What must hold:
//
// - What whoever opens next finds is the state after a prefix of its predecessor's writes, with everything that one was told, whenever it was told.
// - Whoever was overtaken is fenced: what it is told to be FENCED is nowhere, UNKNOWN is said only where FENCED is the cause, and nothing works afterwards.
// - Who was stopped while it opened either does not get the database, or takes it over in its turn, and then the other one is fenced.

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ProgramProcess, StartOptions } from '../programs.ts';
import type { Runtime } from '../runtimes.ts';
import { mixed } from '../storm-operations.ts';
import { TakeoverHistory } from './takeover-history.ts';
import type { Checked, Message } from './takeover-messages.ts';
import { TakeoverReport } from './takeover-report.ts';
import { TakeoverRound, type RoundOptions } from './takeover-round.ts';

/** How a storm of takeovers runs. */
export interface TakeoverStormOptions extends RoundOptions {
  /** An empty folder; what failed is left there. */
  readonly folder: string;
  readonly seed: number;
  readonly rounds: number;
  /** Rounds that one directory lives through. */
  readonly roundsPerDirectory: number;
  /** Starts `takeover-program`. */
  start(args: readonly (string | number)[], options: StartOptions): ProgramProcess;
  /** Told after each round. */
  onRound?(report: TakeoverReport): void;
}

const SMALL_BUDGET = 4 * 2 ** 20;
const CHECK_EVERY = 4;

/** Runs a storm of takeovers; throws at the first thing that is wrong. */
export async function takeoverStorm(options: TakeoverStormOptions): Promise<TakeoverReport> {
  const report = new TakeoverReport();
  while (report.rounds < options.rounds) {
    const directory = new TakeoverDirectory(options, report.directories++, report);
    const rounds = Math.min(options.roundsPerDirectory, options.rounds - report.rounds);
    for (let i = 1; i <= rounds; i++) {
      await directory.round(i % CHECK_EVERY === 0 || i === rounds);
      report.rounds++;
      options.onRound?.(report);
    }
    directory.remove();
  }
  return report;
}

/** One directory and what must be in it. */
class TakeoverDirectory {
  readonly #options: TakeoverStormOptions;
  readonly #report: TakeoverReport;
  readonly #seed: number;
  readonly #path: string;
  readonly #memoryBudgetBytes: number;
  readonly #history: TakeoverHistory;
  #writers = 0;

  constructor(options: TakeoverStormOptions, index: number, report: TakeoverReport) {
    this.#options = options;
    this.#report = report;
    this.#seed = mixed(options.seed, index);
    this.#path = join(options.folder, `takeovers-${options.seed}-${index}`);
    this.#memoryBudgetBytes = index % 2 === 0 ? SMALL_BUDGET : 4 * SMALL_BUDGET;
    this.#history = new TakeoverHistory(this.#seed, report);
    mkdirSync(this.#path);
  }

  remove(): void {
    rmSync(this.#path, { recursive: true });
  }

  async round(isChecked: boolean): Promise<void> {
    const seed = mixed(this.#seed, this.#report.rounds);
    const round = new TakeoverRound(seed, this.#report, this.#options, (takeover, closesAfter, runtime) => {
      const number = this.#writers++;
      const args = ['write', this.#path, this.#seed, this.#memoryBudgetBytes, number, takeover, closesAfter];
      return { number, process: this.#options.start(args, { runtime }) };
    });
    try {
      this.#history.add(await round.run());
      if (isChecked) this.#history.check(await this.#check(round.randomRuntime()));
    } catch (error) {
      const where = `seed=${this.#options.seed} round=${this.#report.rounds}`;
      const left = `what was left is in ${this.#path}`;
      throw new Error(`${where}: ${(error as Error).message}; ${round.describe()}; ${left}`, { cause: error });
    } finally {
      await round.end();
    }
  }

  async #check(runtime: Runtime): Promise<Checked> {
    const process = this.#options.start(['check', this.#path, this.#seed, this.#memoryBudgetBytes], { runtime });
    try {
      const told = (await process.next()) as Message | undefined;
      if (typeof told === 'object' && 'checked' in told) return told.checked;
      throw new Error(`the checker in ${runtime} failed: ${JSON.stringify(told)}`);
    } finally {
      await process.kill();
    }
  }
}
