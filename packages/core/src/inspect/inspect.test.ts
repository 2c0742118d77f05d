// What was written is what the readers of the format show, and damage is named.

import { describe, expect, it } from 'vitest';
import { StorageError } from '../base/errors.ts';
import { seededRandom } from '../base/random.ts';
import { manifestName, metaName, sstName } from '../format/object-names.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { readBatch } from './batch.ts';
import { readBlock } from './block.ts';
import type { InspectedEntry } from './entry.ts';
import { damaged, ENTRIES, flipped, keyOf, sampleDatabase, valueOf } from './inspect-test-kit.ts';
import { inspectManifest, listManifests, readState } from './manifest.ts';
import { inspectSegment } from './segment.ts';
import { inspectSst, listSsts } from './sst.ts';

const SEED = 20261121;
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

async function allEntries(store: ObjectStore): Promise<InspectedEntry[]> {
  const entries: InspectedEntry[] = [];
  for (const stored of await listSsts(store)) {
    const sst = await inspectSst(store, stored, (await readState(store))!.database);
    try {
      for (let i = 0; i < sst.partitionCount; i++) {
        for (const place of (await sst.partition(i)).blocks) entries.push(...(await sst.block(place)).entries);
      }
    } finally {
      await sst.close();
    }
  }
  return entries;
}

async function codeOf(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
    return 'none';
  } catch (error) {
    if (error instanceof StorageError) return error.code;
    throw error;
  }
}

describe('an SST', () => {
  it('shows every entry in order, with key space, value and epoch', async () => {
    const entries = await allEntries(await sampleDatabase());
    expect(entries.map(({ key, value }) => [text(key), text(value)])).toEqual(
      Array.from({ length: ENTRIES }, (_, i) => [keyOf(i), valueOf(i)]),
    );
    expect(new Set(entries.map(({ kind, keySpace, expiry }) => `${kind} ${keySpace} ${expiry}`))).toEqual(new Set(['put 1 undefined']));
    expect(entries.every(({ epoch }) => epoch >> 32n === 1n)).toBe(true);
  });

  it('has blocks that follow each other, each at or before its separator', async () => {
    const store = await sampleDatabase();
    const [stored] = await listSsts(store);
    const sst = await inspectSst(store, stored, (await readState(store))!.database);
    const blocks = (await sst.partition(0)).blocks;
    expect(blocks.length).toBeGreaterThan(3);
    let end = 0;
    for (const place of blocks) {
      expect(place.offset).toBe(end);
      end += place.length;
      const last = (await sst.block(place)).entries.at(-1)!;
      expect(text(place.separator.subarray(1)) >= text(last.key)).toBe(true);
    }
    expect(end).toBe(sst.dataBytes);
    expect(sst.properties).toMatchObject({ entries: ENTRIES });
    await sst.close();
  });

  it('with one bit turned over in either object is CORRUPTION or UNSUPPORTED', async () => {
    const store = await sampleDatabase();
    const [{ id, dataBytes, metaBytes }] = await listSsts(store);
    const random = seededRandom(SEED);
    const headBytes = new DataView(store.sync.get(metaName(id))!.buffer).getUint32(8, true);
    const used = [0, 4, 6, 8, 16, 24, 80, headBytes - 70, headBytes, headBytes + 25, metaBytes - 3];
    for (const [name, size, places] of [
      [metaName(id), metaBytes, used],
      [sstName(id), dataBytes, Array.from({ length: 60 }, () => random.uint32() % dataBytes)],
    ] as const) {
      for (const at of places) {
        const code = await codeOf(() => allEntries(damaged(store, name, (bytes) => flipped(bytes, at, at % 8))));
        expect(['CORRUPTION', 'UNSUPPORTED'], `seed=${SEED} object=${name} size=${size} at=${at}`).toContain(code);
      }
    }
  });

  it('that is cut short anywhere is CORRUPTION', async () => {
    const store = await sampleDatabase();
    const [{ id, dataBytes, metaBytes }] = await listSsts(store);
    for (const [name, size] of [
      [metaName(id), metaBytes],
      [sstName(id), dataBytes],
    ] as const) {
      for (let length = 0; length < size; length += 97) {
        const code = await codeOf(() => allEntries(damaged(store, name, (bytes) => bytes.slice(0, length))));
        expect(code, `object=${name} length=${length}`).toBe('CORRUPTION');
      }
    }
  });
});

