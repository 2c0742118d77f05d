// The pieces that scenarios are made of: loops over a workload, as tight for one peer as for the other, that look at every value they get.

import { type Key, keyText, type PeerDatabase } from '../peers/peer.ts';
import type { Readings, Workload } from '../workload/workload.ts';

const BATCH = 1000;
const RETAINED = 4096;

/** Writes entries [from, to) in batches of 1000; `betweenBatches` is awaited after each. */
export async function fill(
  database: PeerDatabase,
  workload: Workload,
  from: number,
  to: number,
  betweenBatches?: () => Promise<void>,
): Promise<void> {
  for (let start = from; start < to; start += BATCH) {
    const keys: string[] = [];
    const values: Uint8Array[] = [];
    for (let i = start; i < Math.min(to, start + BATCH); i++) {
      keys.push(workload.key(i));
      values.push(workload.value(i));
    }
    await database.putBatch(keys, values);
    if (betweenBatches !== undefined) await betweenBatches();
  }
}

/** Writes entries [from, to), each a commit of its own, `atOnce` of them under way at a time. */
export async function putEach(database: PeerDatabase, workload: Workload, from: number, to: number, atOnce: number): Promise<void> {
  if (atOnce === 1) {
    for (let i = from; i < to; i++) await database.put(workload.key(i), workload.value(i));
    return;
  }
  for (let start = from; start < to; start += atOnce) {
    const under: Promise<unknown>[] = [];
    for (let i = start; i < Math.min(to, start + atOnce); i++) under.push(database.put(workload.key(i), workload.value(i)));
    await Promise.all(under);
  }
}

/** Deletes entries [0, count) in batches of 1000. */
export async function deleteFirst(database: PeerDatabase, workload: Workload, count: number): Promise<void> {
  for (let start = 0; start < count; start += BATCH) {
    const keys: string[] = [];
    for (let i = start; i < Math.min(count, start + BATCH); i++) keys.push(workload.key(i));
    await database.deleteBatch(keys);
  }
}

export function getEachSync(database: PeerDatabase, readings: Readings): void {
  const { keys } = readings;
  for (let i = 0; i < keys.length; i++) readings.glance(i, database.getSync(keys[i]));
}

export async function getEachAwaited(database: PeerDatabase, readings: Readings): Promise<void> {
  const { keys } = readings;
  for (let i = 0; i < keys.length; i++) readings.glance(i, await database.get(keys[i]));
}

export function getAbsent(database: PeerDatabase, { absentKeys }: Readings): void {
  for (const key of absentKeys) if (database.getSync(key) !== undefined) throw new Error(`found what is not there: ${key}`);
}

/** Reads in hundreds; a last incomplete hundred is left out. */
export async function getInHundreds(database: PeerDatabase, readings: Readings): Promise<void> {
  for (let start = 0; start + 100 <= readings.keys.length; start += 100) {
    const values = await database.getMany(readings.keys.slice(start, start + 100));
    for (let i = 0; i < 100; i++) readings.glance(start + i, values[i]);
  }
}

/** Goes through the whole database; the last few thousand entries are kept and compared when it is over, so a value that was overwritten shows. */
export async function scanAll(database: PeerDatabase, workload: Workload, reverse: boolean): Promise<void> {
  const keys = Array<Key>(RETAINED).fill('');
  const values = Array<Uint8Array>(RETAINED).fill(new Uint8Array(0));
  let count = 0;
  await database.scan(reverse, (key, value) => {
    keys[count % RETAINED] = key;
    values[count++ % RETAINED] = value;
  });
  if (count !== workload.count) throw new Error(`a scan saw ${count} entries`);
  let last: string | undefined;
  for (let i = Math.max(0, count - RETAINED); i < count; i++) {
    const key = keyText(keys[i % RETAINED]);
    workload.check(key, values[i % RETAINED]);
    if (last !== undefined && (reverse ? key >= last : key <= last)) throw new Error(`a scan went from ${last} to ${key}`);
    last = key;
  }
}

/** Reads ten entries from each key on. */
export async function seekTens(database: PeerDatabase, { keys }: Readings): Promise<void> {
  let seen = 0;
  for (const key of keys) {
    let first: Key | undefined;
    await database.seek(key, 10, (found, value) => {
      first ??= found;
      seen += value.length > 0 ? 1 : 0;
    });
    if (first === undefined || keyText(first) !== key) throw new Error(`a seek for ${key} found another`);
  }
  // Those at the end of the database find fewer than ten.
  if (seen < keys.length * 9) throw new Error(`seeks saw ${seen} entries`);
}
