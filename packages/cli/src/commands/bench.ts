// varve <directory> bench

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { open, seededRandom, utf8, type Durability } from '@varve/core';
import { fsStore } from '@varve/adapter-fs';
import { Option, type Command } from 'commander';
import { integer, newCommand, type CommonOptions, type Context } from '../command.ts';
import { Output } from '../output.ts';
import { removingAfter } from '../interrupted.ts';
import { withProgress, type Progress } from '../progress.ts';
import { directoryOf } from '../place/place.ts';
import { count, duration, rate, size } from '../text/figures.ts';
import { table } from '../text/table.ts';

interface Options extends CommonOptions {
  readonly entries: number;
  readonly valueBytes: number;
  readonly durability?: Durability;
}

interface Result {
  readonly name: string;
  readonly operations: number;
  readonly ms: number;
}

const SEED = 1;
/** Puts that wait for each other, and gets, are fewer: they take longer. */
const SHARE = 5;
const REPORT_EVERY = 4096;

export function benchCommand({ place }: Context): Command {
  return newCommand('bench', 'how fast this engine is on this directory: a quick look, in a folder of its own that is removed afterwards', [
    './data bench',
    './data bench --entries 1000000 --value-bytes 400',
    '/mnt/disk bench --durability synced --entries 5000 --json',
  ])
    .option('--entries <n>', 'how many entries', integer(1), 200_000)
    .option('--value-bytes <n>', 'how long values are', integer(0), 100)
    .addOption(
      new Option('--durability <level>', 'how far each write gets before it counts as done').choices(['memory', 'buffered', 'synced']),
    )
    .action(async (options: Options) => {
      const scratch = join(directoryOf(place, 'bench'), `varve-bench-${process.pid}`);
      const remove = (): void => rmSync(scratch, { recursive: true, force: true });
      await removingAfter(remove, async () => {
        const results = await withProgress({ label: 'benchmark', unit: 'operations' }, (progress) => run(scratch, options, progress));
        say(results, options);
      });
    });
}

function say(results: readonly Result[], { json, entries, valueBytes, durability = 'buffered' }: Options): void {
  new Output(json === true).say(
    () => ({
      entries,
      valueBytes,
      durability,
      results: results.map(({ name, operations, ms }) => ({ name, operations, ms, perSecond: Math.round((operations / ms) * 1000) })),
    }),
    () => [
      `${count(entries)} entries of ${size(valueBytes)}, durability ${durability}`,
      '',
      ...table(
        [{ title: 'what' }, { title: 'operations', right: true }, { title: 'time', right: true }, { title: 'rate', right: true }],
        results.map(({ name, operations, ms }) => [name, count(operations), duration(ms), rate(operations, ms)]),
      ),
    ],
  );
}

async function run(directory: string, { entries, valueBytes, durability }: Options, progress: Progress): Promise<Result[]> {
  const random = seededRandom(SEED);
  const keyOf = (i: number): string => `key-${String(i).padStart(12, '0')}`;
  const anyKey = (): string => keyOf(random.uint32() % entries);
  const values = Array.from({ length: 64 }, () => valueOf(random.fill(new Uint8Array(valueBytes))));
  const value = (i: number): string => values[i & 63];
  const few = Math.max(1, Math.floor(entries / SHARE));
  const whole = entries * 2 + few * 3;
  let done = 0;
  const tick = (operations: number): void => progress.set((done += operations), done / whole);

  const db = await open(fsStore(directory), { keys: utf8, values: utf8, durability });
  try {
    return [
      await timed('fill in order, putMany', entries, () => db.putMany(ticking(entries, tick, (i) => [keyOf(i), value(i)] as const))),
      await timed('put at random, one after the other', few, () => repeat(few, tick, (i) => db.put(anyKey(), value(i)))),
      await timed('put at random, 64 at once', few, () =>
        repeat(
          Math.ceil(few / 64),
          (n) => tick(n * 64),
          (i) => Promise.all(values.map((_, j) => db.put(anyKey(), value(i + j)))),
        ),
      ),
      await timed('get at random', few, () => repeat(few, tick, () => db.get(anyKey()))),
      await timed('scan everything', entries, async () => {
        for await (const batch of db.scan().batches()) tick(batch.length);
      }),
    ];
  } finally {
    await db.close();
  }
}

/** Half of the bytes repeat, so that compression has something to do, and not everything. */
function valueOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte, i) => (i % 2 === 0 ? 'v' : (byte & 15).toString(16))).join('');
}

function* ticking<T>(operations: number, tick: (n: number) => void, make: (i: number) => T): Generator<T> {
  for (let i = 0; i < operations; i++) {
    if (i % REPORT_EVERY === REPORT_EVERY - 1) tick(REPORT_EVERY);
    yield make(i);
  }
}

async function repeat(operations: number, tick: (n: number) => void, one: (i: number) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < operations; i++) {
    await one(i);
    if (i % REPORT_EVERY === REPORT_EVERY - 1) tick(REPORT_EVERY);
  }
}

async function timed(name: string, operations: number, work: () => Promise<unknown>): Promise<Result> {
  const start = performance.now();
  await work();
  return { name, operations, ms: performance.now() - start };
}
