// Blocks, partitions and top indexes that lie, though their checksums are right: readers may find anything or refuse, but they never touch a byte outside
// of what is theirs, never run away, and give every pin back. What is read ends where the memory ends, so that a read too far traps.

import { describe, expect, it } from 'vitest';
import {
  BLOCK_HEADER_BYTES,
  KIND_PUT,
  STATUS_CORRUPT,
  STATUS_DONE,
  STATUS_FULL,
  STATUS_TOO_LARGE,
  TOP_COUNT,
  TOP_ENTRY_BYTES,
  TOP_HEADER_BYTES,
  TOP_META_LENGTH,
  TOP_META_OFFSET,
  TRAILER_BYTES,
  VIEW_HEADER_BYTES,
} from './layout.ts';
import { randomNumbers } from './memory-test-kit.ts';
import type { RandomNumbers } from './memory-test-kit.ts';
import { KEY_SHAPES, NOW, randomEntries, randomEpoch, randomKey, randomKeys } from './reading-entries-test-kit.ts';
import type { KeyShape } from './reading-entries-test-kit.ts';
import { CorruptError, ReadingWorld, UnexpectedStatus } from './reading-world-test-kit.ts';
import type { PageRequest } from './reading-world-test-kit.ts';
import { sealBlock } from './reference-block-test-kit.ts';
import type { EncodedSst } from './reference-encoder-test-kit.ts';
import { sealPartition } from './reference-index-test-kit.ts';

const SEED = 20261127;
const LIES = 150;

/** How often damage was refused when it was loaded, and when it was read; and how often it was not noticed. */
interface Outcomes {
  refused: number;
  corrupt: number;
  unnoticed: number;
}

describe(`damaged images (random seed ${SEED})`, () => {
  for (const [index, shape] of KEY_SHAPES.entries()) {
    it(`reads lying blocks of ${shape} keys without going astray`, () => {
      const random = randomNumbers(SEED + index);
      const outcomes = readLies(random, shape, (sst) => damageBlock(random, sst));
      expect(outcomes.refused).toBeGreaterThan(0);
      expect(outcomes.corrupt).toBeGreaterThan(0);
    });

    it(`reads lying partitions of ${shape} keys without going astray`, () => {
      const random = randomNumbers(SEED + 100 + index);
      const outcomes = readLies(random, shape, (sst) => damagePartition(random, sst));
      expect(outcomes.refused).toBeGreaterThan(0);
    });

    it(`reads lying top indexes of ${shape} keys without going astray`, () => {
      const random = randomNumbers(SEED + 200 + index);
      const world = createWorld(random, shape);
      const [[top, sst]] = world.ssts;
      let accepted = 0;
      for (let lie = 0; lie < LIES; lie++) {
        const lying = sst.top.slice();
        damageBytes(random, lying, 0, Math.min(lying.length, TOP_HEADER_BYTES + 5 * TOP_ENTRY_BYTES));
        world.frames.evictSome(100);
        world.guarded.memory.put(top, lying);
        if (world.guarded.memory.kernels.topCheck(top, lying.length) !== 1) continue;
        accepted++;
        world.guarded.memory.kernels.runBuild(world.guarded.memory.view.getUint32(world.view + VIEW_HEADER_BYTES + 4, true));
        readAll(world, random, shape);
      }
      expect(accepted).toBeGreaterThan(0);
      expect(accepted).toBeLessThan(LIES);
    });
  }
});

describe('a key longer than its scan was made for', () => {
  it('is corrupt in a block, also where it is used in place, and is written nowhere', () => {
    for (const reverse of [false, true]) {
      const keys = [3, 600, 601].map((length) => new Uint8Array(length).fill(length));
      const entries = keys.map((key) => ({ key, epoch: 1n, kind: KIND_PUT, value: new Uint8Array(1), expiry: 0n, extension: undefined }));
      const settings = { frames: 4, evictPercent: 0, blockTarget: 700, partitionTarget: 400, lz4: false, shortSeparators: true };
      const world = new ReadingWorld([{ kind: 'run', ssts: [entries] }], {
        ...settings,
        firstHitWins: true,
        random: randomNumbers(SEED),
        pages: 8,
        longestKey: 10,
      });
      const page = world.page({ reverse, keysOnly: false, epoch: 1n, now: NOW, limit: 1000, pageBytes: 0x10000 });
      expect(page.status).toBe(STATUS_CORRUPT);
      expect(world.guarded.damage()).toBeUndefined();
    }
  });
});

