// `npm run sim -- --seeds N --from M`: lives, one a seed. A failure tells its seed; the same seed lives the same life again.

import { parseArgs } from 'node:util';
import { generate } from './sim/generate.ts';
import { live, LifeFailed } from './sim/live.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    steps: { type: 'string' },
    trace: { type: 'boolean', default: false },
    'until-failure': { type: 'boolean', default: false },
  },
});
const from = Number(values.from);
const to = from + Number(values.seeds);
const sum = { lives: 0, steps: 0, events: 0, crashes: 0, crashed: 0, failed: 0 };
const start = performance.now();

for (let seed = from; seed < to; seed++) {
  try {
    const life = await live(generate(seed, values.steps === undefined ? undefined : Number(values.steps)), values.trace);
    sum.steps += life.steps;
    sum.events += life.events;
    sum.crashes += life.crashes;
    if (life.crashes > 0) sum.crashed++;
    if (values.trace) process.stdout.write(`seed=${seed} ${JSON.stringify(life)}\n`);
  } catch (error) {
    sum.failed++;
    process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
    if (values.trace && error instanceof LifeFailed) {
      process.stdout.write(`${error.trace.join('\n')}\n${(error.cause as Error).stack}\n`);
    }
  }
  sum.lives++;
  if (sum.failed > 0 && values['until-failure']) break;
}
const seconds = (performance.now() - start) / 1000;
process.stdout.write(
  `${sum.lives} lives, ${sum.crashed} of them with ${sum.crashes} crashes, ${sum.steps} steps, ${sum.events} events in ${seconds.toFixed(1)} s` +
    ` (${Math.round(sum.steps / seconds)} steps/s): ${sum.failed} failed\n`,
);
process.exitCode = sum.failed > 0 ? 1 : 0;
