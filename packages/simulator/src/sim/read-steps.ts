// Reads as actors make them, and what they may find: the state at one moment, not before what was acknowledged when they were asked for.

import type { Reads, ScanRange } from '@varve/core';
import type { ModelEntry, ModelRange } from '../model/history.ts';
import { SPACE_NAMES, type Incarnation } from './incarnation.ts';
import { keyText } from './keys.ts';
import type { ReadStep, ScriptedRange } from './script.ts';
import type { Simulation } from './simulation.ts';
import { expectThat } from './wrong.ts';

const MOST_HELD = 4;

export async function read(simulation: Simulation, incarnation: Incarnation, step: ReadStep): Promise<void> {
  switch (step.do) {
    case 'get':
      return get(simulation, incarnation, step);
    case 'scan':
      return scan(simulation, incarnation, step);
    case 'openSnapshot':
      return openSnapshot(incarnation);
    case 'readSnapshot':
      return readSnapshot(simulation, incarnation, step);
    case 'closeSnapshot':
      return picked(incarnation.snapshots, step.pick, true)?.snapshot.close();
    case 'openCursor':
      return openCursor(simulation, incarnation, step.range);
    case 'readCursor':
      return readCursor(incarnation, step);
  }
}

async function get(simulation: Simulation, incarnation: Incarnation, { keys, how }: ReadStep & { do: 'get' }): Promise<void> {
  const { history, values } = simulation;
  const [[space]] = keys;
  const texts = keys.map(([, key]) => keyText(key));
  const from = incarnation.acked;
  const reads = incarnation.spaces[space];
  let found: (Uint8Array | undefined)[];
  if (how === 'now' && simulation.canAnswerNow) found = reads.getManySync(texts);
  else if (texts.length === 1) found = [await incarnation.process.outside(reads.get(texts[0]))];
  else found = await incarnation.process.outside(reads.getMany(texts));
  if (incarnation.ended) return;
  texts.forEach((text, i) => {
    const number = found[i] === undefined ? undefined : values.numberOf(found[i]);
    expectThat(
      history.had(SPACE_NAMES[space], text, number, from, history.now),
      `get of ${SPACE_NAMES[space]} ${text} found ${number}, wanted ${history.get(SPACE_NAMES[space], text, from)} or later`,
    );
  });
}

async function scan(simulation: Simulation, incarnation: Incarnation, { range, how }: ReadStep & { do: 'scan' }): Promise<void> {
  const from = incarnation.acked;
  const reads = incarnation.spaces[range.space];
  const isNow = how === 'now' && simulation.canAnswerNow;
  const found = isNow ? [...reads.scanSync(scanRange(range))] : await incarnation.process.outside(reads.scan(scanRange(range)).all());
  if (!incarnation.ended) expectMoment(simulation, range, simulation.numbered(found), from);
}

/** There is a moment since `from` at which the range held this. */
export function expectMoment(simulation: Simulation, range: ScriptedRange, found: readonly ModelEntry<number>[], from: number): number {
  const { history } = simulation;
  for (let moment = from; moment <= history.now; moment++) if (isAsFound(simulation, range, found, moment)) return moment;
  const wanted = history.scan(SPACE_NAMES[range.space], modelRange(range), from);
  expectThat(false, `scan of ${JSON.stringify(range)} is of no moment from ${from} to ${history.now}: ${difference(wanted, found)}`);
}

function isAsFound({ history }: Simulation, range: ScriptedRange, found: readonly ModelEntry<number>[], moment: number): boolean {
  const wanted = history.scan(SPACE_NAMES[range.space], modelRange(range), moment);
  return wanted.length === found.length && wanted.every(([key, value], i) => found[i][0] === key && found[i][1] === value);
}

function difference(wanted: readonly ModelEntry<number>[], found: readonly ModelEntry<number>[]): string {
  const at = wanted.findIndex(([key, value], i) => found[i]?.[0] !== key || found[i][1] !== value);
  return `${wanted.length} wanted, ${found.length} found, at ${at} ${wanted[at]?.join('=')} is ${found[at]?.join('=')}`;
}

