// Scans and snapshots: every bound, both directions, and one moment for the whole life of each, whatever is written, flushed and merged meanwhile.

import type { ScanRange } from '@varve/core';
import { expectSame } from '../check.ts';
import { expectEntries, fill, filled, keyOf, type EnginePromise, type TextDatabase } from './engine-subject.ts';

const COUNT = 2500;

const RANGES: readonly ScanRange<string>[] = [
  {},
  { gte: keyOf(100), lt: keyOf(2000) },
  { gt: keyOf(100), lte: keyOf(2000) },
  { gte: 'key/0012' },
  { lt: 'key/0012' },
  { prefix: 'key/0012' },
  { prefix: 'key/', gt: keyOf(2400) },
  { limit: 7 },
  { gt: keyOf(1234), limit: 1 },
  { gte: 'zzz' },
  { lt: 'a' },
];

/** What a scan of the range gives of these entries. */
function expected(entries: readonly [string, string][], range: ScanRange<string>): [string, string][] {
  const { gt, gte, lt, lte, prefix = '', reverse = false, limit = Infinity } = range;
  const inside = entries.filter(
    ([key]) =>
      (gt === undefined || key > gt) &&
      (gte === undefined || key >= gte) &&
      (lt === undefined || key < lt) &&
      (lte === undefined || key <= lte) &&
      key.startsWith(prefix),
  );
  return (reverse ? inside.reverse() : inside).slice(0, limit);
}

/** Older entries in SSTs, newer ones in memory, some of them deleted: returns what is there. */
async function layered(db: TextDatabase): Promise<[string, string][]> {
  await fill(db, 0, COUNT);
  await db.flush();
  await fill(db, 500, 1500, 1);
  await db.clear({ gte: keyOf(900), lt: keyOf(1100) });
  return [...filled(0, 500), ...filled(500, 900, 1), ...filled(1100, 1500, 1), ...filled(1500, COUNT)];
}

export const scanPromises: readonly EnginePromise[] = [
  {
    title: 'a scan gives what lies within its bounds, in both directions',
    async prove({ open }) {
      const db = await open();
      const entries = await layered(db);
      for (const bounds of RANGES) {
        for (const reverse of [false, true]) {
          const range = { ...bounds, reverse };
          expectEntries(JSON.stringify(range), await db.scan(range).all(), expected(entries, range));
        }
      }
    },
  },
  {
    title: 'all forms of a scan give the same',
    async prove({ open }) {
      const db = await open();
      const entries = await layered(db);
      const [keys, values, batched]: [string[], string[], [string, string][]] = [[], [], []];
      for await (const key of db.scan().keys()) keys.push(key);
      for await (const value of db.scan().values()) values.push(value);
      for await (const batch of db.scan().batches()) batched.push(...batch);
      const paired = keys.map((key, i): [string, string] => [key, values[i]]);
      expectEntries('keys and values', paired, entries);
      expectEntries('batches', batched, entries);
      expectEntries('first', [(await db.scan({ reverse: true }).first())!], entries.slice(-1));
    },
  },
  {
    title: 'a scan that is read slowly sees the moment at which it began',
    async prove({ open }) {
      const db = await open();
      const entries = await layered(db);
      const seen: [string, string][] = [];
      for await (const entry of db.scan()) {
        if (seen.length % 500 === 0) await fill(db, 0, COUNT, 2 + seen.length);
        if (seen.length === 1000) await db.compact();
        seen.push(entry);
      }
      expectEntries('the slow scan', seen, entries);
    },
  },
  {
    title: 'a snapshot sees its moment after flushes, merges and deletes',
    async prove({ open }) {
      const db = await open();
      const entries = await layered(db);
      const snapshot = db.snapshot();
      await fill(db, 0, COUNT, 9);
      await db.flush();
      await db.clear();
      await db.compact();
      expectEntries('the snapshot', await snapshot.scan().all(), entries);
      expectEntries('the snapshot, in reverse', await snapshot.scan({ reverse: true }).all(), [...entries].reverse());
      expectSame('a key of it', await snapshot.get(keyOf(600)), entries.find(([key]) => key === keyOf(600))?.[1]);
      snapshot.close();
      expectEntries('now', await db.scan().all(), []);
    },
  },
];
