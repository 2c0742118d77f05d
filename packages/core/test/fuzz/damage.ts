// Bytes that were right once, damaged in every simple way, and bytes that never were.

import { seededRandom } from '../../src/base/random.ts';
import { cuts, flips } from '../../src/format/codec-test-kit.ts';

/** Lengths that lie, as varints and as words of 32 bits: all as long as numbers go, or somewhat too long. */
const LIES = [
  [0xff, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0x7f],
  [0, 0, 0, 0x80],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f],
  [0x80, 0x80, 0x80, 0x80, 0x08],
  [0x80, 0x80, 0x04],
];

/** The sample cut at every length, with each bit turned over, and with a lying length at every place. */
export function* damaged(sample: Uint8Array): Iterable<Uint8Array> {
  yield* cuts(sample);
  yield* flips(sample);
  for (let at = 0; at < sample.length; at++) {
    for (const lie of LIES) {
      const lying = new Uint8Array(Math.max(sample.length, at + lie.length));
      lying.set(sample);
      lying.set(lie, at);
      yield lying;
    }
  }
}

/** Random bytes: of all values, of few, and stretches of the samples put together anew. */
export function* noise(seed: number, times: number, samples: readonly Uint8Array[]): Iterable<Uint8Array> {
  const random = seededRandom(seed);
  const below = (limit: number): number => random.uint32() % limit;
  const few = Array.from({ length: 12 }, () => below(256));
  for (let i = 0; i < times; i++) {
    const length = below(64);
    if (i % 3 === 0) yield Uint8Array.from({ length }, () => below(256));
    else if (i % 3 === 1) yield Uint8Array.from({ length }, () => few[below(few.length)]!);
    else yield spliced(samples, below);
  }
}

function spliced(samples: readonly Uint8Array[], below: (limit: number) => number): Uint8Array {
  const parts = Array.from({ length: 1 + below(4) }, () => {
    const sample = samples[below(samples.length)]!;
    const start = below(sample.length + 1);
    return sample.slice(start, start + below(40));
  });
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
