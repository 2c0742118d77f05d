// `npm run soak`: mixed load on a database in a real directory for as long as one likes, in which nothing may be read wrongly and nothing may grow. Prints a line
// of progress, ends with a table of what was measured.
//
//   npm run soak -- [--minutes 10] [--seed 1] [--runtime node|deno|bun] [--directory <where>] [--live <MiB>] [--memory <MiB>]

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildProgram } from '../build-program.ts';
import { startProgram } from '../programs.ts';
import { runtimeNamed, versionOf } from '../runtimes.ts';
import type { SoakSample, SoakSettings } from './soak-messages.ts';
import { progressLine, reportLines } from './soak-text.ts';
import { soak } from './soak.ts';

const STEPS_PER_SHIFT = 700;
const SAMPLES = 200;
const LEAST_SAMPLE_MS = 1000;
const LINE_MS = 30_000;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    runtime: { type: 'string', default: 'node' },
    directory: { type: 'string', default: tmpdir() },
    live: { type: 'string', default: '150' },
    memory: { type: 'string', default: '32' },
  },
});

const number = (name: 'minutes' | 'seed' | 'live' | 'memory', isWhole: boolean): number => {
  const given = Number(values[name]);
  if (!(given > 0) || given === Infinity || (isWhole && !Number.isInteger(given))) {
    throw new TypeError(`--${name} takes a positive ${isWhole ? 'whole ' : ''}number, not ${values[name]}`);
  }
  return given;
};

const runtime = runtimeNamed(values.runtime, []);
const milliseconds = number('minutes', false) * 60_000;
mkdirSync(values.directory, { recursive: true });
const folder = mkdtempSync(join(resolve(values.directory), 'varve-soak-'));
const program = join(folder, 'program.mjs');
const settings: SoakSettings = {
  directory: join(folder, 'database'),
  seed: number('seed', true),
  liveBytes: number('live', true) * 2 ** 20,
  memoryBudgetBytes: number('memory', true) * 2 ** 20,
  milliseconds,
  shifts: Number.MAX_SAFE_INTEGER,
  stepsPerShift: STEPS_PER_SHIFT,
  sampleEveryMs: Math.max(LEAST_SAMPLE_MS, milliseconds / SAMPLES),
};
await buildProgram(fileURLToPath(new URL('soak-program.ts', import.meta.url)), program);
console.log(
  `${versionOf(runtime)}, seed ${settings.seed}, ${values.live} MiB of live data with ${values.memory} MiB of memory, in ${folder}`,
);
let lastLineMs = -LINE_MS;

try {
  const report = await soak(settings, (args) => startProgram(program, args, { runtime, exposesGc: true }), show);
  if (process.stdout.isTTY) console.log();
  console.log(reportLines(report).join('\n'));
  if (report.failures.length === 0) rmSync(folder, { recursive: true });
  else process.exitCode = 1;
} catch (error) {
  console.error(`${process.stdout.isTTY ? '\n' : ''}${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

function show(sample: SoakSample): void {
  const line = progressLine(sample, settings);
  if (process.stdout.isTTY) process.stdout.write(`\r${line.slice(0, process.stdout.columns - 1).padEnd(process.stdout.columns - 1)}`);
  else if (sample.atMs - lastLineMs >= LINE_MS) {
    lastLineMs = sample.atMs;
    console.log(line);
  }
}
