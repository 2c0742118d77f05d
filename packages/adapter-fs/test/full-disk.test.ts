// A database on a disk that gets full, at every moment of its life: small file systems in memory with a file that takes the rest of the room.

import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open, StorageError, utf8, type Database } from '@varve/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fsStore, type FsStore } from '../src/index.ts';
import { valueAt } from './database-values.ts';
import { mountTmpfs, run, unmount, withRoot } from './mounts.ts';

type Open = Database<FsStore, string, Uint8Array, string, string, Uint8Array | string>;

const VALUE_BYTES = 1500;
const base = mkdtempSync(join(tmpdir(), 'varve-full-'));
const template = join(base, 'template');
const mounted: string[] = [];
let count = 0;

const openIn = (directory: string) => open(fsStore(directory), { keys: utf8, memoryBudgetBytes: 4 * 2 ** 20 }) as Promise<Open>;

beforeAll(async () => {
  const db = await openIn(template);
  for (let round = 0; round < 3; round++) {
    for (let n = 0; n < 300; n++) await db.put(`old/${n}`, valueAt(`round-${round}`, n, VALUE_BYTES));
    await db.flush();
  }
  for (let n = 0; n < 50; n++) await db.put(`logged/${n}`, valueAt('logged', n, VALUE_BYTES));
  await db.close();
});
afterEach(() => {
  for (const directory of mounted.splice(0)) unmount(directory);
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** An empty file system of this size. */
function freshDisk(size: string): string {
  const disk = join(base, `disk${count++}`);
  mkdirSync(disk);
  mountTmpfs(disk, size);
  mounted.push(disk);
  return disk;
}

/** Takes all room but so many bytes. */
function fill(disk: string, freeBytes: number): void {
  const { bavail, bsize } = statfsSync(disk);
  const filler = join(disk, 'filler');
  writeFileSync(filler, new Uint8Array(Math.max(0, bavail * bsize - freeBytes)));
}

/** True when the error is, or comes from, a full disk. */
function saysFull(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof StorageError && each.code === 'QUOTA') {
      return each.message.includes('no space is left for the database: free some, then open again');
    }
  }
  return false;
}

/** Its message, and those of what caused it. */
function textOf(error: unknown): string {
  return error instanceof Error ? `${error.message} ${textOf(error.cause)}` : '';
}

/** What a failed call said; undefined where it succeeded. Anything but a full disk is a failure of the test. */
async function fullness(attempt: () => Promise<unknown>): Promise<unknown> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    if (!saysFull(error)) throw error;
    return error;
  }
}

interface Told {
  readonly acknowledged: number;
  /** It is not known of how many more whether they are there. */
  readonly unknown: number;
  readonly error: unknown;
}

/** Puts until the disk is full, or so often. */
async function putUntilFull(db: Open, most: number): Promise<Told> {
  for (let n = 0; n < most; n++) {
    const error = await fullness(() => db.put(`new/${n}`, valueAt('new', n, VALUE_BYTES)));
    if (error !== undefined) return { acknowledged: n, unknown: (error as StorageError).code === 'UNKNOWN' ? 1 : 0, error };
  }
  return { acknowledged: most, unknown: 0, error: undefined };
}

async function expectNew(db: Open, { acknowledged, unknown }: Told): Promise<void> {
  const found = (await db.scan({ prefix: 'new/' }).all())
    .map(([key, value]) => [Number(key.slice(4)), value] as const)
    .sort(([a], [b]) => a - b);
  expect([acknowledged, acknowledged + unknown]).toContain(found.length);
  found.forEach(([n, value], i) => expect([n, Buffer.compare(value, valueAt('new', i, VALUE_BYTES))]).toEqual([i, 0]));
}

async function expectTemplate(db: Open): Promise<void> {
  for (let n = 0; n < 300; n++) expect(Buffer.compare((await db.get(`old/${n}`))!, valueAt('round-2', n, VALUE_BYTES))).toBe(0);
  for (let n = 0; n < 50; n++) expect(Buffer.compare((await db.get(`logged/${n}`))!, valueAt('logged', n, VALUE_BYTES))).toBe(0);
}

