// What the engines did, write by write, as they themselves acknowledged it: what pages are told is compared with this. An engine's life is a timeline: what it
// found when it was opened, and its writes by their epochs. The next one has to find what an earlier moment of the last timeline held, and no earlier
// one than durabilities allow.

import { expectThat } from '../sim/wrong.ts';

/** Undefined deletes. */
export interface TruthChange {
  readonly space: string;
  readonly key: string;
  readonly value: string | undefined;
}

/** A write that an engine was asked for. */
export interface Attempt {
  readonly changes: readonly TruthChange[];
  durability: number;
}

/** A write that took place. */
export interface Commit extends Attempt {
  readonly epoch: bigint;
  /** When it was known: what happens later has a higher number. */
  readonly tick: number;
  /** The engine has said so itself, rather than left it to be found. */
  readonly wasAcknowledged: boolean;
  /** Taken back by the end of an engine, or deleted with its database. */
  isLost: boolean;
}

export interface Version {
  readonly value: string;
  readonly epoch: bigint;
}

/** What is there: by key space and key. */
export type State = Map<string, Version>;

/** As far as the truth was known. */
export interface Mark {
  readonly timeline: number;
  readonly epoch: bigint;
}

export interface TextRange {
  readonly gte?: string;
  readonly lt?: string;
  readonly reverse?: boolean;
  readonly limit?: number;
}

export const MEMORY = 0;
export const BUFFERED = 1;
export const SYNCED = 2;

class Timeline {
  readonly base: State;
  readonly baseEpoch: bigint;
  /** By epoch. */
  readonly commits: Commit[] = [];
  /** Writes of which no outcome is known. */
  readonly open = new Set<Attempt>();
  isClosed = false;
  lostPower = false;

  constructor(base: State) {
    this.base = base;
    this.baseEpoch = [...base.values()].reduce((highest, { epoch }) => (epoch > highest ? epoch : highest), 0n);
  }

  get last(): bigint {
    return this.commits.at(-1)?.epoch ?? this.baseEpoch;
  }

  add(commit: Commit): void {
    let at = this.commits.length;
    while (at > 0 && this.commits[at - 1].epoch > commit.epoch) at--;
    this.commits.splice(at, 0, commit);
  }

  /** What was there at an epoch. */
  at(epoch: bigint): State {
    const state: State = new Map(this.base);
    for (const commit of this.commits) if (commit.epoch <= epoch) applyTo(state, commit);
    return state;
  }

  /** All states from an epoch on, one after the other. The same map is changed. */
  *states(from: bigint): Generator<{ readonly state: State; readonly epoch: bigint }> {
    const state = this.at(from);
    let next = this.commits.filter(({ epoch }) => epoch <= from).length;
    yield { state, epoch: this.commits[next - 1]?.epoch ?? this.baseEpoch };
    for (; next < this.commits.length; next++) {
      applyTo(state, this.commits[next]);
      yield { state, epoch: this.commits[next].epoch };
    }
  }
}

export class Truth {
  #timelines: Timeline[] = [new Timeline(new Map())];
  #ticks = 0;
  /** How many engines were opened. */
  opened = 0;

  get tick(): number {
    return ++this.#ticks;
  }

  get mark(): Mark {
    return { timeline: this.#timelines.length - 1, epoch: this.#last.last };
  }

  get #last(): Timeline {
    return this.#timelines.at(-1)!;
  }

  /** Begins a write. Returns what its outcome is told to. */
  attempt(attempt: Attempt): { done(epoch: bigint): void; refused(): void } {
    const timeline = this.#last;
    timeline.open.add(attempt);
    return {
      done: (epoch) => {
        timeline.open.delete(attempt);
        timeline.add({ ...attempt, epoch, tick: this.tick, wasAcknowledged: true, isLost: false });
      },
      refused: () => void timeline.open.delete(attempt),
    };
  }

  /** The engine was closed in an orderly way: everything is kept. */
  closed(): void {
    this.#last.isClosed = true;
  }

  powerCut(): void {
    this.#last.lostPower = true;
  }

  /** What was written before a moment survives a power cut. */
  synced({ timeline, epoch }: Mark): void {
    for (const [i, { commits }] of this.#timelines.entries()) {
      if (i > timeline) return;
      for (const commit of commits) if (i < timeline || commit.epoch <= epoch) commit.durability = SYNCED;
    }
  }

  /** The database was deleted: the next engine finds nothing. */
  deleted(): void {
    for (const commit of this.commits()) commit.isLost = true;
    this.#timelines.push(new Timeline(new Map()));
  }

  /** The next engine has found this. */
  found(state: State): void {
    this.opened++;
    const last = this.#last;
    resolve(last, state, () => this.tick);
    const least = last.isClosed ? MEMORY : last.lostPower ? SYNCED : BUFFERED;
    const floor = last.commits.filter(({ wasAcknowledged, durability }) => wasAcknowledged && durability >= least).at(-1);
    const kept = momentOf(last, state, floor?.epoch ?? last.baseEpoch);
    expectThat(
      kept !== undefined,
      `an engine found what no earlier one left, or lost what was acknowledged, up to epoch ${floor?.epoch}: ${difference(last, state)}`,
    );
    for (const commit of last.commits) if (commit.epoch > kept) commit.isLost = true;
    this.#timelines.push(new Timeline(state));
  }

