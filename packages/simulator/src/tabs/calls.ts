// What actors ask of a database, and what may come of it: every answer is compared with what the engines did.

import { StorageError, type Durability } from '@varve/core';
import { expectThat, Wrong } from '../sim/wrong.ts';
import { isGone, isOutdated, keyOf, SPACES, textRange, type Handle, type HeldSnapshot, type HeldWatch, type Told } from './handle.ts';
import type { Trace } from '../world/trace.ts';
import type { World } from '../world/world.ts';
import type { CallStep, Place } from './script.ts';
import { BUFFERED, entriesOf, MEMORY, placeOf, SYNCED, type Commit, type Mark, type State, type Truth } from './truth.ts';

const RANKS = { memory: MEMORY, buffered: BUFFERED, synced: SYNCED } as const;
/** A write that was refused with one of these is not there. */
const NOT_THERE = new Set(['QUOTA', 'READ_ONLY', 'FENCED']);
/** A store that fails is told with these. */
const OF_FAULTS = new Set(['QUOTA', 'READ_ONLY', 'FENCED', 'UNAVAILABLE', 'UNKNOWN']);

/** The life that calls are made in: what is known of it, and what explains an error. */
interface Life {
  readonly browser: { readonly world: World; readonly trace: Trace; readonly truth: Truth };
  readonly wasDeleted: boolean;
  readonly hadFaults: boolean;
  readonly hadBrokenWorkers: boolean;
  readonly newestBuild: number;
  /** Calls are counted. */
  nextCall(): number;
  /** A write is asked for: what its page is told of it goes here. */
  told(number: number): ToldWrite;
  /** What took place of a call. */
  commitsOf(number: number): Iterable<Commit>;
}

/** What became of a write, as its page was told. */
export interface ToldWrite {
  readonly number: number;
  /** `unknown`: no answer, or one that leaves it open. */
  outcome: 'unknown' | 'done' | 'not done';
}

/** Makes a call and checks its answer. Ends without an error when the world explains that there is none. */
export async function call(life: Life, handle: Handle, step: CallStep): Promise<void> {
  const number = life.nextCall();
  handle.waiting.set(number, `${handle.page.context.name} ${JSON.stringify(step)}`);
  try {
    await (calls[step.do] as AnyCall)(life, handle, step, number);
    life.browser.trace.note(step.do, number);
  } catch (error) {
    if (isGone(error)) return;
    life.browser.trace.note(`${step.do} ${error instanceof StorageError ? error.code : String(error)}`, number);
    assertExplained(life, handle, step, error);
  } finally {
    handle.waiting.delete(number);
  }
}

type Calls = {
  [Do in CallStep['do']]: (life: Life, handle: Handle, step: CallStep & { readonly do: Do }, number: number) => Promise<void> | void;
};

type AnyCall = (life: Life, handle: Handle, step: CallStep, number: number) => Promise<void> | void;

