// What would be published is sound: manifests point at files that exist (publint), and types resolve as the code does (are the types wrong).

import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdtempSync } from 'node:fs';
import { run } from './commands.mjs';
import { packages, root } from './workspace.mjs';

const published = packages().filter(({ manifest }) => manifest['private'] !== true);
const scratch = mkdtempSync(join(tmpdir(), 'varve-pack-'));
let failed = 0;

try {
  for (const one of published) await check(one);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log(`${published.length} packages, ${failed} failed`);
process.exitCode = failed ? 1 : 0;

/** @param {import('./workspace.mjs').Package} one */
async function check({ name, folder }) {
  const packed = await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', scratch], { cwd: join(root, folder) });
  const file = join(scratch, packed.output.trim().split('\n').at(-1) ?? '');
  const checks = [
    packed,
    await run('publint', ['run', folder, '--pack', 'false', '--strict']),
    await run('attw', [file, '--profile', 'esm-only', '--no-definitely-typed', '--format', 'ascii', '--no-emoji']),
  ];
  if (checks.every(({ ok }) => ok)) return;
  failed++;
  const outputs = checks.filter(({ ok }) => !ok).map(({ output }) => output);
  console.log(`${name}\n${outputs.join('\n')}`);
}
