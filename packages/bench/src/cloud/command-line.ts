// The command line of the benchmark on object storage.

import { parseArgs } from 'node:util';
import { chosen, count } from '../option-values.ts';
import { parts, type Part } from './parts.ts';
import type { CloudSizes } from './job.ts';

export const USAGE = `npm run bench:cloud -- [options]
  --part <names>       ${parts.map(({ name }) => name).join(', ')} (default: all)
  --rounds <n>         rounds of what is compared, interleaved (default: 3)
  --entries <n>        entries of the database that is compared (default: 500000)
  --large-entries <n>  entries of the one that does not fit into memory (default: 9256396, 1 GiB)
  --load-entries <n>   entries of the load whose bytes and requests are counted (default: 10000000)
  --seconds <n>        how long writers write (default: 5)
  --seed <n>           seed of keys, values and order (default: 1)
  --json <file>        writes everything that was measured
  --markdown <file>    writes the page; docs/CLOUD-BENCHMARKS.md is made so
  --help`;

export interface CommandLine {
  readonly parts: readonly Part[];
  readonly rounds: number;
  readonly sizes: CloudSizes;
  readonly json: string | undefined;
  readonly markdown: string | undefined;
}

/** What the arguments ask for, or undefined when they ask for help. Throws a TypeError with a hint for anything else. */
export function readCommandLine(args: readonly string[]): CommandLine | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      part: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      entries: { type: 'string', default: '500000' },
      'large-entries': { type: 'string', default: '9256396' },
      'load-entries': { type: 'string', default: '10000000' },
      seconds: { type: 'string', default: '5' },
      seed: { type: 'string', default: '1' },
      json: { type: 'string' },
      markdown: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const names = chosen(
    'part',
    values.part,
    parts.map(({ name }) => name),
  );
  return {
    parts: names === undefined ? parts : parts.filter(({ name }) => names.includes(name)),
    rounds: count('rounds', values.rounds),
    sizes: {
      entries: count('entries', values.entries),
      largeEntries: count('large-entries', values['large-entries']),
      loadEntries: count('load-entries', values['load-entries']),
      seconds: count('seconds', values.seconds),
      seed: count('seed', values.seed),
    },
    json: values.json,
    markdown: values.markdown,
  };
}
