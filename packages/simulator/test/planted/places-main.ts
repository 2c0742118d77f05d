// Part of the gate: every planted bug finds its place in the sources. Whoever changes a source is told now, not when the tests of all runtimes run.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { plantInto } from './bug.ts';
import { bugs } from './bugs.ts';
import { ROOT } from './planted-source.ts';

let lost = 0;
for (const bug of bugs) {
  try {
    plantInto(readFileSync(join(ROOT, bug.file), 'utf8'), bug);
  } catch (error) {
    lost++;
    process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
  }
}
process.stdout.write(`${bugs.length} planted bugs, ${lost} without their place\n`);
process.exitCode = lost > 0 ? 1 : 0;
