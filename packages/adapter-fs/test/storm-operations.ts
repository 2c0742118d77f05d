// What a storm writes: operation n of a round, a pure function of seed, round and n, so that the process which writes and the one which checks need
// exchange numbers only. A value tells its key, its round, its operation and its place therein, and every byte of it follows from them.

import { seededRandom, type Durability, type Random } from '@varve/core';

/** One key that an operation changes. */
export interface Change {
  readonly key: string;
  /** Who wrote the value; undefined: the key is deleted. */
  readonly value: string | undefined;
}

/** One write: a batch where it has several changes. */
export interface Operation {
  readonly n: number;
  readonly changes: readonly Change[];
  readonly batch: boolean;
  readonly durability: Durability;
}

const MIXED_DURABILITY: readonly Durability[] = [
  'buffered',
  'buffered',
  'buffered',
  'buffered',
  'buffered',
  'buffered',
  'memory',
  'synced',
];
const MOST_CHANGES = 12;
const LARGE_BYTES = 100_000;

/** A seed made of several numbers. */
export function mixed(...numbers: readonly number[]): number {
  return numbers.reduce((seed, number) => seededRandom(seed ^ Math.imul(number + 1, 0x9e3779b1)).uint32(), 0x5eed);
}

/** Operation `n` of a round. */
export function operationAt(seed: number, round: number, n: number): Operation {
  const random = seededRandom(mixed(seed, round, n));
  const dice = random.uint32() % 100;
  const batch = dice < 12;
  const count = batch ? 1 + (random.uint32() % MOST_CHANGES) : 1;
  const changes: Change[] = [];
  for (let i = 0; i < count; i++) {
    const key = keyOf(random.uint32() % keyCount(seed));
    const isDeleted = batch ? random.uint32() % 4 === 0 : dice < 26;
    changes.push({ key, value: isDeleted ? undefined : `${round}.${n}.${i}` });
  }
  return { n, changes, batch, durability: durabilityAt(seed, round, random) };
}

/** Some rounds are buffered throughout, some synced, the others mix. */
function durabilityAt(seed: number, round: number, random: Random): Durability {
  const kind = mixed(seed, round) % 8;
  if (kind === 0) return 'synced';
  return kind < 4 ? 'buffered' : MIXED_DURABILITY[random.uint32() % MIXED_DURABILITY.length];
}

/** How many keys the storm of this seed uses: few are overwritten often, many make a deep tree. */
function keyCount(seed: number): number {
  return 400 << (mixed(seed, 0x6b) % 5);
}

function keyOf(index: number): string {
  if (index % 5 !== 0) return `key-${String(index).padStart(6, '0')}`;
  return `tenant/${index % 7}/collection-of-a-longer-name/${'x'.repeat(index % 50)}/${index}`;
}

/** The bytes of a value: who wrote it, then bytes that follow from that, of which about half can be compressed. */
export function valueBytes(seed: number, key: string, writer: string): Uint8Array {
  const head = new TextEncoder().encode(`${writer} ${key}\n`);
  const [round, n, i] = writer.split('.').map(Number);
  const random = seededRandom(mixed(seed, round, n, i));
  const bytes = new Uint8Array(head.length + lengthOf(random));
  const period = random.uint32() % 2 === 0 ? 40 : bytes.length;
  bytes.set(head);
  const periodEnd = Math.min(bytes.length, head.length + period);
  random.fill(bytes.subarray(head.length, periodEnd));
  for (let at = periodEnd; at < bytes.length; at++) bytes[at] = bytes[at - period];
  return bytes;
}

function lengthOf(random: Random): number {
  const dice = random.uint32() % 400;
  if (dice === 0) return random.uint32() % LARGE_BYTES;
  return dice < 20 ? random.uint32() % 12_000 : random.uint32() % 1500;
}

/** Who wrote a value, from its bytes. Undefined: they are not what that operation wrote to this key. */
export function writerOf(seed: number, key: string, bytes: Uint8Array): string | undefined {
  const head = new TextDecoder().decode(bytes.subarray(0, Math.max(0, bytes.indexOf(10))));
  const [writer, ...rest] = head.split(' ');
  if (rest.join(' ') !== key || !/^\d+\.\d+\.\d+$/.test(writer)) return undefined;
  const expected = valueBytes(seed, key, writer);
  return expected.length === bytes.length && expected.every((byte, at) => byte === bytes[at]) ? writer : undefined;
}
