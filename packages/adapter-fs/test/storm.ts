// The storm: a process writes, is killed at a random moment, and what the next one finds is compared with what the dead one was told. Each directory
// lives through many kills. After each, what is recovered must be the state after a prefix of the writes in their order, and that prefix must hold
// everything that was acknowledged. Who judges is never the process that was killed: acknowledgements come from there through a pipe, each after it was
// given, and the pipe keeps what a dead process has written.

import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { open, seededRandom, utf8, type Random } from '@varve/core';
import { fsStore } from '../src/index.ts';
import type { ProgramProcess } from './programs.ts';
import { mixed, writerOf } from './storm-operations.ts';
import { StormState } from './storm-state.ts';

/** How a storm runs. */
export interface StormOptions {
  /** An empty folder; what failed is left there. */
  readonly folder: string;
  readonly seed: number;
  readonly kills: number;
  /** Kills that one directory lives through. */
  readonly killsPerDirectory: number;
  /** A child lives until this many acknowledgements at most. */
  readonly mostAcknowledgements: number;
  /** Starts `storm-program`, in whatever runtime. */
  start(args: readonly (string | number)[]): ProgramProcess;
  /** Told after each kill. */
  onKill?(report: StormReport): void;
}

/** What a storm has been through. */
export interface StormReport {
  readonly kills: number;
  /** Kills before the database was open again. */
  readonly killsInOpen: number;
  readonly directories: number;
  readonly acknowledged: number;
  /** Writes that were recovered though nobody had been told. */
  readonly recoveredBeyond: number;
  readonly flushes: number;
  readonly compactions: number;
  readonly verifiedBytes: number;
}

type Counts = { -readonly [Name in keyof StormReport]: StormReport[Name] };

const SILENCE_MS = 20_000;

/** Runs a storm; throws at the first thing that is wrong. */
export async function storm(options: StormOptions): Promise<StormReport> {
  const counts: Counts = {
    kills: 0,
    killsInOpen: 0,
    directories: 0,
    acknowledged: 0,
    recoveredBeyond: 0,
    flushes: 0,
    compactions: 0,
    verifiedBytes: 0,
  };
  while (counts.kills < options.kills) {
    const directory = new StormDirectory(options, counts.directories++, counts);
    for (let i = Math.min(options.killsPerDirectory, options.kills - counts.kills); i > 0; i--) {
      await directory.round();
      counts.kills++;
      options.onKill?.(counts);
    }
    directory.remove();
  }
  return counts;
}

/** One directory and what must be in it. */
class StormDirectory {
  readonly #options: StormOptions;
  readonly #counts: Counts;
  readonly #seed: number;
  readonly #path: string;
  readonly #copy: string;
  /** Of this round: when it is killed follows from the seed, however long other rounds lived. */
  #random!: Random;
  readonly #memoryBudgetBytes: number;
  readonly #expected: StormState;
  #round = 0;
  #next = 1;

