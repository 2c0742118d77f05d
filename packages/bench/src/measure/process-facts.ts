// What the system knows about this process: memory and bytes written. Linux tells both in /proc (https://man7.org/linux/man-pages/man5/proc.5.html);
// elsewhere memory is what Node sees now, and bytes written are unknown.

import { readFileSync } from 'node:fs';

/** The most memory this process has ever had resident. Mapped files count. */
export function peakResidentBytes(): number {
  return field('/proc/self/status', /^VmHWM:\s+(\d+) kB$/m, 1024) ?? process.memoryUsage.rss();
}

/** Bytes that this process has handed to write calls, or undefined where nobody counts. */
export function writtenBytes(): number | undefined {
  return field('/proc/self/io', /^wchar: (\d+)$/m, 1);
}

function field(file: string, pattern: RegExp, unit: number): number | undefined {
  try {
    const found = pattern.exec(readFileSync(file, 'utf8'));
    return found === null ? undefined : Number(found[1]) * unit;
  } catch {
    return undefined; // not Linux
  }
}
