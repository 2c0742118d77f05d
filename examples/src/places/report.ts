// What start.ts prints.

const WIDTH = 48;

export function heading(text: string): void {
  console.log(`\n${text}\n${'─'.repeat(text.length)}`);
}

/** A line with what was done on the left and how long it took on the right. */
export function line(what: string, result: string, ms?: number): void {
  console.log(`  ${what.padEnd(WIDTH)} ${result.padEnd(28)}${ms === undefined ? '' : ` ${time(ms).padStart(9)}`}`.trimEnd());
}

export function count(n: number): string {
  return n.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

export function rate(n: number, ms: number): string {
  return `${count((n / ms) * 1000)}/s`;
}

export function time(ms: number): string {
  if (ms < 1) return `${(ms * 1000).toFixed(0)} µs`;
  return ms < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

/** The result of some work, and how long it took. */
export async function timed<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const start = performance.now();
  const value = await work();
  return { value, ms: performance.now() - start };
}

/** Draws how far something is, over the same line again and again; only where somebody looks. */
export function progress(done: number, whole: number): void {
  if (!process.stderr.isTTY) return;
  const filled = Math.round((done / whole) * 30);
  const bar = '█'.repeat(filled) + '░'.repeat(30 - filled);
  process.stderr.write(done === whole ? '\r\u001b[K' : `\r  ${bar} ${count(done)} of ${count(whole)}`);
}
