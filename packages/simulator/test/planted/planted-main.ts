// `npm run planted [-- name ...]`: plants every bug, or those that are named, one after the other, and prints what noticed each as rows for
// docs/TESTING.md. Fails when one is not noticed.

import { bugs } from './bugs.ts';
import { catchBug } from './plant.ts';

const names = process.argv.slice(2);
const wanted = names.length === 0 ? bugs : bugs.filter(({ name }) => names.includes(name));
let missed = 0;
for (const bug of wanted) {
  const found = await catchBug(bug);
  if (found === undefined) missed++;
  process.stdout.write(
    `| ${bug.rule ?? ''} | ${bug.mistake} (\`${bug.name}\`) | ${found?.replaceAll('|', '\\|').slice(0, 160) ?? '**nothing**'} |\n`,
  );
}
process.stdout.write(`${wanted.length} bugs planted, ${missed} not noticed\n`);
process.exitCode = missed > 0 || wanted.length === 0 ? 1 : 0;