/** Reads a world of one SST again and again, each time with other damage to its bytes. */
function readLies(random: RandomNumbers, shape: KeyShape, damage: (sst: EncodedSst) => void): Outcomes {
  const world = createWorld(random, shape);
  const [sst] = world.ssts.values();
  const [data, meta] = [sst.data.slice(), sst.meta.slice()];
  const outcomes: Outcomes = { refused: 0, corrupt: 0, unnoticed: 0 };
  for (let lie = 0; lie < LIES; lie++) {
    world.frames.evictSome(100);
    damage(sst);
    for (const outcome of readAll(world, random, shape)) outcomes[outcome]++;
    sst.data.set(data);
    sst.meta.set(meta);
  }
  return outcomes;
}

/** Some gets and a page in each direction. */
function readAll(world: ReadingWorld, random: RandomNumbers, shape: KeyShape): (keyof Outcomes)[] {
  const outcomes = Array.from({ length: 4 }, () => outcomeOf(() => void world.get(randomKey(random, shape), randomEpoch(random))));
  for (const reverse of [false, true]) outcomes.push(outcomeOf(() => readPage(world, random, shape, reverse)));
  expect(world.frames.pins()).toBe(0);
  expect(world.guarded.damage()).toBeUndefined();
  return outcomes;
}

function readPage(world: ReadingWorld, random: RandomNumbers, shape: KeyShape, reverse: boolean): void {
  const [lower, upper] = [0, 1].map(() => (random(2) ? randomKey(random, shape) : undefined));
  const range = { lower, upper, lowerOpen: random(2) === 0, upperClosed: random(2) === 0 };
  const request: PageRequest = {
    ...range,
    reverse,
    keysOnly: false,
    epoch: randomEpoch(random),
    now: NOW,
    limit: 1000,
    pageBytes: 0x10000,
  };
  const { status } = world.page(request);
  if (status === STATUS_CORRUPT) throw new UnexpectedStatus(status);
  expect([STATUS_DONE, STATUS_FULL, STATUS_TOO_LARGE]).toContain(status);
}

function outcomeOf(read: () => void): keyof Outcomes {
  try {
    read();
    return 'unnoticed';
  } catch (error) {
    if (error instanceof CorruptError) return 'refused';
    if (error instanceof UnexpectedStatus && error.status === STATUS_CORRUPT) return 'corrupt';
    throw error;
  }
}

function createWorld(random: RandomNumbers, shape: KeyShape): ReadingWorld {
  const keys = randomKeys(random, shape, shape === 'long' ? 12 : 60);
  const entries = randomEntries(keys, { random, usual: 3, many: 12, valueBytes: 30 });
  // Few frames, of which one lies at the end of memory; but all that a get needs must fit at once, also where lies lead it on.
  const settings = {
    firstHitWins: true,
    frames: 24,
    evictPercent: 5,
    blockTarget: 600,
    partitionTarget: 400,
    lz4: false,
    shortSeparators: true,
  };
  return new ReadingWorld([{ kind: 'run', ssts: [entries] }], { ...settings, random, pages: shape === 'long' ? 400 : 24 });
}

/** Some bytes of a block's header, restart points and entries. */
function damageBlock(random: RandomNumbers, sst: EncodedSst): void {
  for (let count = 1 + random(sst.blocks.length); count > 0; count--) {
    const { offset, end } = sst.blocks[random(sst.blocks.length)];
    const block = sst.data.subarray(offset, end);
    const values = new DataView(block.buffer, block.byteOffset).getUint32(4, true);
    // Mostly entries: few lies in the outline are accepted.
    const first = random(4) ? BLOCK_HEADER_BYTES + 8 : 0;
    damageBytes(random, block, first, Math.min(random(8) ? values : block.length, block.length - TRAILER_BYTES));
    sealBlock(block, sst.id, offset);
  }
}

function damagePartition(random: RandomNumbers, sst: EncodedSst): void {
  const top = new DataView(sst.top.buffer);
  const entry = TOP_HEADER_BYTES + random(top.getUint32(TOP_COUNT, true)) * TOP_ENTRY_BYTES;
  const offset = top.getUint32(entry + TOP_META_OFFSET, true);
  const partition = sst.meta.subarray(offset, offset + top.getUint32(entry + TOP_META_LENGTH, true));
  damageBytes(random, partition, 0, partition.length);
  sealPartition(partition, sst.id, offset - sst.partitionsOffset);
}

/** Changes one to three bytes of a range, often to values that lengths have at their limits. */
function damageBytes(random: RandomNumbers, bytes: Uint8Array, start: number, end: number): void {
  for (let count = 1 + random(3); count > 0; count--) {
    const at = start + random(Math.max(1, end - start));
    bytes[at] = random(2) ? [0, 1, 0x7f, 0x80, 0xff][random(5)] : bytes[at] + 1 + random(255);
  }
}
