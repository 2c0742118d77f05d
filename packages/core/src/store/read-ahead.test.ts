// Reading ahead: who reads in order finds answers that were asked for before, who does not asks for nothing in vain, and memory has its limit.

import { expect, it } from 'vitest';
import { seededRandom } from '../base/random.ts';
import { compareBytes } from '../format/compare-bytes.ts';
import { ReadAheadRoom } from './read-ahead.ts';

const KIB = 1024;
const OBJECT = Uint8Array.from({ length: 8 * 2 ** 20 }, (_, i) => (i * 31 + (i >>> 12)) % 251);

interface Asked {
  readonly offset: number;
  readonly length: number;
}

interface Given {
  readonly room?: ReadAheadRoom;
  readonly object?: Uint8Array;
  readonly size?: number;
}

function setUp({ room = new ReadAheadRoom(), object = OBJECT, size = OBJECT.length }: Given = {}) {
  const asked: Asked[] = [];
  let broken = false;
  const fetch = async (offset: number, length: number): Promise<Uint8Array> => {
    asked.push({ offset, length });
    if (broken) throw new Error('no answer');
    return object.subarray(offset, offset + length);
  };
  const ahead = room.open('object', size, fetch);
  /** True: it was there, and right. */
  const read = async (offset: number, length: number): Promise<boolean> => {
    const target = new Uint8Array(length);
    if ((await ahead.read(target, offset)) === false) return false;
    expect(compareBytes(target, object.subarray(offset, offset + length))).toBe(0);
    return true;
  };
  return { ahead, asked, read, breakLine: () => (broken = true), bytesAsked: () => asked.reduce((sum, { length }) => sum + length, 0) };
}

it('one read, and reads here and there, ask for nothing ahead', async () => {
  const { asked, read } = setUp();
  for (const offset of [0, 100 * KIB, 32 * KIB, 500 * KIB, 300 * KIB, 132 * KIB]) expect(await read(offset, 32 * KIB)).toBe(false);
  expect(asked).toEqual([]);
});

it('from the fourth read in order on everything is there, asked for once, in pieces of a MiB', async () => {
  const { asked, read, bytesAsked } = setUp();
  const found: boolean[] = [];
  for (let offset = 0; offset < OBJECT.length; offset += 32 * KIB) found.push(await read(offset, 32 * KIB));
  expect(found.indexOf(true)).toBe(3);
  expect(found.lastIndexOf(false)).toBe(2);
  expect(bytesAsked()).toBe(OBJECT.length - 96 * KIB);
  expect(asked.reduce((end, { offset, length }) => (offset === end ? end + length : NaN), 96 * KIB)).toBe(OBJECT.length);
  expect(asked.length).toBeLessThan(24);
});

it('several pieces are under way at once, and no more than the window', async () => {
  const { ahead, asked } = setUp();
  for (let offset = 0; offset < 4 * 2 ** 20; offset += 256 * KIB) await ahead.read(new Uint8Array(256 * KIB), offset);
  const before = asked.length;
  const end = asked.reduce((last, { offset, length }) => Math.max(last, offset + length), 0);
  expect(end - 4 * 2 ** 20).toBeGreaterThanOrEqual(2 * 2 ** 20);
  expect(end - 4 * 2 ** 20).toBeLessThanOrEqual(4 * 2 ** 20);
  expect(before).toBeGreaterThan(6);
});

it('who stops early has asked in vain for no more than twice what it read', async () => {
  const { read, asked } = setUp();
  for (let i = 0; i < 6; i++) await read(i * 32 * KIB, 32 * KIB);
  const last = asked.at(-1)!;
  expect(last.offset + last.length - 6 * 32 * KIB).toBeLessThanOrEqual(2 * 6 * 32 * KIB);
});

it('who has read one object to its end and begins another is asked ahead for at once, and nobody else', async () => {
  const room = new ReadAheadRoom();
  const [one, other, third] = [setUp({ room }), setUp({ room }), setUp({ room })];
  for (let offset = 0; offset < OBJECT.length; offset += 64 * KIB) await one.read(offset, 64 * KIB);
  expect(await other.read(0, 64 * KIB)).toBe(false);
  expect(other.asked.length).toBeGreaterThan(3);
  for (let i = 1; i < 20; i++) expect(await other.read(i * 64 * KIB, 64 * KIB)).toBe(true);
  await third.read(0, 64 * KIB);
  expect(third.asked).toEqual([]);
});

it('also where the head of that other object was read long before', async () => {
  const room = new ReadAheadRoom();
  const [one, other] = [setUp({ room }), setUp({ room })];
  await other.read(0, KIB);
  for (let offset = 0; offset < OBJECT.length; offset += 64 * KIB) await one.read(offset, 64 * KIB);
  expect(await other.read(KIB, 32 * KIB)).toBe(false);
  expect(await other.read(33 * KIB, 32 * KIB)).toBe(true);
});

it('two who read the same object in order do not disturb each other', async () => {
  const { read } = setUp();
  const found: boolean[] = [];
  for (let i = 0; i < 40; i++) {
    found.push(await read(i * 32 * KIB, 32 * KIB));
    found.push(await read(4 * 2 ** 20 + i * 32 * KIB, 32 * KIB));
  }
  expect(found.slice(6)).not.toContain(false);
});

it('what cannot be had, or is short, is left to the ordinary way', async () => {
  const { read, breakLine } = setUp();
  breakLine();
  for (let i = 0; i < 6; i++) expect(await read(i * 32 * KIB, 32 * KIB)).toBe(false);
  const short = setUp({ object: OBJECT.subarray(0, 100 * KIB), size: OBJECT.length });
  for (let i = 0; i < 4; i++) expect(await short.read(i * 32 * KIB, 32 * KIB)).toBe(false);
  expect(short.asked).toHaveLength(1);
});

