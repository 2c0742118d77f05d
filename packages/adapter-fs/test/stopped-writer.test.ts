// A writer whose process is stopped with writes in flight, while another one takes the database over, and which then goes on as if nothing had
// happened: the zombie that fencing is for.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { open, utf8, type Database } from '@varve/core';
import { describe, expect, it } from 'vitest';
import { fsStore, type FsStore } from '../src/index.ts';
import { valueAt } from './database-values.ts';
import type { ProgramProcess } from './programs.ts';
import { goOn, stop } from './stopped-process.ts';
import { storeProcesses } from './store-process-test-kit.ts';

const { folder, start } = storeProcesses(new URL('database-program.ts', import.meta.url));
const VALUE_BYTES = 1500;
let count = 0;

type Open = Database<FsStore, string, Uint8Array, string, string, Uint8Array | string>;

const freshDirectory = () => join(folder, `db${count++}`);
const openIn = (directory: string, takeover: 'fail' | 'now' = 'fail') =>
  open(fsStore(directory), { keys: utf8, memoryBudgetBytes: 4 * 2 ** 20, takeover }) as Promise<Open>;
const manifestsIn = (directory: string) => readdirSync(join(directory, 'manifest')).sort();

/** A writer that was stopped after so many acknowledgements, and those that were heard of. */
async function stoppedWriter(directory: string, afterWrites: number, durability: string) {
  const writer = start(['write', directory, 'a', VALUE_BYTES, durability]);
  expect(await writer.next()).toEqual({ open: true });
  const acknowledged: number[] = [];
  while (acknowledged.length < afterWrites) acknowledged.push((await writer.next()) as number);
  expect(await stop(writer)).toBe(true);
  return { writer, acknowledged };
}

interface Rejection {
  readonly n: number;
  readonly error: { readonly code: string; readonly cause?: { readonly code: string } };
}

/** Lets a stopped writer go on to its end, and returns what it told. */
async function goOnToTheEnd(writer: ProgramProcess, acknowledged: number[]) {
  goOn(writer);
  const told = await writer.rest();
  acknowledged.push(...told.filter((line) => typeof line === 'number'));
  const outcomes = Object.assign({}, ...told.filter((line) => typeof line === 'object')) as { rejected: Rejection[] } & Record<
    string,
    unknown
  >;
  expect(await writer.ended).toBe(0);
  return outcomes;
}

/** Writes until so many manifests have been made since. */
async function makeManifests(db: Open, atLeast: number): Promise<number> {
  const before = db.stats().manifest;
  let n = 0;
  for (; db.stats().manifest < before + atLeast; n++) {
    await db.put(`b/${n}`, valueAt('b', n, VALUE_BYTES));
    await db.flush();
  }
  await db.idle();
  return n;
}

/** The first writer's numbers that are there: a prefix, as they were written. */
async function expectPrefix(db: Open, acknowledged: readonly number[], rejected: readonly Rejection[]): Promise<void> {
  let found = 0;
  for (; ; found++) {
    const value = await db.get(`a/${found}`);
    if (value === undefined) break;
    if (Buffer.compare(value, valueAt('a', found, VALUE_BYTES)) !== 0) throw new Error(`value is not what was written n=${found}`);
  }
  expect((await db.scan({ prefix: 'a/' }).keys()[Symbol.asyncIterator]().next()).done).toBe(found === 0);
  let keys = 0;
  for await (const _ of db.scan({ prefix: 'a/' }).keys()) keys++;
  expect(keys).toBe(found);
  expect(Math.max(...acknowledged)).toBeLessThan(found);
  // Only what is told to be UNKNOWN may be there without having been acknowledged.
  expect(rejected.filter(({ n, error }) => error.code !== 'UNKNOWN' && n < found)).toEqual([]);
}

/** The one that took over has noticed nothing. */
async function goOnAndClose(db: Open, acknowledged: readonly number[], rejected: readonly Rejection[]): Promise<void> {
  await expectPrefix(db, acknowledged, rejected);
  await db.put('still', 'writing');
  expect((await db.verify()).problems).toEqual([]);
  await db.close();
}

