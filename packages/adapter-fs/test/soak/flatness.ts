// Whether something grows: how much it would gain over the second half of a run by its typical slope there. The first half does not count, since caches,
// compiled code and the tree of SSTs find their sizes in it.
//
// The slope is the median of the slopes between all pairs of measurements (Theil and Sen, https://doi.org/10.1080/01621459.1968.10480934): up to 29 % of them
// may lie anywhere without moving it far, so it needs no smoothing of what comes and goes, such as the memory of a handle that was closed a moment ago. A leak
// moves all of them, and so does memory that is kept a little more with each opening.

/** One measurement. */
export interface Measured {
  readonly atMs: number;
  readonly value: number;
}

/** How something went. */
export interface Trend {
  /** Medians of the first, second and last third of all measurements, and the highest of all. */
  readonly first: number;
  readonly middle: number;
  readonly last: number;
  readonly highest: number;
  /** What it gained over the second half; undefined where there are too few measurements to say. */
  readonly growth: number | undefined;
}

/** Fewer measurements in the second half say nothing: merges and openings come and go in periods of several of them. */
export const LEAST_MEASUREMENTS = 40;

/** How these went, in the order of time. Throws where there are none. */
export function trendOf(measured: readonly Measured[]): Trend {
  if (measured.length === 0) throw new Error('nothing was measured');
  const values = measured.map(({ value }) => value);
  const third = (n: number): number =>
    median(values.slice(Math.floor((n * values.length) / 3), Math.max(1, Math.floor(((n + 1) * values.length) / 3))));
  return {
    first: third(0),
    middle: values.length < 3 ? values[0] : third(1),
    last: values.length < 3 ? values[values.length - 1] : third(2),
    highest: Math.max(...values),
    growth: growthOf(measured),
  };
}

function growthOf(measured: readonly Measured[]): number | undefined {
  const startMs = (measured[0].atMs + measured[measured.length - 1].atMs) / 2;
  const second = measured.filter(({ atMs }) => atMs >= startMs);
  if (second.length < LEAST_MEASUREMENTS) return undefined;
  return typicalSlope(second) * (second[second.length - 1].atMs - second[0].atMs);
}

function typicalSlope(measured: readonly Measured[]): number {
  const slopes: number[] = [];
  for (const [i, from] of measured.entries()) {
    for (const to of measured.slice(i + 1)) if (to.atMs > from.atMs) slopes.push((to.value - from.value) / (to.atMs - from.atMs));
  }
  return slopes.length === 0 ? 0 : median(slopes);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
