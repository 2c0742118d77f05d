// Cuts the power at every call of the fixed script, until something is wrong: for bugs that only a cut shows.

import { CUT_MODES } from '../../src/disk/disk.ts';
import { cutEverywhere } from '../../src/sim/power-cuts.ts';

try {
  for (const manner of ['now', 'both', 'later'] as const) for (const mode of CUT_MODES) await cutEverywhere(manner, mode);
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
