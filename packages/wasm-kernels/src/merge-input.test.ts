import { describe, expect, it } from 'vitest';
import { KIND_PUT, STATUS_CORRUPT, STATUS_DONE, TRAILER_BYTES } from './layout.ts';
import { randomBytes, randomNumbers } from './memory-test-kit.ts';
import { epochShapes, keyShapes, randomEntries, valueShapes } from './merge-entries-test-kit.ts';
import { runMerge } from './merge-job-test-kit.ts';
import { roomySettings } from './merge-random-test-kit.ts';
import { storeBlock } from './reference-block-test-kit.ts';
import { decodePartition } from './reference-decoder-test-kit.ts';
import { encodeSst } from './reference-encoder-test-kit.ts';
import type { EncodedSst } from './reference-encoder-test-kit.ts';
import type { ReferenceEntry } from './reference-entry-test-kit.ts';
import { checkedEntries } from './sst-rules-test-kit.ts';

const id = { term: 5, counter: 77 };
const SMALL_MEMORY = 32;
const encoding = { id, blockTarget: 400, partitionTarget: 300, lz4: false, shortSeparators: true };

describe('inputs of a merge', () => {
  it('are refused wherever a bit of a stored block is flipped', () => {
    const sst = encodeSst(someEntries(1), { ...encoding, lz4: true });
    const { blockOffsets } = blocksOf(sst);
    for (let at = 0; at < sst.data.length; at += 7) {
      const offset = blockOffsets.filter((start) => start <= at).at(-1);
      const damaged = { ...sst, data: sst.data.slice() };
      damaged.data[at] ^= 1 << (at % 8);
      const outcome = runMerge([{ memtable: someEntries(2) }, { run: [damaged], chunkBlocks: 3 }], roomySettings);
      expect(outcome, `at=${at}`).toMatchObject({ status: STATUS_CORRUPT, input: 1, corruptOffset: offset });
    }
  });

  it('are refused when they come from another object', () => {
    const sst = encodeSst(someEntries(1), encoding);
    for (const other of [
      { ...id, term: 6 },
      { ...id, counter: 78 },
    ]) {
      expect(runMerge([{ run: [{ ...sst, id: other }], chunkBlocks: 3 }], roomySettings)).toMatchObject({
        status: STATUS_CORRUPT,
        corruptOffset: 0,
      });
    }
  });

  it.each([
    ['the first key shares what is not there', 25, 1],
    ['a key shares more than its predecessor has', 32, 3],
    ['the last key runs into the values', 39, 2],
    ['the last value runs out of the block', 40, 2],
    ['a kind is unknown', 31, 5],
    ['a flag is unknown', 31, 0x40],
    ['a length does not end', 33, 0x80],
  ])('are refused when %s', (_, at, byte) => {
    const three = encodeSst([entryOf('aa', 1n), entryOf('ab', 1n), entryOf('ac', 1n)], encoding);
    expect(runMerge([{ run: [three], chunkBlocks: 1 }], roomySettings).status).toBe(STATUS_DONE);
    const lying = resealed(three, 0, (payload) => {
      payload[at] = byte;
    });
    expect(runMerge([{ run: [lying], chunkBlocks: 1 }], roomySettings)).toMatchObject({
      status: STATUS_CORRUPT,
      input: 0,
      corruptOffset: 0,
    });
  });

  it('are refused when the first key of a block shares with the last of the block before', () => {
    const two = encodeSst([entryOf('aa', 1n), entryOf('ab', 1n)], { ...encoding, blockTarget: 1 });
    const lying = resealed(two, 1, (payload) => {
      payload[25] = 1;
    });
    const outcome = runMerge([{ run: [lying], chunkBlocks: 1 }], roomySettings);
    expect(outcome).toMatchObject({ status: STATUS_CORRUPT, input: 0, corruptOffset: blocksOf(two).blockOffsets[1] });
  });

  it('never lead outside of the buffers, whatever a block with a valid checksum says', () => {
    let refused = 0;
    for (let seed = 0; seed < 400; seed++) {
      const random = randomNumbers(seed);
      const keys = Object.values(keyShapes)[seed % Object.keys(keyShapes).length];
      const shape = { key: keys, epoch: epochShapes['few'], value: valueShapes['wild'], oddities: 8 };
      const sst = encodeSst(randomEntries(random, 2 + random(60), shape), encoding);
      const { blockOffsets } = blocksOf(sst);
      const lying = resealed(sst, random(blockOffsets.length), (payload) => {
        const reach = random(2) ? Math.min(40, payload.length) : payload.length;
        for (let i = random(4); i >= 0; i--) {
          payload[random(reach)] = [0, 1, 127, 128, 255, random(256)][random(6)];
        }
      });
      const { status } = runMerge(
        [{ run: [lying], chunkBlocks: 2 }, { memtable: someEntries(3) }],
        { ...roomySettings, outBytes: 20_000 },
        SMALL_MEMORY,
      );
      expect([STATUS_DONE, STATUS_CORRUPT], `seed=${seed}`).toContain(status);
      if (status === STATUS_CORRUPT) refused++;
    }
    expect(refused).toBeGreaterThan(150);
  });

  it('are refused when an entry sorts before its predecessor, in a block or in the next', () => {
    const entries = someEntries(4);
    const [first, second] = [entries.slice(0, 20), entries.slice(20)];
    const swapped = [...first.slice(0, 5), first[6], first[5], ...first.slice(7)];
    const late = [encodeSst(second, encoding), encodeSst(first, { ...encoding, id: { term: 5, counter: 78 } })];
    expect(runMerge([{ run: [encodeSst(swapped, encoding)], chunkBlocks: 9 }], roomySettings).status).toBe(STATUS_CORRUPT);
    expect(runMerge([{ run: late, chunkBlocks: 9 }], roomySettings)).toMatchObject({ status: STATUS_CORRUPT, input: 0, corruptOffset: 0 });
    const reversedEpochs = [entryOf('k', 3n), entryOf('k', 4n)];
    expect(runMerge([{ run: [encodeSst(reversedEpochs, encoding)], chunkBlocks: 9 }], roomySettings).status).toBe(STATUS_CORRUPT);
  });

  it('are refused when a key is longer than was declared', () => {
    const entries = [entryOf('a', 1n), entryOf('bcdefgh', 1n)];
    const run = [encodeSst(entries, encoding)];
    for (const source of [{ run, chunkBlocks: 9 }, { memtable: entries }]) {
      expect(runMerge([source], { ...roomySettings, longestKey: 6 }).status).toBe(STATUS_CORRUPT);
      expect(runMerge([source], { ...roomySettings, longestKey: 7 }).status).toBe(STATUS_DONE);
    }
  });

  it('have the epoch that was assigned to them', () => {
    const ingested = encodeSst([entryOf('a', 1n), entryOf('b', 1n)], encoding);
    const older = [entryOf('a', 40n), entryOf('a', 8n), entryOf('b', 39n)];
    const { files } = runMerge([{ run: [ingested], chunkBlocks: 1, assigned: 39n }, { memtable: older }], {
      ...roomySettings,
      readers: [39n],
    });
    const merged = checkedEntries(files[0], roomySettings).map(({ key, epoch, value }) => [String.fromCharCode(...key), epoch, value]);
    expect(merged).toEqual([
      ['a', 40n, older[0].value],
      ['a', 39n, new Uint8Array([1])],
      ['b', 39n, new Uint8Array([1])],
    ]);
  });
});

