// How long the event loop keeps others waiting: a timer that wants to run every millisecond and notes how late it was.

const INTERVAL_MS = 1;

export interface LoopDelay {
  /** Milliseconds. */
  readonly median: number;
  readonly p99: number;
  readonly longest: number;
}

/** Runs `work` and tells how late timers were meanwhile. */
export async function loopDelayDuring(work: () => Promise<void>): Promise<LoopDelay> {
  const delays: number[] = [];
  let expected = performance.now() + INTERVAL_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    delays.push(Math.max(0, now - expected));
    expected = now + INTERVAL_MS;
  }, INTERVAL_MS);
  try {
    await work();
    delays.push(Math.max(0, performance.now() - expected));
  } finally {
    clearInterval(timer);
  }
  delays.sort((a, b) => a - b);
  const at = (share: number): number => delays[Math.min(delays.length - 1, Math.floor(delays.length * share))];
  return { median: at(0.5), p99: at(0.99), longest: at(1) };
}