function openSnapshot(incarnation: Incarnation): void {
  if (incarnation.snapshots.length >= MOST_HELD) incarnation.snapshots.shift()!.snapshot.close();
  incarnation.snapshots.push({ snapshot: incarnation.db.snapshot(), moment: undefined });
}

async function readSnapshot(
  simulation: Simulation,
  incarnation: Incarnation,
  { pick, range }: ReadStep & { do: 'readSnapshot' },
): Promise<void> {
  const held = picked(incarnation.snapshots, pick, false);
  if (held === undefined) return;
  // What is visible was acknowledged, and whoever waits for that is told of it before anything else happens.
  if (held.moment === undefined) await simulation.world.sleep(0);
  const moment = (held.moment ??= incarnation.momentOf(held.snapshot.epoch));
  const reads = (range.space === 0 ? held.snapshot : held.snapshot.keyspace(incarnation.spaces[1])) as Reads<
    string,
    Uint8Array,
    string,
    string
  >;
  const found = simulation.numbered(await incarnation.process.outside(reads.scan(scanRange(range)).all()));
  if (incarnation.ended || isAsFound(simulation, range, found, moment)) return;
  const wanted = simulation.history.scan(SPACE_NAMES[range.space], modelRange(range), moment);
  expectThat(false, `snapshot of moment ${moment} is not what it was, ${JSON.stringify(range)}: ${difference(wanted, found)}`);
}

/** A scan that is read a little at a time sees the moment of its first page for its whole life. */
function openCursor(simulation: Simulation, incarnation: Incarnation, range: ScriptedRange): void {
  if (incarnation.cursors.length >= MOST_HELD) void incarnation.cursors.shift()!.end();
  const items = incarnation.spaces[range.space].scan(scanRange(range))[Symbol.asyncIterator]();
  const found: ModelEntry<number>[] = [];
  let from: number | undefined;
  let to: number | undefined;
  const step = async (): Promise<boolean> => {
    from ??= incarnation.acked;
    const { done, value } = await incarnation.process.outside(items.next());
    to ??= simulation.history.now;
    if (incarnation.ended) return true;
    if (done === true) {
      for (let moment = from; moment <= to; moment++) if (isAsFound(simulation, range, found, moment)) return true;
      const wanted = simulation.history.scan(SPACE_NAMES[range.space], modelRange(range), from);
      expectThat(false, `a slow scan of ${JSON.stringify(range)} saw no moment from ${from} to ${to}: ${difference(wanted, found)}`);
    }
    found.push(...simulation.numbered([value]));
    return false;
  };
  incarnation.cursors.push({
    read: async (count) => {
      for (let i = 0; i < count; i++) if (await step()) return true;
      return false;
    },
    end: () => items.return?.(),
  });
}

async function readCursor(incarnation: Incarnation, { pick, count }: ReadStep & { do: 'readCursor' }): Promise<void> {
  // Taken out while it is read: an iterator is asked by one at a time.
  const cursor = picked(incarnation.cursors, pick, true);
  if (cursor !== undefined && !(await cursor.read(count))) incarnation.cursors.push(cursor);
}

function picked<T>(held: T[], pick: number, isTaken: boolean): T | undefined {
  if (held.length === 0) return undefined;
  const at = pick % held.length;
  return isTaken ? held.splice(at, 1)[0] : held[at];
}

/** The range as calls take it. */
export function scanRange({ from, to, reverse, limit }: ScriptedRange): ScanRange<string, string> {
  return {
    ...(from !== undefined && { gte: keyText(from) }),
    ...(to !== undefined && { lt: keyText(to) }),
    ...(reverse && { reverse }),
    ...(limit !== undefined && { limit }),
  };
}

function modelRange(range: ScriptedRange): ModelRange {
  return scanRange(range);
}
