// `npm run storm`: kills writers for as long as one likes. Prints a line of progress, ends with the sum or with the first thing that is wrong.
//
//   npm run storm -- --kills 500 --seed 1 [--runtime node|deno|bun|mixed] [--per-directory 50] [--acknowledgements 12000] [--folder <where>]
//
// `--runtime` is where writers run; the checker runs in Node. `mixed`: each writer in a random one, behind one of another.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seededRandom } from '@varve/core';
import { buildProgram } from './build-program.ts';
import { startProgram } from './programs.ts';
import { runtimeNamed, RUNTIMES, versionOf } from './runtimes.ts';
import { mixed } from './storm-operations.ts';
import { storm, type StormReport } from './storm.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    runtime: { type: 'string', default: 'node' },
    'per-directory': { type: 'string', default: '50' },
    acknowledgements: { type: 'string', default: '12000' },
    folder: { type: 'string', default: tmpdir() },
  },
});

const number = (name: Exclude<keyof typeof values, 'folder' | 'runtime'>): number => {
  const given = Number(values[name]);
  if (!Number.isSafeInteger(given) || given < 0 || values[name] === '') {
    throw new TypeError(`--${name} takes a whole number, not ${values[name]}`);
  }
  return given;
};

const kills = number('kills');
const seed = number('seed');
const chosen = runtimeNamed(values.runtime, ['mixed']);
const runtimes = chosen === 'mixed' ? RUNTIMES : [chosen];
const random = seededRandom(mixed(seed, 0x3e));
mkdirSync(values.folder, { recursive: true });
const folder = mkdtempSync(join(resolve(values.folder), 'varve-storm-'));
const program = join(folder, 'program.mjs');
await buildProgram(fileURLToPath(new URL('storm-program.ts', import.meta.url)), program);
console.log(`writers in ${runtimes.map(versionOf).join(', ')}, checked in ${versionOf('node')}`);
const started = performance.now();
const seconds = () => ((performance.now() - started) / 1000).toFixed(1);

try {
  const report = await storm({
    folder,
    seed,
    kills,
    killsPerDirectory: Math.max(1, number('per-directory')),
    mostAcknowledgements: Math.max(1, number('acknowledgements')),
    start: (args) => startProgram(program, args, { runtime: runtimes[random.uint32() % runtimes.length] }),
    onKill: (soFar) => {
      if (process.stdout.isTTY) process.stdout.write(`\r${line(soFar)}`);
      else if (soFar.kills % 25 === 0) console.log(line(soFar));
    },
  });
  console.log(
    `${process.stdout.isTTY ? '\n' : ''}seed ${seed}: ${line(report)}: nothing acknowledged was lost, every recovery was a prefix`,
  );
  rmSync(folder, { recursive: true });
} catch (error) {
  console.error(`${process.stdout.isTTY ? '\n' : ''}after ${seconds()} s: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

function line(report: StormReport): string {
  const { acknowledged, recoveredBeyond, flushes, compactions, killsInOpen, verifiedBytes, directories } = report;
  return [
    `${report.kills} of ${kills} kills in ${seconds()} s (${killsInOpen} before the database was open), ${directories} directories`,
    `${acknowledged} writes acknowledged, ${recoveredBeyond} more recovered`,
    `${flushes} flushes, ${compactions} compactions, ${(verifiedBytes / 2 ** 20).toFixed(0)} MiB verified`,
  ].join(', ');
}