describe('the log', () => {
  it('shows fence, batches and close of its last segment', async () => {
    const log = (await sampleDatabase()).openLog();
    const segments = await Promise.all((await log.segments()).map((info) => inspectSegment(log, info)));
    const records = segments.flatMap((segment) => segment.records);
    const batches = records.filter((record) => record.type === 'batch');
    expect(batches.flatMap(({ entries }) => entries.map(({ kind, key, value }) => [kind, text(key), text(value)]))).toEqual([
      ['put', 'later', 'value'],
      ['delete', 'gone', ''],
    ]);
    expect(batches.map(({ term }) => term)).toEqual([1, 1]);
    expect(records.at(-1)?.type).toBe('close');
    expect(segments.every(({ damaged: isDamaged }) => !isDamaged)).toBe(true);
  });

  it('ends where a record is damaged, and says that it had been durable', async () => {
    const log = (await sampleDatabase()).openLog();
    const info = (await log.segments()).at(-1)!;
    const whole = await inspectSegment(log, info);
    const { offset } = whole.records.find(({ type }) => type === 'batch')!;
    const read = (number: number, into: Uint8Array) => {
      const length = log.read(number, into);
      into[offset + 40] ^= 1;
      return length;
    };
    const cut = await inspectSegment({ ...log, read }, info);
    expect(cut.end).toBe(offset);
    expect(cut.damaged).toBe(true);
  });

  it('with a damaged header is CORRUPTION, and with zeros holds nothing', async () => {
    const log = (await sampleDatabase()).openLog();
    const info = (await log.segments()).at(-1)!;
    const broken = {
      ...log,
      read(number: number, into: Uint8Array) {
        const length = log.read(number, into);
        into[20] ^= 1;
        return length;
      },
    };
    expect(await codeOf(() => inspectSegment(broken, info))).toBe('CORRUPTION');
    const zeros = await inspectSegment({ ...log, read: (_, into) => into.fill(0).length }, info);
    expect(zeros).toMatchObject({ header: undefined, records: [], end: 0 });
  });
});

describe('a manifest', () => {
  it('tells the whole history up to the state', async () => {
    const store = await sampleDatabase();
    const numbers = await listManifests(store);
    const manifests = await Promise.all(numbers.map((number) => inspectManifest(store, number)));
    expect(manifests[0]).toMatchObject({ number: 1, type: 'snapshot' });
    expect(manifests.slice(1).every((manifest) => manifest?.type === 'edit')).toBe(true);
    const state = await readState(store);
    expect(state).toMatchObject({ number: numbers.at(-1), term: 1 });
    expect(state?.keySpaces).toEqual([
      { id: 0, name: '', keys: 'utf8', values: 'utf8' },
      { id: 1, name: 'words', keys: 'utf8', values: 'utf8' },
    ]);
    expect(await inspectManifest(store, 99)).toBeUndefined();
  });

  it('with one bit turned over, or cut short, is refused', async () => {
    const store = await sampleDatabase();
    const payloadBytes = new DataView(store.sync.get(manifestName(2))!.buffer).getUint32(8, true);
    // The zeros behind the payload mean nothing.
    for (let at = 0; at < 8 + 16 + payloadBytes; at++) {
      const turned = damaged(store, manifestName(2), (bytes) => flipped(bytes, at, at % 8));
      const short = damaged(store, manifestName(2), (bytes) => bytes.slice(0, at));
      expect(['CORRUPTION', 'UNSUPPORTED'], `at=${at}`).toContain(await codeOf(() => inspectManifest(turned, 2)));
      expect(await codeOf(() => inspectManifest(short, 2)), `length=${at}`).toBe('CORRUPTION');
    }
  });
});

describe('payloads', () => {
  it('that lie about their lengths are CORRUPTION at every cut', async () => {
    const store = await sampleDatabase();
    const batch = Uint8Array.from([...new Uint8Array(24), 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 32, 0, 0, 0, 0, 107, 118, 0]);
    expect(readBatch(batch).entries.map(({ key, value }) => [text(key), text(value)])).toEqual([['k', 'v']]);
    for (let length = 0; length < batch.length; length++) {
      expect(await codeOf(async () => readBatch(batch.slice(0, length))), `length=${length}`).toBe('CORRUPTION');
    }
    const [stored] = await listSsts(store);
    expect(stored.dataBytes).toBeGreaterThan(0);
    const block = Uint8Array.from([1, 0, 1, 0, 31, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 24, 0, 0, 0, 31, 0, 0, 0, 0, 0, 2, 1, 0, 0, 107, 118]);
    expect(readBlock(block).map(({ key, value, epoch }) => [text(key), text(value), epoch])).toEqual([['k', 'v', 5n]]);
    for (let length = 24; length < block.length; length++) {
      if (length === 24) continue;
      expect(await codeOf(async () => readBlock(block.slice(0, length))), `length=${length}`).toBe('CORRUPTION');
    }
  });
});
