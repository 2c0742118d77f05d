// `npm run sim -- --seeds N --from M`: lives, one a seed. A failure tells its seed; the same seed lives the same life again.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { generate } from './sim/generate.ts';
import { judge, judgeTabs } from './sim/judge.ts';
import { live, LifeFailed } from './sim/live.ts';
import { scriptText, type Script } from './sim/script.ts';
import { shrink } from './sim/shrink.ts';
import { generateTabs } from './tabs/generate-tabs.ts';
import type { TabScript } from './tabs/script.ts';
import { liveTabs, TabLifeFailed } from './tabs/tab-life.ts';

const OPTIONS = {
  seeds: { type: 'string', default: '1000' },
  from: { type: 'string', default: '1' },
  tabs: { type: 'boolean', default: false },
  followed: { type: 'boolean', default: false },
  'followed-log': { type: 'boolean', default: false },
  merged: { type: 'boolean', default: false },
  cloned: { type: 'boolean', default: false },
  partitioned: { type: 'boolean', default: false },
  steps: { type: 'string' },
  trace: { type: 'boolean', default: false },
  'until-failure': { type: 'boolean', default: false },
  shrink: { type: 'string' },
  script: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const satisfies ParseArgsConfig['options'];
const USAGE = `npm run sim -- [--seeds n (1000)] [--from seed (1)]
  --tabs            lives of the tabs of a browser instead of one database (src/tabs)
  --followed        with somebody who only reads beside each of them
  --followed-log    the same with a log of objects, which they follow
  --merged          with compactors beside each of them, to which it gives its merges
  --cloned          with somebody who makes clones of each of them
  --partitioned     with machines that are cut off from the store
  --steps n         about so many steps a life
  --until-failure   stop at the first one
  --trace           what happened, call by call, of lives that fail
  --shrink folder   write the shortest script that still fails to <folder>/seed-<seed>.json
  --script file     live this script instead`;

const values = readOptions();
const sum = { lives: 0, steps: 0, operations: 0, events: 0, crashes: 0, crashed: 0, failed: 0 };
const start = performance.now();

for (const script of scripts()) {
  sum.lives++;
  try {
    const life = await ('kind' in script ? liveTabs(script, values.trace) : live(script, { keepsTrace: values.trace }));
    sum.steps += life.steps;
    sum.operations += 'operations' in life ? life.operations : life.calls;
    sum.events += life.events;
    sum.crashes += life.crashes;
    if (life.crashes > 0) sum.crashed++;
  } catch (error) {
    sum.failed++;
    await report(script, error as Error);
    if (values['until-failure']) break;
  }
}
const seconds = (performance.now() - start) / 1000;
say(
  `${sum.lives} lives, ${sum.crashed} of them with ${sum.crashes} crashes; ${sum.steps} steps, ${sum.operations} operations, ${sum.events} events ` +
    `in ${seconds.toFixed(1)} s (${Math.round(sum.operations / seconds)} operations/s), Node ${process.version}: ${sum.failed} failed`,
);
process.exitCode = sum.failed > 0 || sum.lives === 0 ? 1 : 0;

function readOptions() {
  try {
    const { values: read } = parseArgs({ options: OPTIONS });
    if (!read.help) return read;
    say(USAGE);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}\n`);
    process.exit(2);
  }
}

function* scripts(): Generator<Script | TabScript> {
  if (values.script !== undefined) yield JSON.parse(readFileSync(values.script, 'utf8')) as Script | TabScript;
  else {
    const from = Number(values.from);
    const steps = values.steps === undefined ? undefined : Number(values.steps);
    const followed = values['followed-log'] ? 'log' : values.followed ? 'manifest' : undefined;
    const { merged, cloned, partitioned } = values;
    for (let seed = from; seed < from + Number(values.seeds); seed++) {
      yield values.tabs ? generateTabs(seed, steps) : generate(seed, steps, { followed, merged, cloned, partitioned });
    }
  }
}

async function report(script: Script | TabScript, error: Error): Promise<void> {
  say(error.message);
  const lived = error instanceof LifeFailed || error instanceof TabLifeFailed ? error : undefined;
  if (values.trace && lived !== undefined) say(`${lived.trace.join('\n')}\n${(lived.cause as Error).stack}`);
  if (values.shrink === undefined) return;
  const short = await ('kind' in script ? shrink(script, judgeTabs) : shrink(script, judge));
  mkdirSync(values.shrink, { recursive: true });
  const file = `${values.shrink}/seed-${script.seed}.json`;
  writeFileSync(file, scriptText(short));
  say(`  ${short.actors.flat().length} steps of ${script.actors.flat().length} still fail: ${file}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
