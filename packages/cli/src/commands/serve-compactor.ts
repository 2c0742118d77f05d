// varve <directory> serve-compactor

import { openCompactor, type Compactor, type CompactorEvent } from '@varve/core/compactor';
import type { Command } from 'commander';
import { integer, newCommand, type CommonOptions, type Context } from '../command.ts';
import { stateOf } from '../database/space.ts';
import { Output } from '../output.ts';
import { assertWritable } from '../place/place.ts';
import { plural, size } from '../text/figures.ts';

interface CompactorCommandOptions extends CommonOptions {
  readonly once?: boolean;
  readonly memory: number;
  readonly poll: number;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const MIB = 2 ** 20;

export function serveCompactorCommand({ place }: Context): Command {
  return newCommand('serve-compactor', 'merge what the writer of this database gives out (its option compaction), until it is stopped', [
    './data serve-compactor',
    './data serve-compactor --once --json',
    `'s3://bucket/state?region=eu-north-1' serve-compactor`,
  ])
    .option('--once', 'do what is there, then end')
    .option('--memory <MiB>', 'linear memory: as much as the writer has is enough', integer(4), 64)
    .option('--poll <ms>', 'how long to wait when there is nothing to do', integer(1), 1000)
    .action(async (options: CompactorCommandOptions) => {
      assertWritable(place);
      await stateOf(place);
      const output = new Output(options.json === true);
      const onEvent = (event: CompactorEvent): void => tell(output, event);
      const compactor = openCompactor(place.store(), { memoryBudgetBytes: options.memory * MIB, onEvent });
      try {
        await untilStopped((signal) =>
          options.once === true ? runAll(compactor, signal) : compactor.run({ signal, pollMs: options.poll }),
        );
      } finally {
        await compactor.close();
      }
    });
}

async function runAll(compactor: Compactor, signal: AbortSignal): Promise<void> {
  while ((await compactor.runOnce({ signal })) !== undefined);
}

/** A signal gives back what is under way. */
async function untilStopped(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  for (const signal of SIGNALS) process.on(signal, abort);
  try {
    await work(stop.signal);
  } finally {
    for (const signal of SIGNALS) process.off(signal, abort);
  }
}

/** One line a plan, when it has come to its end. Warnings are no answers. */
function tell(output: Output, event: CompactorEvent): void {
  if (event.kind === 'warning') process.stderr.write(`${event.message}\n`);
  else if (event.kind !== 'claimed') {
    output.say(
      () => plain(event),
      () => describe(event),
    );
  }
}

type Ended = Exclude<CompactorEvent, { kind: 'warning' | 'claimed' }>;

const plain = (event: Ended): object => (event.kind === 'failed' ? { ...event, error: String(event.error) } : event);

function describe(event: Ended): string {
  if (event.kind === 'failed') return `${event.plan}: given back: ${String(event.error)}`;
  if (event.kind === 'abandoned') return `${event.plan}: no longer needed`;
  const { plan, level, ssts, readBytes, writtenBytes } = event;
  return `${plan}: level ${level} merged into level ${level + 1}: ${size(readBytes)} became ${size(writtenBytes)} in ${plural(ssts, 'SST')}`;
}
