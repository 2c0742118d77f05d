// What is read of a log over objects before somebody asks for it.

import { expect, it } from 'vitest';
import { seededRandom } from '../base/random.ts';
import { memoryStore } from '../store/memory-store.ts';
import { ObjectLog } from './object-log.ts';

const nothing = (): void => undefined;
const bytes = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);

/** A log whose segments hold appends of these lengths, and another handle on it that counts reads of pieces. */
async function setUp(segments: readonly (readonly number[])[]) {
  const store = memoryStore();
  const log = new ObjectLog(store, seededRandom(1));
  for (const [i, lengths] of segments.entries()) {
    const segment = (await log.create(i + 1))!;
    let position = 0;
    for (const length of lengths) {
      await segment.append(bytes(length, i + 1), position);
      position += length;
    }
  }
  const reads: string[] = [];
  const calls: string[] = [];
  let [isBroken, isRefused] = [false, false];
  let [atOnce, most] = [0, 0];
  const delay = async ({ operation }: { operation: string }): Promise<void> => {
    if (operation !== 'get') return;
    most = Math.max(most, ++atOnce);
    await new Promise((resolve) => setTimeout(resolve));
    atOnce--;
  };
  const fault = ({ operation, name }: { operation: string; name: string }) => {
    calls.push(`${operation} ${name}`);
    if (operation === 'replace' && isRefused) return { when: 'before', error: new Error('refused') } as const;
    if (!(operation === 'get' || operation === 'readInto') || name.endsWith('begin')) return undefined;
    reads.push(name.replace(/0{2,}/g, '..'));
    return isBroken ? ({ when: 'before', error: new Error('gone') } as const) : undefined;
  };
  const next = new ObjectLog(store.share({ sync: false, fault, delay }), seededRandom(2));
  const breakReads = (broken: boolean): boolean => (isBroken = broken);
  return { next, reads, calls, breakReads, refuse: () => (isRefused = true), mostAtOnce: () => most };
}

async function read(log: ObjectLog, segment: number, length: number): Promise<Uint8Array> {
  const into = new Uint8Array(length);
  expect(await log.read(segment, into)).toBe(length);
  return into;
}

it('what was listed is read while segments are taken, and not again by whoever reads the log', async () => {
  const { next, reads } = await setUp([[10, 20], [30]]);
  await next.takeSegments(0, nothing, await next.segments());
  expect(reads.sort()).toEqual(['wal/..1.wal/..', 'wal/..1.wal/..10', 'wal/..2.wal/..']);
  expect(await read(next, 1, 30)).toEqual(bytes(30, 1));
  expect(await read(next, 1, 15)).toEqual(bytes(15, 1));
  expect(await read(next, 2, 30)).toEqual(bytes(30, 2));
  expect(reads).toHaveLength(3);
  // Whoever writes needs the memory.
  await next.create(3);
  expect(await read(next, 2, 30)).toEqual(bytes(30, 2));
  expect(reads).toHaveLength(4);
});

it('heads come first, and not more than fits is read early', async () => {
  const { next, reads } = await setUp([
    [101, 900_000],
    [202, 900_000],
  ]);
  await next.takeSegments(0, nothing, await next.segments());
  expect(reads).toEqual(['wal/..1.wal/..', 'wal/..2.wal/..', 'wal/..1.wal/..101']);
  expect(await read(next, 2, 900_202)).toEqual(bytes(900_202, 2));
  expect(reads.slice(3)).toEqual(['wal/..2.wal/..202']);
});

it('so many pieces are asked for at once, and so many in all', async () => {
  const { next, reads, mostAtOnce } = await setUp([Array.from({ length: 600 }, () => 1)]);
  await next.takeSegments(0, nothing, await next.segments());
  expect(reads).toHaveLength(512);
  expect(mostAtOnce()).toBe(64);
  expect(await read(next, 1, 600)).toEqual(bytes(600, 1));
  expect(reads).toHaveLength(600);
});

it('the taking does not wait behind them, and does not leave them behind when it fails', async () => {
  const { next, reads, calls } = await setUp([Array.from({ length: 200 }, () => 1)]);
  const seen = await next.segments();
  calls.length = 0;
  await next.takeSegments(0, nothing, seen);
  expect(calls[0]).toMatch(/^replace /);
  const other = await setUp([Array.from({ length: 200 }, () => 1)]);
  other.refuse();
  await expect(other.next.takeSegments(0, nothing, await other.next.segments())).rejects.toThrow('refused');
  expect(other.reads).toHaveLength(64);
  expect(reads).toHaveLength(200);
});

it('segments below the first one that is taken are not read', async () => {
  const { next, reads } = await setUp([[10], [20]]);
  await next.takeSegments(2, nothing, await next.segments());
  expect(reads).toEqual(['wal/..2.wal/..']);
});

it('where a read fails early no further ones go out', async () => {
  const { next, reads, breakReads } = await setUp([Array.from({ length: 200 }, () => 1)]);
  breakReads(true);
  await next.takeSegments(0, nothing, await next.segments());
  expect(reads).toHaveLength(64);
});

it('a read that fails early is done again when it counts', async () => {
  const { next, breakReads } = await setUp([[10]]);
  breakReads(true);
  await next.takeSegments(0, nothing, await next.segments());
  await expect(read(next, 1, 10)).rejects.toThrow('gone');
  breakReads(false);
  expect(await read(next, 1, 10)).toEqual(bytes(10, 1));
});
