// Makes a fresh clone ready: installs the locked dependencies with the pnpm that the project pins. Needs Node 20 and npm. Does nothing while the
// lock file is the one that was installed last.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './commands.mjs';
import { binaries, root } from './workspace.mjs';

export const PNPM = 'pnpm@12.21.0';

const INSTALL_TIMEOUT_MS = 10 * 60_000;
const stamp = join(root, 'node_modules', '.installed');

/**
 * Installs what is missing. Ends the process when that fails: nothing else can work then.
 * @returns {Promise<void>}
 */
export async function setUp() {
  const wanted = fingerprint();
  if (existsSync(stamp) && existsSync(binaries) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log(`installing dependencies with ${PNPM}`);
  const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx';
  const { ok, output } = await run(npx, ['--yes', PNPM, 'install', '--frozen-lockfile'], { timeoutMs: INSTALL_TIMEOUT_MS });
  if (!ok) {
    console.error(`${output}\nthe dependencies could not be installed`);
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
}

/** Changes with everything that an installation depends on. */
function fingerprint() {
  const hash = createHash('sha256').update(`${PNPM} ${process.platform} ${process.arch}\n`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) hash.update(readFileSync(join(root, file)));
  return hash.digest('hex');
}