  constructor(options: StormOptions, index: number, counts: Counts) {
    this.#options = options;
    this.#counts = counts;
    this.#seed = mixed(options.seed, index);
    this.#expected = new StormState(this.#seed);
    this.#path = join(options.folder, `storm-${options.seed}-${index}`);
    this.#copy = `${this.#path}-copy`;
    this.#memoryBudgetBytes = index % 2 === 0 ? 16 * 2 ** 20 : 4 * 2 ** 20;
    mkdirSync(this.#path);
  }

  remove(): void {
    rmSync(this.#path, { recursive: true });
  }

  async round(): Promise<void> {
    this.#random = seededRandom(mixed(this.#seed, this.#round));
    const acknowledged = await this.#runAndKill();
    // What the kill left stays as it was until it has been checked: either the check or the next writer is on a copy.
    cpSync(this.#path, this.#copy, { recursive: true });
    const inPlace = this.#random.uint32() % 2 === 0;
    await this.#check(inPlace ? this.#path : this.#copy, acknowledged);
    rmSync(this.#copy, { recursive: true });
    this.#round++;
  }

  /** Returns the last operation that was acknowledged. */
  async #runAndKill(): Promise<number> {
    const random = this.#random;
    const whileOpening = random.uint32() % 6 === 0;
    const killAfter = random.uint32() % this.#options.mostAcknowledgements;
    const delayMs = whileOpening ? (random.uint32() % 600) / 10 : (random.uint32() % 30) / 10;
    const child = this.#options.start([this.#path, this.#seed, this.#round, this.#next, this.#memoryBudgetBytes]);
    let last = this.#next - 1;
    let count = 0;
    let opened = false;
    let failure: string | undefined;
    let killing: NodeJS.Timeout | undefined;
    let silence = setTimeout(() => undefined, 0);
    const kill = () => (killing ??= setTimeout(() => child.child.kill('SIGKILL'), delayMs));
    const told = (line: unknown) => {
      if (typeof line === 'number') {
        last = Math.max(last, line);
        if (++count >= killAfter) kill();
        return;
      }
      const { opening, open: isOpen, event, error } = line as { opening?: true; open?: true; event?: string; error?: string };
      if (opening && whileOpening) kill();
      opened ||= isOpen === true;
      if (isOpen && killAfter === 0) kill();
      if (event === 'flush') this.#counts.flushes++;
      if (event === 'compaction') this.#counts.compactions++;
      failure ??= error;
    };
    for (;;) {
      clearTimeout(silence);
      silence = setTimeout(() => {
        failure = `nothing was heard of the writer for ms=${SILENCE_MS}`;
        child.child.kill('SIGKILL');
      }, SILENCE_MS);
      const line = await child.next();
      if (line === undefined) break;
      told(line);
    }
    clearTimeout(silence);
    clearTimeout(killing);
    const status = await child.ended;
    this.#counts.acknowledged += count;
    if (!opened) this.#counts.killsInOpen++;
    if (failure !== undefined) throw this.#error(`the writer failed: ${failure}`);
    if (status !== null) throw this.#error(`the writer ended by itself status=${status}`);
    return last;
  }

  async #check(path: string, acknowledged: number): Promise<void> {
    const recovered = await this.#recover(path).catch((cause: unknown) => {
      throw this.#error(`what was left cannot be read at=${path}: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
    });
    const prefix = this.#prefixOf(recovered, acknowledged);
    this.#counts.recoveredBeyond += prefix - acknowledged;
    this.#next = prefix + 1;
  }

  /** What a new process would find: all values, checked byte by byte, by scan and by key. */
  async #recover(path: string): Promise<Map<string, string>> {
    const db = await open(fsStore(path), { keys: utf8, memoryBudgetBytes: this.#memoryBudgetBytes });
    const recovered = new Map<string, string>();
    try {
      for await (const entries of db.scan().batches()) {
        for (const [key, bytes] of entries) recovered.set(key, this.#writerOf(key, bytes));
      }
      for (const key of [...recovered.keys(), ...this.#expected.keys()].filter(() => this.#random.uint32() % 16 === 0)) {
        const bytes = db.getSync(key);
        const writer = bytes && this.#writerOf(key, bytes);
        if (writer !== recovered.get(key)) throw new Error(`get and scan differ key=${key} get=${writer} scan=${recovered.get(key)}`);
      }
      // What recovery took of a small memory is needed to verify.
      await db.idle();
      const { ok, problems, bytes } = await db.verify();
      if (!ok) throw new Error(`verify found ${JSON.stringify(problems)}`);
      this.#counts.verifiedBytes += bytes;
    } finally {
      await db.close();
    }
    return recovered;
  }

  #writerOf(key: string, bytes: Uint8Array): string {
    const writer = writerOf(this.#seed, key, bytes);
    if (writer === undefined) throw new Error(`a value is not what was written key=${key} bytes=${bytes.length}`);
    return writer;
  }

  #prefixOf(recovered: ReadonlyMap<string, string>, acknowledged: number): number {
    try {
      return this.#expected.advance({ round: this.#round, first: this.#next, acknowledged }, recovered);
    } catch (cause) {
      throw this.#error((cause as Error).message, cause);
    }
  }

  #error(message: string, cause?: unknown): Error {
    const left = `what the kill left is in ${this.#path} or ${this.#copy}`;
    return new Error(`seed=${this.#options.seed} kill=${this.#counts.kills} round=${this.#round}: ${message}; ${left}`, { cause });
  }
}
