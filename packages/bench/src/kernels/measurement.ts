// One kernel, measured: the median of some rounds, each long enough for the clock.

import { median } from '../results.ts';

export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: 'M/s' | 'MB/s' | 'ns';
}

const ROUNDS = 5;

/** Times `work`, which does `count` things, and returns the seconds of one. `prepare` runs before each round, unmeasured. */
function secondsEach(count: number, work: () => void, prepare?: () => void): number {
  const rounds: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    prepare?.();
    const start = performance.now();
    work();
    rounds.push((performance.now() - start) / 1000 / count);
  }
  return median(rounds.slice(1)); // the first round warms up
}

export function millionsPerSecond(name: string, count: number, work: () => void, prepare?: () => void): Measurement {
  return { name, unit: 'M/s', value: 1e-6 / secondsEach(count, work, prepare) };
}

export function megabytesPerSecond(name: string, bytes: number, work: () => void): Measurement {
  return { name, unit: 'MB/s', value: 1e-6 / secondsEach(bytes, work) };
}

export function nanoseconds(name: string, count: number, work: () => void): Measurement {
  return { name, unit: 'ns', value: secondsEach(count, work) * 1e9 };
}
