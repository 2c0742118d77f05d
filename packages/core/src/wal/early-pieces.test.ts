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
  let isBroken = false;
  const fault = ({ operation, name }: { operation: string; name: string }) => {
    if (operation !== 'readInto') return undefined;
    reads.push(name.replace(/0{2,}/g, '..'));
    return isBroken ? ({ when: 'before', error: new Error('gone') } as const) : undefined;
  };
  const next = new ObjectLog(store.share({ sync: false, fault }), seededRandom(2));
  return { next, reads, breakReads: (broken: boolean) => (isBroken = broken) };
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

it('not more pieces are asked for at once than a program has connections for', async () => {
  const { next, reads } = await setUp([Array.from({ length: 100 }, () => 1)]);
  await next.takeSegments(0, nothing, await next.segments());
  expect(reads).toHaveLength(64);
  expect(await read(next, 1, 100)).toEqual(bytes(100, 1));
  expect(reads).toHaveLength(100);
});

it('segments below the first one that is taken are not read', async () => {
  const { next, reads } = await setUp([[10], [20]]);
  await next.takeSegments(2, nothing, await next.segments());
  expect(reads).toEqual(['wal/..2.wal/..']);
});

it('a read that fails early is done again when it counts', async () => {
  const { next, breakReads } = await setUp([[10]]);
  breakReads(true);
  await next.takeSegments(0, nothing, await next.segments());
  await expect(read(next, 1, 10)).rejects.toThrow('gone');
  breakReads(false);
  expect(await read(next, 1, 10)).toEqual(bytes(10, 1));
});