function entryOf(key: string, epoch: bigint): ReferenceEntry {
  const value = Uint8Array.from([Number(epoch)]);
  return { key: new TextEncoder().encode(key), epoch, kind: KIND_PUT, value, expiry: 0n, extension: undefined };
}

function someEntries(seed: number): ReferenceEntry[] {
  const random = randomNumbers(seed);
  return Array.from({ length: 40 }, (_, i) => ({
    ...entryOf(`key ${String(i * 3).padStart(4, '0')}`, BigInt(random(100))),
    value: randomBytes(random, 30, 4),
  }));
}

function blocksOf(sst: EncodedSst): { blockOffsets: number[] } {
  const blockOffsets: number[] = [];
  for (let at = sst.partitionsOffset; at < sst.meta.length;) {
    const partition = decodePartition(sst.meta.slice(sst.partitionsOffset), at - sst.partitionsOffset, sst.id);
    blockOffsets.push(...partition.blockOffsets);
    at += partition.length;
  }
  return { blockOffsets };
}

/** The SST with the payload of one uncompressed block changed and its checksum made right. */
function resealed(sst: EncodedSst, block: number, change: (payload: Uint8Array) => void): EncodedSst {
  const { blockOffsets } = blocksOf(sst);
  const end = blockOffsets.at(block + 1) ?? sst.data.length;
  const payload = sst.data.slice(blockOffsets[block], end - TRAILER_BYTES);
  change(payload);
  const data = sst.data.slice();
  data.set(storeBlock(payload, sst.id, blockOffsets[block], false), blockOffsets[block]);
  return { ...sst, data };
}
