// Makes one file of the worker of @varve/browser and of all that it imports: packages/browser/src/worker.js says why. It appears by renaming: a concurrent
// reader sees the old file or the new one.

import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { root } from './workspace.mjs';

const source = join(root, 'packages/browser/src/worker.js');
const target = join(root, 'packages/browser/dist/worker.js');

const { outputFiles } = await esbuild.build({
  entryPoints: [source],
  outfile: target,
  bundle: true,
  minify: true,
  sourcemap: true,
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
  conditions: ['source'],
  legalComments: 'none',
  write: false,
  logLevel: 'error',
});
for (const { path, contents } of outputFiles) {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, contents);
  renameSync(temporary, path);
}
