// `npm run storm:takeover`: stops writers and lets others take over for as long as one likes. Prints a line of progress, ends with the sum or with the first
// thing that is wrong.
//
//   npm run storm:takeover -- --rounds 100 --seed 1 [--runtime node|deno|bun|mixed] [--per-directory 20] [--acknowledgements 3000] [--folder <where>]

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildProgram } from '../build-program.ts';
import { startProgram } from '../programs.ts';
import { runtimeNamed, RUNTIMES, versionOf } from '../runtimes.ts';
import type { TakeoverReport } from './takeover-report.ts';
import { takeoverStorm } from './takeover-storm.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    runtime: { type: 'string', default: 'mixed' },
    'per-directory': { type: 'string', default: '20' },
    acknowledgements: { type: 'string', default: '3000' },
    folder: { type: 'string', default: tmpdir() },
  },
});

const number = (name: Exclude<keyof typeof values, 'folder' | 'runtime'>): number => {
  const given = Number(values[name]);
  if (!Number.isSafeInteger(given) || given < 1) throw new TypeError(`--${name} takes a whole number from 1 on, not ${values[name]}`);
  return given;
};

const [rounds, seed] = [number('rounds'), number('seed')];
const runtime = runtimeNamed(values.runtime, ['mixed']);
const runtimes = runtime === 'mixed' ? RUNTIMES : [runtime];
mkdirSync(values.folder, { recursive: true });
const folder = mkdtempSync(join(resolve(values.folder), 'varve-takeovers-'));
const program = join(folder, 'program.mjs');
await buildProgram(fileURLToPath(new URL('takeover-program.ts', import.meta.url)), program);
const started = performance.now();
const seconds = () => ((performance.now() - started) / 1000).toFixed(1);
const newLine = process.stdout.isTTY ? '\n' : '';
console.log(`processes in ${runtimes.map(versionOf).join(', ')}`);

try {
  const report = await takeoverStorm({
    folder,
    seed,
    rounds,
    roundsPerDirectory: number('per-directory'),
    mostAcknowledgements: number('acknowledgements'),
    runtimes,
    start: (args, options) => startProgram(program, args, options),
    onRound: (soFar) => {
      if (process.stdout.isTTY) process.stdout.write(`\r${line(soFar)}`);
      else if (soFar.rounds % 10 === 0) console.log(line(soFar));
    },
  });
  console.log(`${newLine}seed ${seed}: ${line(report)}: who was overtaken was fenced, and nothing acknowledged was lost`);
  rmSync(folder, { recursive: true });
} catch (error) {
  console.error(`${newLine}after ${seconds()} s: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

function line(report: TakeoverReport): string {
  const { writers, stops, stopsInOpen, lateOwners, acknowledged, foundBeyond, fencedWrites, unknownWrites } = report;
  return [
    `${report.rounds} of ${rounds} rounds in ${seconds()} s, ${report.directories} directories`,
    `${writers} writers, ${stops} stopped (${stopsInOpen} while opening, ${lateOwners} of which took over later)`,
    `${report.betweenRuntimes} takeovers from another runtime`,
    `${acknowledged} writes acknowledged, ${foundBeyond} more found, ${fencedWrites} refused, ${unknownWrites} unknown`,
    `${report.flushes} flushes, ${report.compactions} compactions`,
  ].join(', ');
}