  /** Every write that took place, those that were lost as well. */
  *commits(): Generator<Commit> {
    for (const { commits } of this.#timelines) yield* commits;
  }

  commitsAt(epoch: bigint): Commit[] {
    return [...this.commits()].filter((commit) => commit.epoch === epoch);
  }

  /** What is there now. */
  get now(): State {
    return this.#last.at(this.#last.last);
  }

  /** What a write came upon. */
  before(commit: Commit): State {
    const timeline = this.#timelines.find(({ commits }) => commits.includes(commit))!;
    return timeline.at(commit.epoch - 1n);
  }

  /** Was there a moment since the mark at which the test held? */
  heldSince(mark: Mark, test: (state: State, epoch: bigint) => boolean): boolean {
    for (let i = mark.timeline; i < this.#timelines.length; i++) {
      const from = i === mark.timeline ? mark.epoch : this.#timelines[i].baseEpoch;
      for (const { state, epoch } of this.#timelines[i].states(from)) if (test(state, epoch)) return true;
    }
    return false;
  }

  /** The states that an epoch may stand for: one for each engine that has lived since the mark and may have had it. */
  statesAt(mark: Mark, epoch: bigint): State[] {
    return this.#timelines
      .slice(mark.timeline)
      .filter((timeline, i) => epoch >= (i === 0 ? mark.epoch : timeline.baseEpoch))
      .map((timeline) => timeline.at(epoch));
  }
}

export const placeOf = (space: string, key: string): string => `${space}\n${key}`;

/** Entries of a range, in its order. */
export function entriesOf(state: State, space: string, { gte, lt, reverse, limit }: TextRange): [string, string][] {
  const from = `${space}\n`;
  const entries = [...state]
    .filter(([place]) => place.startsWith(from))
    .map(([place, { value }]): [string, string] => [place.slice(from.length), value])
    .filter(([key]) => (gte === undefined || key >= gte) && (lt === undefined || key < lt))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (reverse === true) entries.reverse();
  return entries.slice(0, limit);
}

export function isInRange(key: string, { gte, lt }: TextRange): boolean {
  return (gte === undefined || key >= gte) && (lt === undefined || key < lt);
}

function applyTo(state: State, { changes, epoch }: Commit): void {
  for (const { space, key, value } of changes) {
    if (value === undefined) state.delete(placeOf(space, key));
    else state.set(placeOf(space, key), { value, epoch });
  }
}

/** Writes of which nobody was told: those that left something behind took place. */
function resolve(timeline: Timeline, found: State, tick: () => number): void {
  for (const attempt of timeline.open) {
    const left = attempt.changes
      .map(({ space, key, value }) => {
        const version = found.get(placeOf(space, key));
        return value !== undefined && version?.value === value && version.epoch > timeline.baseEpoch ? version.epoch : undefined;
      })
      .find((epoch) => epoch !== undefined && !timeline.commits.some((commit) => commit.epoch === epoch));
    if (left === undefined) continue;
    timeline.add({ ...attempt, epoch: left, tick: tick(), wasAcknowledged: false, isLost: false });
    timeline.open.delete(attempt);
  }
  // Deletions leave nothing but a gap.
  for (const attempt of timeline.open) {
    if (attempt.changes.some(({ value }) => value !== undefined)) continue;
    const before = timeline.at(timeline.last);
    const gaps = attempt.changes.filter(({ space, key }) => before.has(placeOf(space, key)) && !found.has(placeOf(space, key)));
    const epoch = timeline.last + 1n;
    if (gaps.length > 0) timeline.add({ ...attempt, changes: gaps, epoch, tick: tick(), wasAcknowledged: false, isLost: false });
  }
  timeline.open.clear();
}

/** The latest moment, not before `floor`, that looked like this. */
function momentOf(timeline: Timeline, found: State, floor: bigint): bigint | undefined {
  let latest: bigint | undefined;
  for (const { state, epoch } of timeline.states(floor)) if (isSame(state, found)) latest = epoch;
  return latest;
}

function isSame(a: State, b: State): boolean {
  if (a.size !== b.size) return false;
  for (const [place, { value, epoch }] of a) {
    const other = b.get(place);
    if (other?.epoch !== epoch || other.value !== value) return false;
  }
  return true;
}

function difference(timeline: Timeline, found: State): string {
  const state = timeline.at(timeline.last);
  const place = [...state.keys(), ...found.keys()].find((each) => found.get(each)?.epoch !== state.get(each)?.epoch);
  if (place === undefined) return 'all is there, at another moment';
  const text = (version: Version | undefined): string =>
    version === undefined ? 'nothing' : `${version.value.slice(0, 20)} of ${version.epoch}`;
  return `${JSON.stringify(place)} is ${text(found.get(place))}, was ${text(state.get(place))}`;
}
