// Batches of the log and blocks of SSTs as @varve/core/inspect reads them, under right checksums and with payloads that lie: entries, typed errors, and no
// room for what is only claimed. The kernels that read the same bytes for the engine have tests of their own (memtable-hostile, lying-block, damaged-image).

import {
  BLOCK_HEADER_BYTES,
  CODEC_NONE,
  RESTART_BYTES,
  RESTART_INTERVAL,
  TRAILER_BYTES,
  TRAILER_CODEC,
  TRAILER_PAYLOAD_LENGTH,
  TRAILER_VERSION,
} from '@varve/wasm-kernels';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import { bytes } from '../../src/format/bytes-codec.ts';
import { KeySpaceCodec } from '../../src/format/key-space.ts';
import { ORDERED_VARINT_LIMIT } from '../../src/format/ordered-varint.ts';
import { sstName } from '../../src/format/object-names.ts';
import { readBatch } from '../../src/inspect/batch.ts';
import { readBlock } from '../../src/inspect/block.ts';
import { kernelRoom } from '../../src/heap/kernel-room.ts';
import { inspectSst, listSsts, readState } from '../../src/inspect.ts';
import { seedOf } from '../../src/sst/seeds.ts';
import { BatchBuffers } from '../../src/write/batch-buffers.ts';
import { WriteBatch } from '../../src/write/write-batch.ts';
import { readGolden } from '../golden/generations.ts';
import { storeOf } from '../rot/image.ts';
import { sealBlock } from '../rot/seal-sst.ts';
import { damaged, noise } from './damage.ts';
import { Ends, tried } from './outcome.ts';
import { watched } from './watch.ts';

const SEED = 20261125;
const NOISE = 5000;
const KEYS_SHOWN = 240;
/** A length, and its varint. */
const LONG_KEY = 8192;
const LONG_VARINT = [0x80, 0x40];
const RUNS = { seed: SEED, numRuns: 300 };

describe('the payload of a batch', () => {
  const operation = fc.record({
    space: fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0x3fff, 0x4000, ORDERED_VARINT_LIMIT - 1), fc.nat({ max: ORDERED_VARINT_LIMIT - 1 })),
    key: fc.uint8Array({ maxLength: 20 }),
    value: fc.option(fc.uint8Array({ maxLength: 40 })),
  });

  /** What a writer makes of these operations. */
  function payloadOf(operations: readonly { space: number; key: Uint8Array; value: Uint8Array | null }[]): Uint8Array {
    const batch = new WriteBatch(new BatchBuffers(1 << 20));
    for (const { space, key, value } of operations) {
      const codec = new KeySpaceCodec(space, bytes, bytes);
      if (value === null) batch.delete(codec, key);
      else batch.put(codec, key, value);
    }
    const payload = batch.bytes.slice(0, batch.length);
    payload.fill(0, 0, 32);
    new DataView(payload.buffer).setUint32(24, batch.count, true);
    return payload;
  }

  it('is read as it was written, for every key space, key and value', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 12 }), (operations) => {
        const read = readBatch(payloadOf(operations)).entries.map(({ kind, keySpace, key, value }) => ({
          kind,
          keySpace,
          key: [...key],
          value: [...value],
        }));
        const expected = operations.map(({ space, key, value }) => ({
          kind: value === null ? 'delete' : 'put',
          keySpace: space,
          key: [...key],
          value: [...(value ?? [])],
        }));
        expect(read).toEqual(expected);
      }),
      RUNS,
    );
  });

  it(`that is damaged in any way is read or refused, without room for what it claims (seed=${SEED})`, () => {
    const sample = payloadOf([
      { space: 0, key: Uint8Array.of(1, 2, 3), value: new Uint8Array(30).fill(9) },
      { space: 300, key: Uint8Array.of(), value: null },
      { space: 1, key: new Uint8Array(17).fill(5), value: Uint8Array.of(1) },
    ]);
    const ends = new Ends();
    const greedy: string[] = [];
    for (const given of [...damaged(sample), ...noise(SEED, NOISE, [sample])]) {
      const { outcome, largest } = watched(() => tried(() => readBatch(given)));
      ends.count(outcome);
      if (largest > given.length) greedy.push(`room=${largest} bytes=${given.join()}`);
    }
    expect(greedy, `seed=${SEED}`).toEqual([]);
    expect(ends.least).toBeGreaterThan(100);
  });
});