it('what was asked for ahead of somebody who has stopped makes room for others, after a while', async () => {
  const room = new ReadAheadRoom(2 ** 20);
  const stopped = setUp({ room });
  for (let i = 0; i < 20; i++) await stopped.read(i * 32 * KIB, 32 * KIB);
  const one = setUp({ room });
  const [other, third] = [setUp({ room }), setUp({ room })];
  for (let i = 0; i < 128; i++) for (const { read } of [one, other, third]) await read(i * 32 * KIB, 32 * KIB);
  expect(await stopped.read(20 * 32 * KIB, 32 * KIB)).toBe(false);
});

it('many who read in turns, as the inputs of a merge, ask for nothing twice', async () => {
  const room = new ReadAheadRoom();
  const inputs = Array.from({ length: 12 }, () => setUp({ room }));
  const found: boolean[] = [];
  for (let offset = 0; offset < OBJECT.length; offset += 128 * KIB) {
    for (const { read } of inputs) found.push(await read(offset, 128 * KIB));
  }
  // Shares shrink while more and more of them begin: then a few find half of what they want.
  expect(found.filter((there) => !there).length - 3 * 12).toBeLessThanOrEqual(12);
  for (const { bytesAsked } of inputs) expect(bytesAsked()).toBeLessThanOrEqual(OBJECT.length - 3 * 128 * KIB);
});

it.each([1, 2, 3])('random readers, in order for a while, get what is there, under seed %i', async (seed) => {
  const random = seededRandom(seed);
  const room = new ReadAheadRoom(4 * 2 ** 20);
  const objects = Array.from({ length: 3 }, () => setUp({ room }));
  let there = 0;
  for (let run = 0; run < 60; run++) {
    const { read, ahead } = objects[random.uint32() % objects.length]!;
    let offset = random.uint32() % OBJECT.length;
    for (let left = random.uint32() % 30; left > 0 && offset < OBJECT.length; left--) {
      const length = Math.min(OBJECT.length - offset, 1 + (random.uint32() % (200 * KIB)));
      if (await read(offset, length)) there++;
      offset += length;
    }
    if (random.uint32() % 16 === 0) ahead.close();
  }
  expect(there).toBeGreaterThan(200);
});

it('where nobody may wait for what another has asked for, each read asks for more, and what has come serves all', async () => {
  const room = new ReadAheadRoom(2 ** 22, true);
  const asked: Asked[] = [];
  const fetch = async (offset: number, length: number): Promise<Uint8Array> => {
    asked.push({ offset, length });
    return OBJECT.subarray(offset, offset + length);
  };
  const found: boolean[] = [];
  for (let offset = 0; offset < OBJECT.length; offset += 32 * KIB) {
    const target = new Uint8Array(32 * KIB);
    const ahead = room.open('object', OBJECT.length, fetch);
    found.push(await ahead.read(target, offset));
    expect(found.at(-1) ? compareBytes(target, OBJECT.subarray(offset, offset + 32 * KIB)) : 0).toBe(0);
    ahead.close();
  }
  expect(found.indexOf(true)).toBe(2);
  expect(found.lastIndexOf(false)).toBe(1);
  expect(asked.reduce((sum, { length }) => sum + length, 0)).toBe(OBJECT.length - 64 * KIB);
  expect(asked.length).toBeLessThan(16);
});

it('there nothing waits for a read that was cut off', async () => {
  let isCutOff = false;
  const fetch = (offset: number, length: number) =>
    isCutOff ? new Promise<never>(() => undefined) : Promise.resolve(OBJECT.subarray(offset, offset + length));
  const ahead = new ReadAheadRoom(2 ** 22, true).open('object', OBJECT.length, fetch);
  let at = 0;
  const read = (): Promise<boolean> | false => ahead.read(new Uint8Array(32 * KIB), (at += 32 * KIB) - 32 * KIB);
  for (let i = 0; i < 2; i++) expect(read()).toBe(false);
  isCutOff = true;
  expect(read()).toBeInstanceOf(Promise);
  isCutOff = false;
  for (let i = 0; i < 10; i++) expect(await read()).toBe(true);
});

it('there what is short, or cannot be had, is left to the ordinary way', async () => {
  const short = setUp({ room: new ReadAheadRoom(2 ** 22, true), object: OBJECT.subarray(0, 100 * KIB), size: OBJECT.length });
  for (let offset = 0; offset < 64 * KIB; offset += 32 * KIB) await short.read(offset, 32 * KIB);
  expect(await short.ahead.read(new Uint8Array(32 * KIB), 64 * KIB)).toBe(false);
  const broken = setUp({ room: new ReadAheadRoom(2 ** 22, true) });
  for (let offset = 0; offset < 64 * KIB; offset += 32 * KIB) await broken.read(offset, 32 * KIB);
  broken.breakLine();
  expect(await broken.read(64 * KIB, 32 * KIB)).toBe(false);
});

it('there no more objects are known than it says, and room is given back', async () => {
  const room = new ReadAheadRoom(2 ** 22, true);
  const fetch = async (offset: number, length: number) => OBJECT.subarray(offset, offset + length);
  for (let object = 0; object < 200; object++) {
    for (let at = 0; at < 160 * KIB; at += 32 * KIB) {
      const ahead = room.open(`object ${object}`, OBJECT.length, fetch);
      await ahead.read(new Uint8Array(32 * KIB), at);
    }
  }
  expect(room.free({ lastRead: Infinity } as never)).toBeGreaterThan(0);
});
