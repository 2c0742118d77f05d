// varve <directory> verify

import type { VerifyReport } from '@varve/core';
import type { Command } from 'commander';
import { newCommand, type CommonOptions, type Context } from '../command.ts';
import { stateOf, withDatabase } from '../database/space.ts';
import { verifyStored } from '../database/verify-stored.ts';
import { EXIT_FAILED } from '../failure.ts';
import { Output } from '../output.ts';
import type { Place } from '../place/place.ts';
import { withProgress, type Progress } from '../progress.ts';
import { duration, plural, size } from '../text/figures.ts';
import { style } from '../text/style.ts';

export function verifyCommand({ place }: Context): Command {
  return newCommand('verify', 'read every stored byte and check it (exit code 1 when something is wrong)', [
    './data verify',
    './data verify --json',
  ]).action(async (options: CommonOptions) => {
    const { report, ms } = await withProgress({ label: 'verifying', unit: 'bytes' }, async (progress) => ({
      report: await verify(place, progress),
      ms: progress.elapsedMs,
    }));
    if (!report.ok) process.exitCode = EXIT_FAILED;
    new Output(options.json === true).say(
      () => ({ ...report, ms: Math.round(ms) }),
      () => describe(report, ms),
    );
  });
}

async function verify(place: Place, progress: Progress): Promise<VerifyReport> {
  if (place.kind === 'directory') return withDatabase(place, {}, (db) => db.verify());
  return verifyStored(place, await stateOf(place), (bytes) => progress.set(bytes));
}

function describe({ ok, ssts, blocks, bytes, problems }: VerifyReport, ms: number): string[] {
  const what = `${plural(ssts, 'SST')}, ${plural(blocks, 'block')}, ${size(bytes)} in ${duration(ms)}`;
  if (ok) return [`${style(process.stdout, 'green', 'sound')}: ${what}`];
  return [
    `${style(process.stdout, 'red', 'damaged')}: ${plural(problems.length, 'problem')} in ${what}`,
    ...problems.map(({ message, object, offset }) => `  ${message.includes(object) ? message : `${object} ${offset ?? ''}: ${message}`}`),
  ];
}
