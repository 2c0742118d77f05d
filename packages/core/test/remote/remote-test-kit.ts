// A writer whose merges are done elsewhere, its compactors, and a clock that tests turn.

import { open, utf8, type Database, type EngineEvent, type MemoryStore } from '@varve/core';
import { openCompactor, remoteCompaction, type Compactor, type CompactorEvent, type CompactorOptions } from '@varve/core/compactor';

export const SMALL = { keys: utf8, values: utf8, memoryBudgetBytes: 4 * 2 ** 20, sstSizeBytes: 65536 } as const;
/** Runs of L0 at which they are merged. */
export const MERGE_RUNS = 8;
export const PATIENCE = { claimWithinMs: 5000, silentMs: 3000 };

export type Texts = Database<MemoryStore, string, string>;

/** Time stands still unless a test lets it pass. */
export class TestClock {
  ms = 1_700_000_000_000;
  now = (): number => this.ms;
  pass(ms: number): void {
    this.ms += ms;
  }
}

export interface Writer {
  readonly db: Texts;
  readonly events: EngineEvent[];
  /** Why plans came back. */
  takenBack(): string[];
  /** Merges that somebody else did. */
  remote(): number;
}

export async function openWriter(store: MemoryStore, clock: TestClock, options: object = {}): Promise<Writer> {
  const events: EngineEvent[] = [];
  const onEvent = (event: EngineEvent): void => void events.push(event);
  const db = await open(store, { ...SMALL, clock, onEvent, compaction: remoteCompaction(PATIENCE), takeover: 'now', ...options });
  return {
    db,
    events,
    takenBack: () => events.flatMap((event) => (event.kind === 'plan' && event.takenBack !== undefined ? [event.takenBack] : [])),
    remote: () => events.filter((event) => event.kind === 'compaction' && event.remote === true).length,
  };
}

export interface Worker {
  readonly compactor: Compactor;
  readonly events: CompactorEvent[];
  kinds(): string[];
}

export function openWorker(store: MemoryStore, clock: TestClock, options: CompactorOptions = {}): Worker {
  const events: CompactorEvent[] = [];
  const onEvent = (event: CompactorEvent): void => void events.push(event);
  const compactor = openCompactor(store, { memoryBudgetBytes: 4 * 2 ** 20, clock, onEvent, ...options });
  return { compactor, events, kinds: () => events.map(({ kind }) => kind) };
}

export const keyOf = (i: number): string => `key ${String(i).padStart(5, '0')}`;

/** Adds runs to L0, each over the same keys; returns what they leave. */
export async function addRuns(
  db: Texts,
  runs: number,
  label: string,
  truth: Map<string, string> = new Map(),
): Promise<Map<string, string>> {
  for (let run = 0; run < runs; run++) {
    const entries = Array.from({ length: 300 }, (_, i): [string, string] => [keyOf(i * 3 + (run % 3)), `${label} ${run} ${i} `.repeat(30)]);
    await db.putMany(entries);
    for (const [key, value] of entries) truth.set(key, value);
    const gone = keyOf(run * 7);
    await db.delete(gone);
    truth.delete(gone);
    await db.flush();
  }
  return truth;
}

/** Background work has come to its end, and results were looked for. */
export async function settled({ db }: Writer, clock: TestClock): Promise<void> {
  clock.pass(1001);
  await db.idle();
  await db.idle();
}

export async function planObjects(store: MemoryStore): Promise<string[]> {
  return (await store.list('plan/')).map(({ name }) => name);
}

/** SST objects that the database does not name. */
export async function orphans(store: MemoryStore, db: Texts): Promise<string[]> {
  const named = db.stats().levels.reduce((sum, { ssts }) => sum + ssts, 0);
  const found = (await store.list('sst/')).map(({ name }) => name);
  return found.length === named * 2 ? [] : [`${named} SSTs are named`, ...found];
}

export const sorted = (truth: Map<string, string>): [string, string][] => [...truth].sort(([a], [b]) => (a < b ? -1 : 1));
