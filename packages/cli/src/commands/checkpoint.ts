// varve <directory> checkpoint <name>, checkpoints, delete-checkpoint <name>

import { createCheckpoint, deleteCheckpoint, listCheckpoints, type Checkpoint } from '@varve/core/checkpoint';
import type { Command } from 'commander';
import { integer, newCommand, type CommonOptions, type Context } from '../command.ts';
import { stateOf } from '../database/space.ts';
import { withSource } from '../database/source.ts';
import { EXIT_NOT_FOUND, Failure } from '../failure.ts';
import { Output } from '../output.ts';
import { assertWritable } from '../place/place.ts';
import { size } from '../text/figures.ts';
import { table } from '../text/table.ts';

const DAY_MS = 86_400_000;

export function checkpointCommand({ place }: Context): Command {
  return newCommand('checkpoint', 'keep the database as it is now under a name: nothing is copied, and merges delete nothing of it', [
    './data checkpoint before-the-move',
    './data checkpoint 2026-11-21 --days 30',
    `'s3://bucket/state?region=eu-north-1' checkpoint 2026-11-21`,
  ])
    .argument('<name>', 'letters a-z, digits, dots and hyphens')
    .option('--days <n>', 'how long it is kept (default: until it is deleted)', integer(1))
    .action(async (name: string, { json, days }: CommonOptions & { readonly days?: number }) => {
      assertWritable(place);
      const expiresInMs = days === undefined ? undefined : days * DAY_MS;
      const made = await withSource(place, (source) => createCheckpoint(source, name, { expiresInMs }));
      new Output(json === true).say(
        () => made,
        () => `kept ${size(made.bytes)} as ${name}${untilOf(made)}`,
      );
    });
}

export function checkpointsCommand({ place }: Context): Command {
  return newCommand('checkpoints', 'the states that are kept', ['./data checkpoints', './data checkpoints --json']).action(
    async ({ json }: CommonOptions) => {
      const store = place.store();
      await stateOf(place, store);
      const found = await listCheckpoints(store);
      new Output(json === true).say(
        () => found,
        () => (found.length === 0 ? 'no checkpoints' : describe(found)),
      );
    },
  );
}

export function deleteCheckpointCommand({ place }: Context): Command {
  return newCommand('delete-checkpoint', 'let go of a state that is kept', ['./data delete-checkpoint before-the-move'])
    .argument('<name>', 'of the checkpoint')
    .action(async (name: string, { json }: CommonOptions) => {
      assertWritable(place);
      if (!(await deleteCheckpoint(place.store(), name))) throw new Failure('NOT_FOUND', `there is no checkpoint ${name}`, EXIT_NOT_FOUND);
      new Output(json === true).say(
        () => ({ deleted: name }),
        () => `deleted ${name}: what only it kept goes with the next merge, or with gc`,
      );
    });
}

const untilOf = ({ expiresAt }: Checkpoint): string => (expiresAt === undefined ? '' : ` until ${timeText(expiresAt)}`);
const timeText = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

function describe(found: readonly Checkpoint[]): string[] {
  return table(
    [{ title: 'name' }, { title: 'made' }, { title: 'until' }, { title: 'keeps', right: true }],
    found.map(({ name, madeAt, expiresAt, bytes }) => [
      name,
      timeText(madeAt),
      expiresAt === undefined ? 'it is deleted' : timeText(expiresAt),
      size(bytes),
    ]),
  );
}
