// The bytes below `plan/`: there and back, cut off at every byte, one bit turned over, and JSON that lies.

import { instantiate } from '@varve/wasm-kernels';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../base/random.ts';
import { Heap } from '../heap/heap.ts';
import { encodeRecord, RECORD_PLAN } from '../format/record.ts';
import { sstInfo } from '../version/version-test-kit.ts';
import { decodeClaim, decodeFailed, decodePlan, decodeResult, encodeClaim, encodeFailed, encodePlan, encodeResult } from './plan-format.ts';
import type { RemotePlan } from './plan.ts';

const heap = new Heap(2 ** 20);
const parts = { heap, kernels: instantiate(heap.memory) };
const id = { term: 7, counter: 40 };
const of = { id, attempt: 2 };

const plan: RemotePlan = {
  id,
  database: '0123456789abcdef0123456789abcdef',
  level: 0,
  outputLevel: 1,
  bottom: true,
  inputs: [sstInfo(3, 0, 9), sstInfo(2, 5, 19)],
  below: [sstInfo(1, 0, 30)],
  attempts: 4,
  idsEach: 5,
  readers: [
    { high: 6, low: 9 },
    { high: 0xffffffff, low: 0xffffffff },
  ],
  safeEpoch: 0xffff_ffff_ffff_ffffn,
  now: 1_700_000_000_000,
  blockSizeBytes: 4096,
  partitionSizeBytes: 4096,
  fileSizeBytes: 65536,
  compression: 'lz4',
  silentMs: 30_000,
};
const result = { outputs: [sstInfo(45, 0, 14), sstInfo(46, 15, 30)], readBytes: 2 ** 40 };

/** What follows the payload are zeros. */
const endOf = (bytes: Uint8Array): number => 24 + new DataView(bytes.buffer).getUint32(8, true);

const objects: [string, Uint8Array, (bytes: Uint8Array) => unknown, unknown][] = [
  ['a plan', encodePlan(parts, plan), (bytes) => decodePlan(parts, id, bytes), plan],
  ['a claim', encodeClaim(parts, of, 'a nonce'), (bytes) => decodeClaim(parts, of, bytes), 'a nonce'],
  ['a result', encodeResult(parts, of, result), (bytes) => decodeResult(parts, of, bytes), result],
  ['a failure', encodeFailed(parts, of, 'no room'), (bytes) => decodeFailed(parts, of, bytes), 'no room'],
];

describe.each(objects)('%s', (_, bytes, decode, meant) => {
  it('is read as it was written', () => {
    expect(decode(bytes)).toEqual(meant);
  });

  it('is refused when it is cut off, wherever', () => {
    const end = endOf(bytes);
    for (let length = 0; length < end; length++) {
      expect(() => decode(bytes.slice(0, length)), String(length)).toThrow(expect.objectContaining({ code: 'CORRUPTION' }));
    }
  });

  it('is refused with a bit turned over, whichever', () => {
    const random = seededRandom(1);
    const end = endOf(bytes);
    for (let at = 0; at < end; at++) {
      const damaged = bytes.slice();
      damaged[at]! ^= 1 << (random.uint32() % 8);
      expect(() => decode(damaged), String(at)).toThrow(expect.objectContaining({ code: expect.stringMatching(/CORRUPTION|UNSUPPORTED/) }));
    }
  });

  it('is refused in the place of another', () => {
    expect.assertions(objects.length - 1);
    for (const [what, other] of objects.filter((object) => object[1] !== bytes)) expect(() => decode(other), what).toThrow('is damaged');
  });
});

describe('an object', () => {
  it('of another plan, or another attempt, is refused', () => {
    const other = { ...id, counter: 41 };
    expect(() => decodePlan(parts, other, objects[0]![1])).toThrow('plan object is damaged object=plan/0000000007-0000000041.plan');
    expect(() => decodeResult(parts, { id, attempt: 1 }, objects[2]![1])).toThrow('plan: stored JSON is not sound');
    expect(() => decodeClaim(parts, { id, attempt: 1 }, objects[1]![1])).toThrow('plan: stored JSON is not sound');
    // What the checksum does not see of a large term the JSON says.
    const later = { term: 7 + 2 ** 20, counter: 40 };
    expect(() => decodePlan(parts, later, objects[0]![1])).toThrow('plan: stored JSON is not sound');
  });

  it('of a newer format is named so', () => {
    const newer = objects[0]![1].slice();
    newer[4] = 2;
    expect(() => decodePlan(parts, id, newer)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
  });

  it.each<[string, (json: Record<string, unknown>) => void, string]>([
    ['a level too deep', (json) => (json.level = 6), 'CORRUPTION'],
    ['levels that are not next to each other', (json) => (json.outputLevel = 0), 'CORRUPTION'],
    ['no inputs', (json) => (json.inputs = []), 'CORRUPTION'],
    ['inputs that are no list', (json) => (json.inputs = 'none'), 'CORRUPTION'],
    ['an input twice', (json) => (json.below = json.inputs), 'CORRUPTION'],
    ['a bottom that is no flag', (json) => (json.bottom = 1), 'CORRUPTION'],
    ['an epoch that is too large', (json) => (json.readers = ['18446744073709551616']), 'CORRUPTION'],
    ['a database that is none', (json) => (json.database = 'x'), 'CORRUPTION'],
    ['a compression of later days', (json) => (json.compression = 'zstd'), 'UNSUPPORTED'],
  ])('with a sound checksum that says %s is refused', (_, change, code) => {
    const bytes = objects[0]![1];
    const length = new DataView(bytes.buffer).getUint32(8, true);
    const json = JSON.parse(new TextDecoder().decode(bytes.subarray(24, 24 + length))) as Record<string, unknown>;
    change(json);
    const record = encodeRecord(heap, parts.kernels, RECORD_PLAN, new TextEncoder().encode(JSON.stringify(json)), 7 * 2 ** 32 + 40);
    expect(() => decodePlan(parts, id, new Uint8Array([...bytes.subarray(0, 8), ...record]))).toThrow(expect.objectContaining({ code }));
  });
});
