// A worker is served as one file, as those who install the package get it. Vite would send each of its modules by itself, and a test that opens ten databases
// would wait for two thousand of them.

import { dirname } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import type { Plugin } from 'vite';

/** How Vite asks for the file of `new Worker(new URL(…, import.meta.url))`. */
const WORKER_FILE = /[?&]worker_file\b/;

/** @param options conditions and aliases, as in the configuration that the plugin stands in */
export function bundledWorkers(options: Pick<BuildOptions, 'alias' | 'conditions'>): Plugin {
  const made = new Map<string, Promise<string>>();
  return {
    name: 'bundled-workers',
    enforce: 'pre',
    async load(id) {
      if (!WORKER_FILE.test(id)) return null;
      const [file] = id.split('?');
      if (!made.has(file)) made.set(file, bundle(file, options));
      return { code: await made.get(file)!, map: null };
    },
  };
}

async function bundle(file: string, options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({
    ...options,
    entryPoints: [file],
    // Where aliases are looked up.
    absWorkingDir: dirname(file),
    bundle: true,
    // Packages say of themselves that they have no side effects: their tests have some.
    ignoreAnnotations: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0].text;
}
