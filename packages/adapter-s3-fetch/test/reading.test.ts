// Reading by range: reads of one turn share requests, and what is missing is named.

import { expect, it } from 'vitest';
import { setUp } from './stores-test-kit.ts';

const SAMPLE = Uint8Array.from({ length: 10_000 }, (_, i) => (i * 31) % 251);

async function openSample() {
  const { fake, store } = await setUp();
  await store.put('sst/1', SAMPLE);
  const reader = await store.openObject('sst/1', SAMPLE.length);
  fake.taken();
  const ranges = () => fake.requests.splice(0).map(({ headers }) => headers.range);
  return { fake, store, reader, ranges };
}

it('reads of one turn that touch or overlap share a request, others do not', async () => {
  const { reader, ranges } = await openSample();
  const wanted: [number, number][] = [
    [4000, 100],
    [0, 1000],
    [1000, 500],
    [1200, 800],
    [2001, 10],
  ];
  const targets = await Promise.all(
    wanted.map(async ([offset, length]) => {
      const target = new Uint8Array(length);
      await reader.readInto(target, offset);
      return target;
    }),
  );
  const asked = ranges();
  expect(asked).toHaveLength(3);
  expect(new Set(asked)).toEqual(new Set(['bytes=0-1999', 'bytes=2001-2010', 'bytes=4000-4099']));
  for (const [i, [offset, length]] of wanted.entries()) expect(targets[i]).toEqual(SAMPLE.slice(offset, offset + length));
});

it('a read in a later turn has a request of its own', async () => {
  const { reader, ranges } = await openSample();
  await reader.readInto(new Uint8Array(10), 0);
  await reader.readInto(new Uint8Array(10), 10);
  expect(ranges()).toEqual(['bytes=0-9', 'bytes=10-19']);
});

it('of reads that share a request only those that go beyond the end fail', async () => {
  const { reader } = await openSample();
  const reads = await Promise.allSettled([reader.readInto(new Uint8Array(100), 9900), reader.readInto(new Uint8Array(51), 9950)]);
  expect(reads).toMatchObject([
    { status: 'fulfilled' },
    { status: 'rejected', reason: { code: 'CORRUPTION', object: 'sst/1', offset: 9950 } },
  ]);
});

it('an object that was deleted after it was opened is CORRUPTION', async () => {
  const { store, reader } = await openSample();
  await store.delete(['sst/1']);
  await expect((async () => reader.readInto(new Uint8Array(10), 5))()).rejects.toMatchObject({
    code: 'CORRUPTION',
    object: 'sst/1',
    offset: 5,
  });
});

it('an answer that is cut off is asked for again, and is never taken for a short object', async () => {
  const { fake, reader } = await openSample();
  fake.fault = () => 'cut';
  await expect((async () => reader.readInto(new Uint8Array(1000), 0))()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

it('a server that does not know ranges is understood', async () => {
  const { fake, reader } = await openSample();
  fake.knowsRanges = false;
  const target = new Uint8Array(100);
  await reader.readInto(target, 500);
  expect(target).toEqual(SAMPLE.slice(500, 600));
  await expect((async () => reader.readInto(new Uint8Array(2), 9999))()).rejects.toMatchObject({ code: 'CORRUPTION' });
});

it('nothing is read without a request, and a closed reader reads nothing', async () => {
  const { reader, ranges } = await openSample();
  await reader.readInto(new Uint8Array(0), 20_000);
  await reader.close();
  expect(() => reader.readInto(new Uint8Array(1), 0)).toThrow(expect.objectContaining({ code: 'CLOSED' }));
  expect(ranges()).toEqual([]);
});

it('who reads one range behind the other finds what follows asked for, in pieces that are under way at once', async () => {
  const { fake, store } = await setUp();
  const large = Uint8Array.from({ length: 3 * 2 ** 20 }, (_, i) => (i * 31 + (i >>> 12)) % 251);
  await store.put('sst/2', large);
  const before = store.requests().get;
  const reader = await store.openObject('sst/2', large.length);
  const PIECE = 32_768;
  for (let offset = 0; offset < large.length; offset += PIECE) {
    const target = new Uint8Array(PIECE);
    await reader.readInto(target, offset);
    expect(Buffer.compare(target, large.subarray(offset, offset + PIECE))).toBe(0);
  }
  const { count, downBytes } = store.requests().get;
  expect(count - before.count).toBeLessThan(16);
  expect(downBytes - before.downBytes).toBe(large.length);
  await reader.close();
  fake.taken();
});

it('a range that was asked for ahead in vain is asked for again, with the error that it deserves', async () => {
  const { fake, store } = await setUp();
  await store.put('sst/2', new Uint8Array(2 ** 20));
  const reader = await store.openObject('sst/2', 2 ** 20);
  const read = async (i: number): Promise<void> => reader.readInto(new Uint8Array(1000), i * 1000);
  for (let i = 0; i < 3; i++) await read(i);
  fake.objects.delete('db/sst/2');
  for (let i = 3; i < 12; i++) await read(i).catch(() => undefined);
  await expect(read(12)).rejects.toMatchObject({ code: 'CORRUPTION', message: expect.stringContaining('missing'), offset: 12_000 });
});
