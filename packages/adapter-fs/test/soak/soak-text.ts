// What a soak prints: a line of progress, a table at the end.

import type { SoakSample, SoakSettings } from './soak-messages.ts';
import type { SoakReport } from './soak.ts';
import type { Judged } from './verdict.ts';

const BAR_WIDTH = 20;
const MIB = 2 ** 20;

/** One line about the newest sample. */
export function progressLine(sample: SoakSample, { milliseconds }: SoakSettings): string {
  const share = Math.min(1, sample.atMs / milliseconds);
  const filled = Math.round(share * BAR_WIDTH);
  return [
    `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${String(Math.floor(share * 100)).padStart(3)} %  shift ${sample.shift}`,
    `${sample.operations.toLocaleString('en-US')} steps`,
    `live ${mib(sample.liveBytes)}`,
    `stored ${mib(sample.storedBytes)} in ${sample.files} files`,
    `resident ${mib(sample.residentBytes)}`,
    `heap ${mib(sample.heapBytes)}`,
    `${sample.handles ?? '?'} handles`,
    `delay ${sample.delayMs.toFixed(0)} ms`,
  ].join(', ');
}

/** Everything that was judged. */
export function reportLines({ settings, samples, rests, end, judged, failures }: SoakReport): string[] {
  const last = samples.at(-1)!;
  const longest = Math.max(...samples.map(({ longestDelayMs }) => longestDelayMs));
  const restHandles = rests.map(({ handles }) => handles ?? 0);
  return [
    `${(last.atMs / 60_000).toFixed(1)} minutes, seed ${settings.seed}: ${last.shift} shifts, ${last.operations.toLocaleString('en-US')} steps, ` +
      `${mib(last.writtenBytes)} written over ${mib(last.liveBytes)} of live data, ${samples.length} samples`,
    Object.entries(end.counts)
      .map(([name, count]) => `${name} ${count.toLocaleString('en-US')}`)
      .join(', '),
    '',
    ...table([['', 'first third', 'second', 'last', 'highest', 'growth', 'tolerated', 'limit', ''], ...judged.map(rowOf)]),
    '',
    `after a compaction: ${mib(end.storedBytes)} stored for ${mib(end.liveBytes)}; ${end.leftovers.length} files left over`,
    ...(restHandles.length === 0 ? [] : [`handles open when closed: ${Math.min(...restHandles)} to ${Math.max(...restHandles)}`]),
    `longest delay of the event loop: ${longest.toFixed(0)} ms`,
    ...failures.map((failure) => `FAILED: ${failure}`),
  ];
}

function rowOf({ name, unit, trend, tolerance, limit, ok }: Judged): string[] {
  const text = (value: number | undefined): string => (value === undefined ? '' : amount(value, unit));
  const { first, middle, last, highest, growth } = trend;
  return [
    name,
    text(first),
    text(middle),
    text(last),
    text(highest),
    growth === undefined ? 'too short' : text(growth),
    text(tolerance),
    text(limit),
    ok ? 'ok' : 'FAILED',
  ];
}

function amount(value: number, unit: Judged['unit']): string {
  if (unit === 'bytes') return mib(value);
  if (unit === 'ms') return `${value.toFixed(1)} ms`;
  return value.toFixed(unit === 'count' ? 0 : 2);
}

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(Math.abs(bytes) < 100 * MIB ? 1 : 0)} MiB`;
}

/** Names to the left, numbers to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 || i === row.length - 1 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd(),
  );
}
