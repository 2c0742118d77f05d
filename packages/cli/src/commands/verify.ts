// varve <directory> verify

import type { VerifyReport } from '@varve/core';
import type { Command } from 'commander';
import { newCommand, type CommonOptions, type Context } from '../command.ts';
import { withDatabase } from '../database/space.ts';
import { EXIT_FAILED } from '../failure.ts';
import { Output } from '../output.ts';
import { withProgress } from '../progress.ts';
import { duration, plural, size } from '../text/figures.ts';
import { style } from '../text/style.ts';

export function verifyCommand({ directory }: Context): Command {
  return newCommand('verify', 'read every stored byte and check it (exit code 1 when something is wrong)', [
    './data verify',
    './data verify --json',
  ]).action(async (options: CommonOptions) => {
    await withDatabase(directory, {}, async (db) => {
      const { report, ms } = await withProgress({ label: 'verifying', unit: 'bytes' }, async (progress) => ({
        report: await db.verify(),
        ms: progress.elapsedMs,
      }));
      if (!report.ok) process.exitCode = EXIT_FAILED;
      new Output(options.json === true).say(
        () => ({ ...report, ms: Math.round(ms) }),
        () => describe(report, ms),
      );
    });
  });
}

function describe({ ok, ssts, blocks, bytes, problems }: VerifyReport, ms: number): string[] {
  const what = `${plural(ssts, 'SST')}, ${plural(blocks, 'block')}, ${size(bytes)} in ${duration(ms)}`;
  if (ok) return [`${style(process.stdout, 'green', 'sound')}: ${what}`];
  return [
    `${style(process.stdout, 'red', 'damaged')}: ${plural(problems.length, 'problem')} in ${what}`,
    ...problems.map(({ message, object, offset }) => `  ${message.includes(object) ? message : `${object} ${offset ?? ''}: ${message}`}`),
  ];
}
