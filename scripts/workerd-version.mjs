// Prints the version of the workerd that tests run in: the one that Cloudflare's plugin for Vitest brings along.

import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { run } from './commands.mjs';
import { root } from './workspace.mjs';

const plugin = realpathSync(join(root, 'node_modules/@cloudflare/vitest-plugin/package.json'));
const miniflare = createRequire(plugin).resolve('miniflare');
/** @type {{ default: string, version: string }} */
const workerd = createRequire(miniflare)('workerd');
const { ok, output } = await run(workerd.default, ['--version']);
console.log(ok ? workerd.version : output);
process.exitCode = ok ? 0 : 1;
