// Bundles programs of tests, so that each runtime runs the same one file.

import { chmodSync } from 'node:fs';
import { build } from 'esbuild';

/** Bundles a program into one file that every user may read. */
export async function buildProgram(source: string, program: string): Promise<void> {
  await build({
    entryPoints: [source],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'es2022',
    conditions: ['source'],
    logLevel: 'error',
  });
  chmodSync(program, 0o644);
}
