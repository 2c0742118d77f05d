// For tests: LZ4 blocks, plainly. A decoder that refuses what the format refuses, and a writer of random valid blocks.
// https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md

import type { RandomNumbers } from './memory-test-kit.ts';
import { randomBytes } from './memory-test-kit.ts';

/** One sequence of a block; the last one has no match. */
export interface Sequence {
  readonly literals: Uint8Array;
  readonly offset: number;
  readonly matched: number;
}

/** The sequences of a block, or undefined when it is malformed. Offsets are not judged. */
export function parseLz4(block: Uint8Array): Sequence[] | undefined {
  const sequences: Sequence[] = [];
  let at = 0;
  while (at < block.length) {
    const token = block[at++];
    const literals = length(token >> 4);
    if (literals === undefined || at + literals > block.length) return undefined;
    const bytes = block.subarray(at, at + literals);
    at += literals;
    if (at === block.length) return [...sequences, { literals: bytes, offset: 0, matched: 0 }];
    if (at + 2 > block.length) return undefined;
    const offset = block[at] | (block[at + 1] << 8);
    at += 2;
    const matched = length(token & 15);
    if (matched === undefined) return undefined;
    sequences.push({ literals: bytes, offset, matched: matched + 4 });
  }
  return undefined;

  function length(inToken: number): number | undefined {
    let sum = inToken;
    for (let byte = 255; inToken === 15 && byte === 255; sum += byte) {
      if (at === block.length) return undefined;
      byte = block[at++];
    }
    return sum;
  }
}

/** What a block stands for, or undefined when it is malformed or more than `capacity` bytes. */
export function decodeLz4(block: Uint8Array, capacity: number): Uint8Array | undefined {
  const out: number[] = [];
  for (const { literals, offset, matched } of parseLz4(block) ?? []) {
    for (const literal of literals) out.push(literal);
    const invalid = matched > 0 && (offset === 0 || offset > out.length);
    if (invalid || out.length + matched > capacity) return undefined;
    for (let i = 0; i < matched; i++) out.push(out[out.length - offset]);
  }
  return parseLz4(block) && out.length <= capacity ? Uint8Array.from(out) : undefined;
}

/** A valid block of `sequences` sequences, written plainly. Lengths and offsets lie around the borders where encodings and code paths change. */
export function randomLz4(random: RandomNumbers, sequences: number): Uint8Array {
  const block: number[] = [];
  let produced = 0;
  for (let i = 0; i <= sequences; i++) {
    const literals = randomBytes(random, borderLength(random) + (produced === 0 ? 1 : 0));
    const matched = 4 + borderLength(random);
    const last = i === sequences;
    block.push((Math.min(literals.length, 15) << 4) | (last ? 0 : Math.min(matched - 4, 15)));
    pushExtra(block, literals.length);
    for (const literal of literals) block.push(literal);
    produced += literals.length;
    if (last) break;
    const offset = 1 + Math.min(random(random(2) ? 40 : 70_000), produced - 1, 65_534);
    block.push(offset & 255, offset >> 8);
    pushExtra(block, matched - 4);
    produced += matched;
  }
  return Uint8Array.from(block);
}

function borderLength(random: RandomNumbers): number {
  return [0, random(5), random(16), 13 + random(5), random(40), 268 + random(5), random(700)][random(7)];
}

function pushExtra(block: number[], length: number): void {
  if (length < 15) return;
  let rest = length - 15;
  for (; rest >= 255; rest -= 255) block.push(255);
  block.push(rest);
}