const calls: Calls = {
  async put(life, handle, { place, size, durability, beside }, number) {
    await Promise.all([
      put(life, handle, place, valueOf(number, size), durability),
      beside && put(life, handle, beside.place, valueOf(life.nextCall(), 0), beside.durability),
    ]);
  },
  async delete(life, handle, { place: [space, key], durability }) {
    const epoch = await handle.outside(handle.space(space).delete(keyOf(key), { durability }));
    expectDurable(committed(life, epoch, [[space, key]], undefined), durability);
  },
  async batch(life, handle, { puts, check, durability }, number) {
    const value = valueOf(number, 0);
    const batch = handle.db.batch();
    let expected: bigint | undefined;
    if (check !== undefined) {
      const entry = await handle.outside(handle.space(check.place[0]).getEntry(keyOf(check.place[1])));
      expected = check.isRight ? entry?.epoch : (entry?.epoch ?? 0n) + 1n;
      batch.check(handle.space(check.place[0]) as never, keyOf(check.place[1]), expected);
    }
    for (const [space, key] of puts) batch.put(handle.space(space) as never, keyOf(key), value);
    const told = life.told(number);
    const result = await refusable(told, handle.outside(handle.db.write(batch, { durability })));
    if (!result.ok) {
      told.outcome = 'not done';
      expectThat(check !== undefined, 'a batch without checks failed one');
      return;
    }
    told.outcome = 'done';
    const commit = committed(life, result.epoch, puts, value);
    expectDurable(commit, durability);
    if (check === undefined) return;
    const before = life.browser.truth.before(commit).get(placeOf(SPACES[check.place[0]], keyOf(check.place[1])));
    expectThat(before?.epoch === expected, `a batch that checks for epoch ${expected} was written over ${before?.epoch}`);
  },
  async update(life, handle, { place: [space, key], durability }, number) {
    const told = life.told(number);
    const asked = handle.space(space).update(keyOf(key), (old) => `${countOf(old) + 1}:${number};`, { durability });
    const value = await refusable(told, handle.outside(asked));
    told.outcome = 'done';
    const commit = [...life.commitsOf(number)].find(({ changes }) => changes.some((change) => change.value === value));
    expectThat(commit !== undefined, `an update that was told as done is nowhere: ${value}`);
    const before = life.browser.truth.before(commit).get(placeOf(SPACES[space], keyOf(key)));
    expectThat(countOf(value) === countOf(before?.value) + 1, `an update made ${value} of ${before?.value}`);
  },
  async clear(life, handle, { range }) {
    const { mark } = life.browser.truth;
    const keys = entriesOf(life.browser.truth.now, SPACES[range.space], textRange(range)).map(([key]) => key);
    await handle.outside(handle.space(range.space).clear(textRange(range)));
    for (const key of keys) {
      const was = life.browser.truth.heldSince(mark, (state) => !state.has(placeOf(SPACES[range.space], key)));
      expectThat(was, `a range was cleared, and ${key} was there all the time`);
    }
  },
  async get(life, handle, { place: [space, key], how }) {
    const { truth } = life.browser;
    const { mark } = truth;
    const place = placeOf(SPACES[space], keyOf(key));
    const reads = handle.space(space);
    if (how === 'has') {
      const has = await handle.outside(reads.has(keyOf(key)));
      return expectMoment(life, mark, (state) => state.has(place) === has, `has ${place} told ${has}`);
    }
    if (how === 'getEntry') {
      const entry = await handle.outside(reads.getEntry(keyOf(key)));
      const test = (state: State): boolean => state.get(place)?.epoch === entry?.epoch && state.get(place)?.value === entry?.value;
      return expectMoment(life, mark, test, `getEntry ${place} told ${entry?.value} of ${entry?.epoch}`);
    }
    const value = await handle.outside(reads.get(keyOf(key)));
    expectMoment(life, mark, (state) => state.get(place)?.value === value, `get ${place} told ${value}`);
  },
  async getMany(life, handle, { places }) {
    const { mark } = life.browser.truth;
    const space = places[0][0];
    const keys = places.map(([, key]) => keyOf(key));
    const values = await handle.outside(handle.space(space).getMany(keys));
    const test = (state: State): boolean => keys.every((key, i) => state.get(placeOf(SPACES[space], key))?.value === values[i]);
    expectMoment(life, mark, test, `getMany told ${String(values)}`);
  },
  async scan(life, handle, { range, pauseMs }) {
    const { mark } = life.browser.truth;
    const found: [string, string][] = [];
    const pages = handle.space(range.space).scan(textRange(range)).batches()[Symbol.asyncIterator]();
    for (;;) {
      const { done, value } = await handle.outside(pages.next());
      if (done === true) break;
      found.push(...value);
      await life.browser.world.sleep(pauseMs);
      await handle.page.awake();
    }
    const text = JSON.stringify(found);
    const test = (state: State): boolean => JSON.stringify(entriesOf(state, SPACES[range.space], textRange(range))) === text;
    expectMoment(life, mark, test, `a scan of ${JSON.stringify(range)} told ${found.map(([key]) => key).join()}`);
  },
  async openSnapshot(life, handle) {
    const { truth } = life.browser;
    const held: HeldSnapshot = { snapshot: handle.db.snapshot(), mark: truth.mark, states: undefined };
    handle.snapshots.push(held);
    const epoch = await handle.outside(held.snapshot.epoch);
    held.states = truth.statesAt(held.mark, epoch);
    expectThat(held.states.length > 0, `a snapshot is of epoch ${epoch}, and ${held.mark.epoch} was there before`);
  },
  async readSnapshot(_life, handle, { pick, range }) {
    const held = handle.snapshots[pick % handle.snapshots.length];
    if (held === undefined) return;
    const space = SPACES[range.space];
    const reads = range.space === 0 ? held.snapshot : held.snapshot.keyspace(handle.space(range.space));
    const found = await handle.outside(reads.scan(textRange(range)).all());
    if (held.states === undefined) return;
    held.states = held.states.filter((state) => JSON.stringify(entriesOf(state, space, textRange(range))) === JSON.stringify(found));
    expectThat(held.states.length > 0, `a snapshot told what was not there at its moment: ${found.map(([key]) => key).join()}`);
  },
  closeSnapshot(_life, handle, { pick }) {
    const [held] = handle.snapshots.splice(pick % Math.max(1, handle.snapshots.length), 1);
    held?.snapshot.close();
  },
  async watch(life, handle, { range }) {
    const { truth } = life.browser;
    const space = SPACES[range.space];
    const watch = handle.space(range.space).watch(textRange(range));
    const held: HeldWatch = { watch, space, range: textRange(range), since: undefined, told: [] };
    watch.subscribe((change) => {
      const told: Told = { ...change, tick: truth.tick };
      held.told.push(told);
      if (change.skipped) void lookAgain(handle, told);
    });
    handle.watches.push(held);
    // What is asked later is answered later: the watch has begun by then.
    await handle.outside(handle.db.get('nothing'));
    held.since = truth.tick;
  },
  live(life, handle, { range }) {
    const space = SPACES[range.space];
    const live = handle.space(range.space).live(textRange(range));
    const stop = live.subscribe(() => life.browser.trace.note('live'));
    handle.lives.push({ live, stop, space, range: textRange(range) });
  },
  unwatch(_life, handle, { pick }) {
    if (pick % 2 === 0) handle.watches.splice(pick % Math.max(1, handle.watches.length), 1)[0]?.watch.close();
    else handle.lives.splice(pick % Math.max(1, handle.lives.length), 1)[0]?.stop();
  },
  async care(life, handle, { care }) {
    const { truth } = life.browser;
    const { mark } = truth;
    await handle.outside(handle.db[care]());
    if (care === 'sync') truth.synced(mark);
  },
  async close(_life, handle) {
    handle.isClosed = true;
    await handle.outside(handle.db.close());
  },
};

