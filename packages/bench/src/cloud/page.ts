// The page that a run writes: aims beside figures, misses first, then every figure, where and how it was taken.

import type { Machine } from '../report/machine.ts';
import { markdownTable, tableOf } from '../report/table.ts';
import type { Row } from '../results.ts';
import { verdicts } from './aims.ts';
import type { CommandLine } from './command-line.ts';

export interface RunFacts {
  readonly date: string;
  readonly machine: Machine;
  readonly service: string;
  readonly peers: readonly { readonly name: string; readonly version: string; readonly notes: string }[];
  readonly commandLine: CommandLine;
}

export function pageOf({ date, machine, service, peers, commandLine }: RunFacts, rows: readonly Row[]): string {
  const { sizes, rounds, parts } = commandLine;
  const where = `${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}`;
  const aims = verdicts(rows).map(({ what, aim, measured, isMet }) => [what, aim, measured, isMet ? '' : 'missed']);
  const tables = parts.flatMap(({ name, title, peers: names, repeats }) => {
    const own = rows.filter(({ scenario }) => scenario === name);
    const how = repeats && rounds > 1 ? `\nMedians of ${rounds} interleaved rounds.\n` : '';
    return own.length === 0 ? [] : [`## ${title}\n${how}\n${markdownTable(tableOf(own, names))}`];
  });
  const who = peers.map(({ name, version, notes }) => `- **${name} ${version}**: ${notes}`);
  return `${[
    '# Benchmarks on object storage',
    `\`npm run bench:cloud\` starts ${service} in memory on this machine and measures Varve on it, against SlateDB and against plain requests that\nthe same client signs (aws4fetch), in one run and in turns. It writes this page: \`npm run bench:cloud -- --markdown docs/CLOUD-BENCHMARKS.md\`.`,
    `Taken on ${date}, ${where}. Server and program share the machine: the ratios count, not the figures.\nKeys are 16 decimal digits in random order, values 100 bytes that compress to about two thirds. ${sizes.entries} entries where databases are compared,\n${sizes.largeEntries} in the large one, ${sizes.loadEntries} loaded; seed ${sizes.seed}.`,
    '## Against what we aim at',
    markdownTable([['', 'aim', 'measured', ''], ...aims]),
    ...tables,
    '## How each is used',
    who.join('\n'),
    'Requests in a row are those that had to wait for each other, counted while each answer was held back by 100 ms; the first get is among them. A data request\nis one for a block; all requests of a get count those for parts of the index as well.',
  ].join('\n\n')}\n`;
}
