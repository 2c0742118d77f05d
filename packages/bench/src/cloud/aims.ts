// What the figures are held against, and how the results read beside it.

import { advantage, median, type Row } from '../results.ts';

/** One line of the table of aims. */
export interface Verdict {
  readonly what: string;
  readonly aim: string;
  readonly measured: string;
  readonly isMet: boolean;
}

type Judge = (find: (name: string) => Row | undefined) => Verdict | undefined;

const AIMS: readonly Judge[] = [
  timesThePeer('bulk load, batches of 1000', 5),
  timesThePeer('durable put, 64 writers', 3),
  timesThePeer('durable put, one by one', 3),
  timesThePeer('cold open', 2),
  timesThePeer('random gets, 64 in flight', 1),
  timesThePeer('full scan', 10),
  atMost('data requests a get', 1, (value) => value.toFixed(2)),
  atLeast('uncached gets : plain ranged GETs', 0.9, (value) => `${value.toFixed(2)}x`),
  atLeast('scan : plain parallel GETs', 0.7, (value) => `${value.toFixed(2)}x`),
  atMost('wait of a durable put : plain PUT', 2, (value) => `${value.toFixed(2)}x`),
  atMost('PUTs a group of 64 writes', 1.05, (value) => value.toFixed(2)),
  atMost("reader's open to first get: requests in a row", 4, (value) => value.toFixed(0)),
  atMost('write amplification', 10, (value) => `${value.toFixed(2)}x`),
  atMost('write amplification of both', 10, (value) => `${value.toFixed(2)}x`),
  atMost('99 % with a compactor : without', 1.3, (value) => `${value.toFixed(2)}x`),
];

/** Aims of which something was measured, misses first. */
export function verdicts(rows: readonly Row[]): Verdict[] {
  const find = (name: string): Row | undefined => rows.find((row) => row.name === name);
  const all = AIMS.map((judge) => judge(find)).filter((verdict) => verdict !== undefined);
  return all.sort((a, b) => Number(a.isMet) - Number(b.isMet));
}

function timesThePeer(what: string, times: number): Judge {
  return (find) => {
    const row = find(what);
    const ratio = row && advantage(row, 'varve');
    if (ratio === undefined) return undefined;
    return { what: `${what}, against SlateDB`, aim: `${times}x`, measured: `${ratio.toFixed(2)}x`, isMet: ratio >= times };
  };
}

function atMost(what: string, limit: number, show: (value: number) => string): Judge {
  return limited(what, show, `at most ${show(limit)}`, (value) => value <= limit);
}

function atLeast(what: string, limit: number, show: (value: number) => string): Judge {
  return limited(what, show, `at least ${show(limit)}`, (value) => value >= limit);
}

function limited(what: string, show: (value: number) => string, aim: string, holds: (value: number) => boolean): Judge {
  return (find) => {
    const values = find(what)?.values['varve'];
    if (values === undefined) return undefined;
    const value = median(values);
    return { what, aim, measured: show(value), isMet: holds(value) };
  };
}
