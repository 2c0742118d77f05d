// One round of a storm of takeovers: one or two writers are stopped, each when the next one is to take over; the last one goes on, closes or is killed;
// then the stopped ones go on. At its end nobody writes any more.

import { seededRandom, type Random } from '@varve/core';
import type { ProgramProcess } from '../programs.ts';
import type { Runtime } from '../runtimes.ts';
import { goOn, stop } from '../stopped-process.ts';
import type { TakeoverReport } from './takeover-report.ts';
import { WatchedWriter } from './watched-writer.ts';

const SILENCE_MS = 120_000;
const LONGEST_DELAY_MS = 3;
const LONGEST_OPENING_MS = 60;
/** What a writer that could not open may have been told. */
const REFUSALS = ['LOCKED', 'FENCED'];

/** How writers are started and how long they write. */
export interface RoundOptions {
  /** Those of which each process takes one. */
  readonly runtimes: readonly Runtime[];
  /** A writer makes this many acknowledged writes at most before it is stopped, or does something else. */
  readonly mostAcknowledgements: number;
}

type Start = (
  takeover: 'fail' | 'now',
  closesAfter: number,
  runtime: Runtime,
) => { readonly number: number; readonly process: ProgramProcess };

export class TakeoverRound {
  readonly #random: Random;
  readonly #report: TakeoverReport;
  readonly #options: RoundOptions;
  readonly #start: Start;
  readonly #writers: WatchedWriter[] = [];
  #news: () => void = () => undefined;

  constructor(seed: number, report: TakeoverReport, options: RoundOptions, start: Start) {
    this.#random = seededRandom(seed);
    this.#report = report;
    this.#options = options;
    this.#start = start;
  }

  /** Returns all writers, each of which has ended. */
  async run(): Promise<readonly WatchedWriter[]> {
    const stopped: WatchedWriter[] = [];
    for (let i = this.#below(4) === 0 ? 2 : 1; i > 0; i--) stopped.push(await this.#stoppedWriter(stopped.length > 0));
    const last = await this.#lastWriter();
    if (this.#below(2) === 0) stopped.reverse();
    for (const writer of stopped) {
      goOn(writer.process);
      await this.#delay(LONGEST_DELAY_MS);
    }
    await this.#until(() => this.#writers.every((writer) => writer.over || writer === this.#owner()), 'those who were overtaken to end');
    const owner = this.#owner();
    if (owner !== last) this.#report.lateOwners++;
    if (owner !== undefined && !owner.over) await this.#writeOnAndDie(owner);
    const wrong = this.#writers.find(({ refused }) => refused !== undefined && !REFUSALS.includes(refused.code));
    if (wrong !== undefined) throw new Error(`a writer could not open: ${wrong.describe()}`);
    return this.#writers;
  }

  /** Whatever has happened, no process is left. */
  async end(): Promise<void> {
    for (const writer of this.#writers) if (!writer.over) await writer.kill();
  }

  /** All writers and what became of them. */
  describe(): string {
    return this.#writers.map((writer) => writer.describe()).join('; ');
  }

  randomRuntime(): Runtime {
    return this.#options.runtimes[this.#below(this.#options.runtimes.length)];
  }

  async #stoppedWriter(takesOver: boolean): Promise<WatchedWriter> {
    const writer = this.#newWriter(takesOver ? 'now' : 'fail', 0);
    const whileOpening = this.#below(6) === 0;
    const writes = this.#below(this.#options.mostAcknowledgements);
    await this.#until(
      () => (whileOpening ? writer.opening : writer.found !== undefined && writer.count >= writes),
      `a writer to ${whileOpening ? 'open' : 'write'}`,
    );
    await this.#delay(whileOpening ? LONGEST_OPENING_MS : LONGEST_DELAY_MS);
    if (!(await stop(writer.process))) throw new Error(`a writer in ${writer.runtime} ended before it could be stopped: ${writer.failure}`);
    this.#report.stops++;
    if (writer.found === undefined) this.#report.stopsInOpen++;
    return writer;
  }

  /** The one that took over last, at the moment at which those before it are to go on. */
  async #lastWriter(): Promise<WatchedWriter> {
    const manner = this.#below(3);
    const writes = 1 + this.#below(this.#options.mostAcknowledgements);
    const writer = this.#newWriter('now', manner === 0 ? writes : 0);
    if (manner === 0) await this.#until(() => writer.closed && writer.over, 'the last writer to close');
    else await this.#until(() => writer.found !== undefined && writer.count >= writes, 'the last writer to write');
    if (manner === 1) await writer.kill();
    return writer;
  }

  async #writeOnAndDie(owner: WatchedWriter): Promise<void> {
    const writes = owner.count + 1 + this.#below(this.#options.mostAcknowledgements);
    await this.#until(() => owner.count >= writes || owner.over, 'the owner to write on');
    await owner.kill();
    await this.#until(() => owner.over, 'the owner to end');
  }

  #newWriter(takeover: 'fail' | 'now', closesAfter: number): WatchedWriter {
    const runtime = this.randomRuntime();
    const { number, process } = this.#start(takeover, closesAfter, runtime);
    const writer = new WatchedWriter(process, runtime, number, () => this.#news());
    this.#writers.push(writer);
    return writer;
  }

  /** Who claimed the newest term. */
  #owner(): WatchedWriter | undefined {
    const owners = this.#writers.filter(({ found }) => found !== undefined);
    return owners.reduce<WatchedWriter | undefined>(
      (newest, each) => (newest === undefined || each.term > newest.term ? each : newest),
      undefined,
    );
  }

  /** Looks again whenever a writer has told something. */
  async #until(condition: () => boolean, what: string): Promise<void> {
    let isLate = false;
    const alarm = setTimeout(() => {
      isLate = true;
      this.#news();
    }, SILENCE_MS);
    try {
      for (;;) {
        const failed = this.#writers.find(({ failure }) => failure !== undefined);
        if (failed !== undefined) throw new Error(`writer ${failed.round} in ${failed.runtime} failed: ${failed.failure}`);
        if (condition()) return;
        if (isLate) throw new Error(`waited in vain for ${what}`);
        await new Promise<void>((resolve) => (this.#news = resolve));
      }
    } finally {
      clearTimeout(alarm);
    }
  }

  async #delay(mostMs: number): Promise<void> {
    await new Promise<void>((resolve) => setTimeout(resolve, (this.#below(mostMs * 10) + 1) / 10));
  }

  #below(below: number): number {
    return this.#random.uint32() % below;
  }
}