describe('the payload of a block', () => {
  const OFFSET = 4096;
  const ID = { term: 3, counter: 4 };
  const { heap, kernels } = kernelRoom(1 << 18);
  const stored = heap.allocate(1 << 16, 'a stored block');
  const target = heap.allocate(1 << 16, 'a payload');
  let sample: Uint8Array = new Uint8Array(0);

  beforeAll(async () => {
    sample = await someBlock();
  });

  /** The same bytes, if the kernel takes them for a block once they have a trailer that is right. */
  function accepted(payload: Uint8Array): Uint8Array | undefined {
    const block = new Uint8Array(payload.length + TRAILER_BYTES);
    block.set(payload);
    block[payload.length + TRAILER_CODEC] = CODEC_NONE;
    block[payload.length + TRAILER_VERSION] = 1;
    new DataView(block.buffer).setUint32(payload.length + TRAILER_PAYLOAD_LENGTH, payload.length, true);
    const sealed = new Uint8Array(OFFSET + block.length);
    sealed.set(block, OFFSET);
    sealBlock(sealed, ID, { offset: OFFSET, length: block.length });
    heap.bytes.set(sealed.subarray(OFFSET), stored);
    const length = kernels.blockLoad(stored, block.length, ID.term, ID.counter, OFFSET, target, 1 << 16);
    return length < 0 ? undefined : heap.bytes.slice(target, target + length);
  }

  it('is read whole', () => {
    const payload = accepted(sample)!;
    expect(readBlock(payload).length).toBeGreaterThan(5);
  });

  it('that is damaged in any way is refused by the kernel, or read or refused without room for what it claims', () => {
    const ends = new Ends();
    const greedy: string[] = [];
    for (const given of damaged(sample)) {
      const payload = accepted(given);
      if (payload === undefined) continue;
      const { outcome, largest } = watched(() => tried(() => readBlock(payload)));
      ends.count(outcome);
      if (largest > payload.length) greedy.push(`room=${largest} keys=${payload.subarray(0, KEYS_SHOWN).join()}`);
    }
    expect(greedy).toEqual([]);
    expect(ends.least).toBeGreaterThan(100);
  });

  it(`with any entries behind its outline is read or refused (seed=${SEED})`, () => {
    const random = seededRandom(SEED);
    const view = new DataView(sample.buffer);
    const [from, to] = [view.getUint32(BLOCK_HEADER_BYTES, true), view.getUint32(4, true)];
    const greedy: string[] = [];
    let read = 0;
    for (let round = 0; round < NOISE; round++) {
      const given = sample.slice();
      for (let change = random.uint32() % 6; change >= 0; change--) given[from + (random.uint32() % (to - from))] = random.uint32() & 0xff;
      const payload = accepted(given);
      if (payload === undefined) continue;
      const { largest } = watched(() => tried(() => readBlock(payload)));
      read++;
      if (largest > payload.length) greedy.push(`round=${round} room=${largest} keys=${payload.subarray(0, KEYS_SHOWN).join()}`);
    }
    expect(greedy, `seed=${SEED}`).toEqual([]);
    expect(read).toBe(NOISE);
  });

  it('whose entries share a long key again and again is refused before they fill memory', () => {
    const keyAt = BLOCK_HEADER_BYTES + RESTART_BYTES;
    const first = [0, 0, ...LONG_VARINT, 0, 0, ...new Uint8Array(LONG_KEY)];
    const others = Array.from({ length: 3000 }, () => [0, ...LONG_VARINT, 0, 0, 0]).flat();
    const given = Uint8Array.from([...new Uint8Array(keyAt), ...first, ...others]);
    const view = new DataView(given.buffer);
    view.setUint16(0, 1, true);
    view.setUint16(2, RESTART_INTERVAL, true);
    view.setUint32(4, given.length, true);
    view.setUint32(BLOCK_HEADER_BYTES, keyAt, true);
    view.setUint32(BLOCK_HEADER_BYTES + 4, given.length, true);
    const payload = accepted(given)!;
    const { largest, times, outcome } = watched(() => tried(() => readBlock(payload)));
    expect(outcome.refused).toBe('');
    expect(largest * times).toBeLessThan(2 * RESTART_INTERVAL * given.length);
  });

  it('shares nothing over a restart point', () => {
    const payload = accepted(sample)!;
    const second = new DataView(payload.buffer).getUint32(BLOCK_HEADER_BYTES + RESTART_BYTES, true);
    expect(readBlock(payload).length).toBeGreaterThan(RESTART_INTERVAL);
    payload[second + 1] = 1;
    expect(() => readBlock(payload)).toThrow('has a key that shares more than there is');
  });

  /** The payload of a block of some dozens of entries, from a golden database. */
  async function someBlock(): Promise<Uint8Array> {
    const store = await storeOf(readGolden('1', 'closed').image);
    const { database } = (await readState(store))!;
    const [sst] = await listSsts(store);
    const inspected = await inspectSst(store, sst!, database);
    const [place] = (await inspected.partition(0)).blocks;
    await inspected.close();
    const object = store.sync.get(sstName(sst!.id))!;
    const { term, counter } = seedOf(database, sst!.id);
    heap.bytes.set(object.subarray(place!.offset, place!.offset + place!.length), stored);
    const length = kernels.blockLoad(stored, place!.length, term, counter, place!.offset, target, 1 << 16);
    return heap.bytes.slice(target, target + length);
  }
});
