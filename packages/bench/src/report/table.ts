// Results for humans: one line a measure, one column a peer, and how the first peer compares with the best of the others.

import { advantage, median, type Row } from '../results.ts';
import type { Unit } from '../scenarios/scenario.ts';

/** Lines of cells; the first is the head. */
export function tableOf(rows: readonly Row[], peers: readonly string[]): string[][] {
  const [first] = peers;
  const head = ['measure', ...peers, ...(peers.length > 1 ? [`${first} : best other`] : [])];
  const lines = rows.map((row) => {
    const cells = peers.map((peer) => cell(row, peer));
    const ratio = advantage(row, first);
    return [row.name, ...cells, ...(peers.length > 1 ? [ratio === undefined ? '' : `${ratio.toFixed(2)}x`] : [])];
  });
  return [head, ...lines];
}

/** Aligned columns for a terminal. */
export function plainTable(lines: readonly string[][]): string {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines.map((line) => line.map((text, i) => (i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i]))).join('  ')).join('\n');
}

/** The same for a document. */
export function markdownTable([head, ...lines]: readonly string[][]): string {
  const rule = head.map((_, i) => (i === 0 ? '---' : '--:'));
  return [head, rule, ...lines].map((line) => `| ${line.join(' | ')} |`).join('\n');
}

function cell({ unit, values }: Row, peer: string): string {
  const list = values[peer];
  return list === undefined ? '-' : formatValue(median(list), unit);
}

/** A number with its unit, three digits or a few more. */
export function formatValue(value: number, unit: Unit): string {
  if (unit === '/s') return value >= 1_000_000 ? `${(value / 1e6).toFixed(2)}M/s` : `${(value / 1000).toFixed(value >= 10_000 ? 0 : 1)}k/s`;
  if (unit === '$') return `$${value.toFixed(4)}`;
  if (unit === 'requests') return `${+value.toFixed(2)}`;
  const digits = value >= 100 || value === 0 ? 0 : value >= 10 ? 1 : 2;
  return unit === 'x' ? `${value.toFixed(2)}x` : `${value.toFixed(digits)} ${unit}`;
}
