// Batches hold their operations in the form in which they are logged, and a refused operation leaves no trace.

import { BATCH_HEADER_BYTES } from '@varve/wasm-kernels';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../base/random.ts';
import { bytes } from '../format/bytes-codec.ts';
import { KeySpaceCodec } from '../format/key-space.ts';
import { utf8 } from '../format/utf8-codec.ts';
import { BatchBuffers } from './batch-buffers.ts';
import { WriteBatch } from './write-batch.ts';

const SEED = 20261121;
const text = new KeySpaceCodec(0, utf8, utf8);
const words = new KeySpaceCodec(300, utf8, utf8);
const raw = new KeySpaceCodec(1, bytes, bytes);

const newBatch = (limitBytes = 1 << 20): WriteBatch => new WriteBatch(new BatchBuffers(limitBytes));

interface Operation {
  readonly kind: 'put' | 'delete';
  readonly key: string;
  readonly value: string;
}

/** The operations as a reader of FORMAT.md finds them: 0 value length | 4 key length, kind | 8 back | 12 key, value, zeros to a multiple of 4. */
function operationsOf({ bytes: memory, length }: WriteBatch): Operation[] {
  const view = new DataView(memory.buffer);
  const latin = (from: number, to: number): string => String.fromCharCode(...memory.subarray(from, to));
  const operations: Operation[] = [];
  for (let at = BATCH_HEADER_BYTES; at < length;) {
    expect(view.getUint32(at + 8, true)).toBe(at);
    const word = view.getUint32(at + 4, true);
    expect(word >>> 24).toBe(0);
    const valueAt = at + 12 + (word & 0xfffff);
    const end = valueAt + view.getUint32(at, true);
    operations.push({ kind: ((word >>> 20) & 15) === 0 ? 'put' : 'delete', key: latin(at + 12, valueAt), value: latin(valueAt, end) });
    at = (end + 3) & ~3;
    expect([...memory.subarray(end, at)].every((byte) => byte === 0)).toBe(true);
  }
  return operations;
}

describe('a batch', () => {
  it('begins with room for its header and without operations', () => {
    const batch = newBatch();
    expect([batch.length, batch.count, batch.largestEntry, batch.checks]).toEqual([BATCH_HEADER_BYTES, 0, 0, []]);
  });

  it('holds operations in the order in which they were added, each with the id of its key space', () => {
    const batch = newBatch();
    batch.put(text, 'a', 'one');
    batch.delete(text, 'b');
    batch.put(words, 'c', '');
    batch.put(text, '', 'x');
    expect(operationsOf(batch)).toEqual([
      { kind: 'put', key: '\0a', value: 'one' },
      { kind: 'delete', key: '\0b', value: '' },
      { kind: 'put', key: '\x81\x2cc', value: '' },
      { kind: 'put', key: '\0', value: 'x' },
    ]);
    expect(batch.count).toBe(4);
  });

  it('knows its largest entry', () => {
    const batch = newBatch();
    batch.put(text, 'a', 'x'.repeat(100));
    const { length } = batch;
    batch.put(text, 'b', 'small');
    expect(batch.largestEntry).toBe(length - BATCH_HEADER_BYTES);
  });

  it('grows as it needs to, whatever stood in its buffer before', () => {
    const random = seededRandom(SEED);
    const buffers = new BatchBuffers(1 << 20);
    buffers.give(new Uint8Array(2048).fill(0xff));
    const batch = new WriteBatch(buffers);
    const added: Operation[] = [];
    for (let i = 0; i < 2000; i++) {
      const key = `k${random.uint32() % 100}`;
      const kind = random.uint32() % 4 > 0 ? 'put' : 'delete';
      const value = kind === 'put' ? 'v'.repeat(random.uint32() % 90) : '';
      if (kind === 'put') batch.put(text, key, value);
      else batch.delete(text, key);
      added.push({ kind, key: `\0${key}`, value });
    }
    expect(operationsOf(batch)).toEqual(added);
  });

  it('copies keys and values: they may be changed afterwards', () => {
    const [key, value] = [Uint8Array.of(1, 2), Uint8Array.of(65)];
    const batch = newBatch();
    batch.put(raw, key, value);
    key.fill(9);
    value.fill(9);
    expect(operationsOf(batch)).toEqual([{ kind: 'put', key: '\x01\x01\x02', value: 'A' }]);
  });

  it('is as it was after an operation that its codec refused', () => {
    const batch = newBatch();
    batch.put(text, 'a', 'one');
    const before = { length: batch.length, count: batch.count, largest: batch.largestEntry };
    expect(() => batch.put(text, 'b', '\ud800')).toThrow(TypeError);
    expect(() => batch.put(text, '\udc00', 'x')).toThrow(TypeError);
    expect(() => batch.delete(text, '\ud800')).toThrow(TypeError);
    expect(() => batch.put(text, 'k'.repeat(65_536), 'x')).toThrow(RangeError);
    expect(() => batch.put(text, 5 as unknown as string, 'x')).toThrow(TypeError);
    expect({ length: batch.length, count: batch.count, largest: batch.largestEntry }).toEqual(before);
    batch.delete(text, 'c');
    expect(operationsOf(batch)).toEqual([
      { kind: 'put', key: '\0a', value: 'one' },
      { kind: 'delete', key: '\0c', value: '' },
    ]);
  });

  it('takes the longest key, not a longer one', () => {
    const batch = newBatch();
    batch.put(text, 'k'.repeat(65_535), '');
    expect(operationsOf(batch)[0].key).toHaveLength(65_536);
    expect(() => batch.delete(text, 'k'.repeat(65_536))).toThrow('key is too long: at most 65535 bytes bytes=65536');
  });

  it('that is far too large says what to do', () => {
    const batch = newBatch(4096);
    expect(() => batch.put(text, 'a', 'x'.repeat(16_384))).toThrow(
      new RangeError('batch is too large: split it, or open the database with a larger memoryBudgetBytes most=4096'),
    );
    expect(batch.count).toBe(0);
  });

  it('keeps what it expects of keys as stored keys', () => {
    const batch = newBatch();
    batch.check(words, 'a', { high: 1, low: 7 });
    batch.check(text, 'b', undefined);
    expect(batch.checks).toEqual([
      { key: Uint8Array.of(0x81, 0x2c, 97), epoch: { high: 1, low: 7 } },
      { key: Uint8Array.of(0, 98), epoch: undefined },
    ]);
    expect(batch.count).toBe(0);
  });

  it('forgets everything when it is cleared, and keeps its buffer', () => {
    const batch = newBatch();
    batch.put(text, 'a', 'x'.repeat(5000));
    batch.check(text, 'a', undefined);
    const buffer = batch.bytes;
    batch.clear();
    expect([batch.length, batch.count, batch.largestEntry, batch.checks]).toEqual([BATCH_HEADER_BYTES, 0, 0, []]);
    batch.put(text, 'b', 'y');
    expect(batch.bytes).toBe(buffer);
    expect(operationsOf(batch)).toEqual([{ kind: 'put', key: '\0b', value: 'y' }]);
  });

  it('hands its buffer to the next one when it was written, once', () => {
    const buffers = new BatchBuffers(1 << 20);
    const batch = new WriteBatch(buffers);
    const { bytes: buffer } = batch;
    batch.recycle();
    batch.recycle();
    expect(new WriteBatch(buffers).bytes).toBe(buffer);
    expect(new WriteBatch(buffers).bytes).not.toBe(buffer);
  });
});