const takeovers = [
  { what: 'wrote one value', manifests: 0, isClosed: false },
  { what: 'wrote so much that all manifests of the first are gone', manifests: 70, isClosed: false },
  { what: 'wrote as much and closed the database', manifests: 70, isClosed: true },
  { what: 'wrote one value and closed the database', manifests: 0, isClosed: true },
];
const moments = [
  { afterWrites: 3, durability: 'buffered' },
  { afterWrites: 700, durability: 'buffered' },
  { afterWrites: 2100, durability: 'buffered' },
  { afterWrites: 400, durability: 'synced' },
];

describe.each(takeovers)('a writer that is stopped while another one took over and $what', ({ manifests, isClosed }) => {
  it.each(moments)('is fenced when it goes on; it was at $afterWrites $durability writes', async ({ afterWrites, durability }) => {
    const directory = freshDirectory();
    const { writer, acknowledged } = await stoppedWriter(directory, afterWrites, durability);
    const before = manifestsIn(directory);
    const second = await openIn(directory, 'now');
    await second.put('b', 'b');
    const written = await makeManifests(second, manifests);
    const kept = manifestsIn(directory).filter((name) => before.includes(name));
    expect(kept.length > 0).toBe(manifests === 0);
    if (isClosed) await second.close();

    const { rejected, put, putSync, flush, get, close } = await goOnToTheEnd(writer, acknowledged);
    for (const { error } of rejected) {
      expect(error).toMatchObject(error.code === 'UNKNOWN' ? { cause: { code: 'FENCED' } } : { code: 'FENCED' });
    }
    const message = expect.stringContaining('another writer has taken this database over: close this handle and open again');
    const fenced = expect.objectContaining({ code: 'FENCED', message });
    expect([put, putSync, flush, close]).toEqual([fenced, fenced, fenced, 'done']);
    // What it has in memory may be read; what it has not may be gone.
    expect(['done', fenced]).toContainEqual(get);

    if (!isClosed) await goOnAndClose(second, acknowledged, rejected);
    await using third = await openIn(directory);
    await expectPrefix(third, acknowledged, rejected);
    expect(new TextDecoder().decode(await third.get('b'))).toBe('b');
    for (let n = 0; n < written; n++) expect(await third.get(`b/${n}`)).toEqual(valueAt('b', n, VALUE_BYTES));
    expect(await third.has('later')).toBe(false);
    expect(await third.has('still')).toBe(!isClosed);
    expect((await third.verify()).problems).toEqual([]);
    await third.idle();
    // What the first one left unfinished is gone.
    const ssts = third.stats().levels.reduce((sum, level) => sum + level.ssts, 0);
    expect(readdirSync(join(directory, 'sst'))).toHaveLength(2 * ssts);
    expect(readdirSync(join(directory, '_tmp'))).toEqual([]);
  });
});

describe('a writer that is stopped', () => {
  it('still holds the database: others are refused, or wait until they give up, and it goes on unharmed', async () => {
    const directory = freshDirectory();
    const { writer, acknowledged } = await stoppedWriter(directory, 500, 'buffered');
    await expect(openIn(directory)).rejects.toMatchObject({ code: 'LOCKED' });
    const signal = AbortSignal.timeout(200);
    const refusal: unknown = await open(fsStore(directory), { keys: utf8, takeover: 'wait', signal }).catch((error: unknown) => error);
    expect(refusal).toBe(signal.reason);
    goOn(writer);
    for (let more = 0; more < 2000; more++) acknowledged.push((await writer.next()) as number);
    expect(acknowledged.every((n) => typeof n === 'number')).toBe(true);
    await writer.kill();
    acknowledged.push(...((await writer.rest()) as number[]));
    await using second = await openIn(directory);
    await expectPrefix(second, acknowledged, []);
  });

  it('and then killed makes way for one that waits', async () => {
    const directory = freshDirectory();
    const { writer, acknowledged } = await stoppedWriter(directory, 500, 'buffered');
    const waiting = open(fsStore(directory), { keys: utf8, takeover: 'wait' }) as Promise<Open>;
    await writer.kill();
    acknowledged.push(...((await writer.rest()) as number[]));
    await using second = await waiting;
    await expectPrefix(second, acknowledged, []);
  });
});