async function put(life: Life, handle: Handle, [space, key]: Place, value: string, durability: Durability | undefined): Promise<void> {
  const told = life.told(callOf(value));
  const epoch = await refusable(told, handle.outside(handle.space(space).put(keyOf(key), value, { durability })));
  told.outcome = 'done';
  expectDurable(committed(life, epoch, [[space, key]], value), durability);
}

/** What was skipped is seen by who reads then. */
async function lookAgain({ db }: Handle, told: Told): Promise<void> {
  const snapshot = db.snapshot();
  // If it ends, the next worker's skipping follows.
  told.seen = await snapshot.epoch.catch(() => 0n);
  snapshot.close();
}

async function refusable<T>(told: ToldWrite, asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof StorageError && NOT_THERE.has(error.code)) told.outcome = 'not done';
    throw error;
  }
}

/** The write that was acknowledged. A database that was deleted had the same epochs. */
function committed(life: Life, epoch: bigint, places: readonly Place[], value: string | undefined): Commit {
  const isOwn = ({ changes }: Commit): boolean =>
    places.every(([space, key]) =>
      changes.some((change) => change.space === SPACES[space] && change.key === keyOf(key) && change.value === value),
    );
  const commit = life.browser.truth.commitsAt(epoch).find(isOwn);
  expectThat(commit !== undefined, `a write of ${places.join(' ')} was acknowledged at epoch ${epoch}, and no engine has written it then`);
  return commit;
}

function expectDurable({ durability, epoch }: Commit, asked: keyof typeof RANKS | undefined): void {
  expectThat(
    durability >= RANKS[asked ?? 'buffered'],
    `a write at epoch ${epoch} was asked for as ${asked} and written with ${durability}`,
  );
}

function expectMoment(life: Life, mark: Mark, test: (state: State) => boolean, told: string): void {
  expectThat(life.browser.truth.heldSince(mark, test), `${told}, which was so at no moment since it was asked`);
}

function valueOf(number: number, size: number): string {
  return `${number};`.padEnd(size, 'v');
}

/** Of an update; whatever else is there counts as nothing. */
function countOf(value: string | undefined): number {
  return value !== undefined && value.includes(':') ? Number(value.split(':', 1)[0]) : 0;
}

/** Number of the call that wrote a value. */
export function callOf(value: string): number {
  return Number(value.split(';', 1)[0].split(':').at(-1));
}

/** Every call ends with an answer, or with an error that has its reason in the world. */
function assertExplained(life: Life, handle: Handle, step: CallStep, error: unknown): void {
  if (isExplained(life, handle, step, error)) return;
  throw error instanceof Wrong ? error : new Wrong(`${step.do} ended as ${String(error)}`, { cause: error });
}

function isExplained(life: Life, handle: Handle, step: CallStep, error: unknown): boolean {
  return (
    error instanceof StorageError &&
    ((error.code === 'EXPIRED' && ['scan', 'readSnapshot', 'openSnapshot', 'live'].includes(step.do)) ||
      (error.code === 'CLOSED' && (handle.isClosed || life.wasDeleted)) ||
      (isOutdated(error) && handle.page.context.version < life.newestBuild) ||
      (error.code === 'UNSUPPORTED' && error.message.includes('worker') && life.hadBrokenWorkers) ||
      (error.code === 'UNKNOWN' && error.cause !== undefined && isExplained(life, handle, step, error.cause)) ||
      (OF_FAULTS.has(error.code) && life.hadFaults))
  );
}
