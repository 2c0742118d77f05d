// What the checks of logs run against: a fresh log, further handles on the same place, and what a power cut leaves.

import type { LogSegment, LogStore } from '@varve/core';
import { ConformanceError, type Check } from '../check.ts';

type MaybePromise<T> = T | Promise<T>;

/** How the kit gets its logs. */
export interface LogStoreUnderTest {
  /** A log over a fresh, empty place. */
  open(): MaybePromise<LogStore>;
  /** Another handle on the place of `log`, as a second process would have; both stay in use. */
  reopen?(log: LogStore): MaybePromise<LogStore>;
  /** A log that sees what a power cut at this moment would leave of `log`. Let it drop all that it may. */
  powerCut?(log: LogStore): MaybePromise<LogStore>;
  /** The log is synchronous. */
  readonly sync: boolean;
  /** The log has `claim` and `isOvertaken`. Default: it has neither, and that is checked as well. */
  readonly claims?: boolean;
  /** The log has `takeSegments`, and its segments `isTaken`. Default: neither, and that is checked as well. */
  readonly takes?: boolean;
}

/** A fresh log of one check. */
export interface LogSubject {
  readonly log: LogStore;
  readonly options: LogStoreUnderTest;
  /** Another handle on the same place. */
  reopen(): Promise<LogStore>;
  /** What is left after a power cut. */
  powerCut(): Promise<LogStore>;
}

/** A promise about logs: title and proof. It is checked only where the options have what it needs. */
export interface LogPromise {
  readonly title: string;
  readonly needs?: readonly ('sync' | 'reopen' | 'powerCut' | 'claims' | 'takes')[];
  prove(subject: LogSubject): Promise<void>;
}

/** The checks of one theme that this log has to pass. */
export function logChecks(theme: string, promises: readonly LogPromise[], options: LogStoreUnderTest): Check[] {
  return promises
    .filter(({ needs = [] }) => needs.every((need) => options[need] !== undefined && options[need] !== false))
    .map(({ title, prove }) => ({ theme, title, run: () => withSubject(options, prove) }));
}

async function withSubject(options: LogStoreUnderTest, prove: (subject: LogSubject) => Promise<void>): Promise<void> {
  const log = await options.open();
  const handles = [log];
  const further = async (open: ((log: LogStore) => MaybePromise<LogStore>) | undefined) => {
    if (open === undefined) throw new Error('this check needs reopen or powerCut');
    const handle = await open(log);
    handles.push(handle);
    return handle;
  };
  try {
    await prove({ log, options, reopen: () => further(options.reopen), powerCut: () => further(options.powerCut) });
  } finally {
    for (const handle of handles) await handle.close();
  }
}

/** Creates a segment whose number is free. */
export async function mustCreate(log: LogStore, segment: number, sizeBytes = 65_536): Promise<LogSegment> {
  const created = await log.create(segment, sizeBytes);
  if (created === undefined) throw new ConformanceError(`segment ${segment} was refused, though its number is free`);
  return created;
}

/** The first `length` bytes of a segment. */
export async function readStart(log: LogStore, segment: number, length: number): Promise<Uint8Array | undefined> {
  const into = new Uint8Array(length);
  const found = await log.read(segment, into);
  return found === undefined ? undefined : into.subarray(0, found);
}

/** Numbers of all segments, as listed. */
export async function numbers(log: LogStore): Promise<number[]> {
  return (await log.segments()).map(({ number }) => number);
}
