// What a scenario is: stages that run one after the other on one folder, each in a process of its own, and report measures by name.

import type { Peer, PeerDatabase } from '../peers/peer.ts';

/** `/s`, `MB/s`: more is better. All others: less is better. */
export type Unit = '/s' | 'ms' | 'B' | 'B/entry' | 'MB' | 'x' | 'entries' | 'MB/s' | 'requests' | '$';

export interface Measure {
  readonly name: string;
  readonly unit: Unit;
  readonly value: number;
}

/** Sizes of a run. */
export interface Sizes {
  /** Entries of an ordinary database. */
  readonly entries: number;
  /** Entries of the one that is far larger than memory. */
  readonly largeEntries: number;
  readonly memoryBytes: number;
  readonly seed: number;
}

/** What a stage works with. */
export interface Bench {
  readonly peer: Peer;
  readonly sizes: Sizes;
  /** The database's folder, empty before the first stage. */
  readonly folder: string;
  report(name: string, unit: Unit, value: number): void;
}

export interface Stage {
  /** `killed`: the process is ended by SIGKILL as soon as `run` has returned, with the database still open. */
  readonly ends: 'normally' | 'killed';
  run(bench: Bench): Promise<void>;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly stages: readonly Stage[];
}

/** A scenario of one stage. */
export function scenario(name: string, title: string, run: Stage['run']): Scenario {
  return { name, title, stages: [{ ends: 'normally', run }] };
}

/** Opens the peer's database with the run's settings, lets `work` use it, and closes it. */
export async function withDatabase(
  bench: Bench,
  durability: 'buffered' | 'synced',
  work: (database: PeerDatabase) => Promise<void>,
): Promise<void> {
  const database = await bench.peer.open(bench.folder, { durability, memoryBytes: bench.sizes.memoryBytes });
  await work(database);
  await database.close();
}

/** Reports how many of `count` operations `work` does a second. */
export async function rate(bench: Bench, name: string, count: number, work: () => Promise<void> | void): Promise<void> {
  const seconds = await secondsOf(work);
  bench.report(name, '/s', count / seconds);
}

/** How long `work` takes. */
export async function secondsOf(work: () => Promise<void> | void): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
