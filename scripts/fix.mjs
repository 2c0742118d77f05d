// Formats the tree and mends what the linter can mend by itself.

import { run } from './commands.mjs';
import { setUp } from './setup.mjs';
import { runSteps } from './steps.mjs';

await setUp();
const { failed } = await runSteps([
  { name: 'format', run: () => run('node', ['scripts/format.mjs']) },
  { name: 'lint', run: () => run('oxlint', ['--type-aware', '--fix', '.']) },
  { name: 'format again', run: () => run('node', ['scripts/format.mjs']) },
]);
process.exitCode = failed ? 1 : 0;
