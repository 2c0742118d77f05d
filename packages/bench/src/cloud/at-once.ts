// Loops that have several calls under way.

/** Calls `each` for 0 .. count - 1, `width` of them at a time. */
export async function atOnce(count: number, width: number, each: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await each(next++);
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, worker));
}

/** `width` workers that call `each` one time after the other until the time is over: how many calls there were, and how long it took. */
export async function during(
  seconds: number,
  width: number,
  each: (index: number) => Promise<void>,
): Promise<{ count: number; seconds: number }> {
  let next = 0;
  const start = performance.now();
  const worker = async (): Promise<void> => {
    while (performance.now() - start < seconds * 1000) await each(next++);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return { count: next, seconds: (performance.now() - start) / 1000 };
}
