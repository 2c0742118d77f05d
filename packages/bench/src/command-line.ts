// The command line of the benchmark.

import { parseArgs } from 'node:util';
import { chosen, count } from './option-values.ts';
import { peerNames } from './peers/peers.ts';
import type { Scenario, Sizes } from './scenarios/scenario.ts';
import { scenarios, usualScenarios } from './scenarios/scenarios.ts';

export const USAGE = `npm run bench -- [options]
  --scenario <names>   ${scenarios.map(({ name }) => name).join(', ')} (default: all but large and check)
  --peer <names>       ${peerNames.join(', ')} (default: all)
  --rounds <n>         rounds, interleaved: every peer once, then every peer again (default: 3)
  --entries <n>        entries of an ordinary database (default: 1000000)
  --large-entries <n>  entries of the scenario large (default: 18500000, about 2 GiB)
  --memory <MiB>       memory that each database may use (default: 64)
  --seed <n>           seed of keys, values and order (default: 1)
  --folder <path>      where databases are made (default: the system's temporary folder)
  --json <file>        writes everything that was measured
  --markdown <file>    writes the table
  --help`;

export interface CommandLine {
  readonly scenarios: readonly Scenario[];
  readonly peers: readonly string[];
  readonly rounds: number;
  readonly sizes: Sizes;
  readonly folder: string | undefined;
  readonly json: string | undefined;
  readonly markdown: string | undefined;
}

/** What the arguments ask for, or undefined when they ask for help. Throws a TypeError with a hint for anything else. */
export function readCommandLine(args: readonly string[]): CommandLine | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      scenario: { type: 'string' },
      peer: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      entries: { type: 'string', default: '1000000' },
      'large-entries': { type: 'string', default: '18500000' },
      memory: { type: 'string', default: '64' },
      seed: { type: 'string', default: '1' },
      folder: { type: 'string' },
      json: { type: 'string' },
      markdown: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const names = chosen(
    'scenario',
    values.scenario,
    scenarios.map(({ name }) => name),
  );
  return {
    scenarios: names === undefined ? usualScenarios : scenarios.filter(({ name }) => names.includes(name)),
    peers: chosen('peer', values.peer, peerNames) ?? peerNames,
    rounds: count('rounds', values.rounds),
    sizes: {
      entries: count('entries', values.entries),
      largeEntries: count('large-entries', values['large-entries']),
      memoryBytes: count('memory', values.memory) * 2 ** 20,
      seed: count('seed', values.seed),
    },
    folder: values.folder,
    json: values.json,
    markdown: values.markdown,
  };
}