describe.runIf(withRoot)('a disk that gets full under a writer', () => {
  it('refuses puts as QUOTA and says what to do; everything acknowledged is there, and more room lets the database go on', async () => {
    const disk = freshDisk('8m');
    const directory = join(disk, 'db');
    const db = await openIn(directory);
    const told = await putUntilFull(db, 100_000);
    expect(told.acknowledged).toBeGreaterThan(2000);
    expect(textOf(told.error)).toContain(
      `no space is left for the database: free some, then open again error=ENOSPC directory=${directory}`,
    );
    // Where a flush found no room, and not the log, a smaller write may still fit into memory and log.
    await fullness(() => db.put('later', 'x'));
    await fullness(async () => db.putSync('later', 'x'));
    await expectNew(db, told);
    await fullness(() => db.close());

    run('mount', '-o', 'remount,size=32m', disk);
    await using again = await openIn(directory);
    await expectNew(again, told);
    await again.put('later', 'x');
    await again.compact();
    await expectNew(again, told);
    expect((await again.verify()).problems).toEqual([]);
    await again.idle();
    expect(readdirSync(join(directory, '_tmp'))).toEqual([]);
  });

  it('refuses the synchronous ones likewise', async () => {
    const disk = freshDisk('8m');
    const directory = join(disk, 'db');
    const db = await openIn(directory);
    let error: unknown;
    let acknowledged = 0;
    for (; error === undefined; acknowledged++) {
      try {
        db.putSync(`new/${acknowledged}`, valueAt('new', acknowledged, VALUE_BYTES));
      } catch (caught) {
        error = caught;
        break;
      }
    }
    expect(saysFull(error)).toBe(true);
    await fullness(() => db.close());
    run('mount', '-o', 'remount,size=32m', disk);
    await using again = await openIn(directory);
    await expectNew(again, { acknowledged, unknown: 1, error });
  });
});

const KIB = 1024;
/** With a segment to write over, and a log that was flushed before, the puts of this test may take no more than 200 KiB. */
const CERTAINLY_TOO_LITTLE = 64 * KIB;
const rooms = [0, 4, 8, 12, 16, 20, 24, 32, 48, 64, 96, 128, 192, 256, 320, 384, 448, 512, 640, 768, 1024, 1280, 1536, 2048, 3072].map(
  (kib) => kib * KIB,
);

const works: readonly { what: string; work: (db: Open) => Promise<unknown> }[] = [
  { what: 'puts', work: () => Promise.resolve() },
  { what: 'puts and a flush', work: (db) => db.flush() },
  { what: 'puts and a compaction', work: (db) => db.compact() },
  { what: 'puts and a new key space', work: async (db) => db.keyspace('another', { keys: utf8, values: utf8 }).put('key', 'value') },
  { what: 'puts and a sync', work: (db) => db.sync() },
];

describe.runIf(withRoot).each(works)('a disk with little room left for $what', ({ work }) => {
  it.each(rooms)('fails clearly and loses nothing with %d bytes', async (freeBytes) => {
    const disk = freshDisk('16m');
    const directory = join(disk, 'db');
    cpSync(template, directory, { recursive: true });
    fill(disk, freeBytes);
    let told: Told = { acknowledged: 0, unknown: 0, error: undefined };
    const errors: unknown[] = [];
    const refused = await fullness(async () => {
      const db = await openIn(directory);
      try {
        told = await putUntilFull(db, 200);
        errors.push(told.error, await fullness(() => work(db)));
        await expectTemplate(db);
        await expectNew(db, told);
      } finally {
        errors.push(await fullness(() => db.close()));
      }
    });
    errors.push(refused);
    expect(freeBytes > CERTAINLY_TOO_LITTLE || errors.some(saysFull)).toBe(true);
    expect(refused === undefined || told.acknowledged === 0).toBe(true);

    truncateSync(join(disk, 'filler'), 0);
    await using db = await openIn(directory);
    await expectTemplate(db);
    await expectNew(db, told);
    await db.put('after', 'all');
    await db.compact();
    await expectTemplate(db);
    await expectNew(db, told);
    expect((await db.verify()).problems).toEqual([]);
    await db.idle();
    expect(readdirSync(join(directory, 'sst'))).toHaveLength(2 * db.stats().levels.reduce((sum, { ssts }) => sum + ssts, 0));
    expect(readdirSync(join(directory, '_tmp'))).toEqual([]);
  });
});
