// What a user downloads: core with its kernels, bundled, minified and gzipped. The kernels count as what ships, text inside a module;
// the bare WebAssembly module, which workerd loads, is shown beside it. One KB is 1000 bytes.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { root } from './workspace.mjs';

const KERNEL_MODULE = /[/\\]wasm-kernels[/\\]src[/\\]generated[/\\]/;
const LIMITS = { kernels: 15_000, typescript: 25_000 };

const everything = await bundle([]);
const typescript = await bundle([withoutKernels()]);
const wasm = readFileSync(join(root, 'packages/wasm-kernels/dist/kernels.wasm'));

const rows = [
  {
    part: 'kernels, as text in a module',
    bytes: zipped(everything) - zipped(typescript),
    raw: everything.length - typescript.length,
    limit: LIMITS.kernels,
  },
  { part: 'kernels, bare module', bytes: zipped(wasm), raw: wasm.length, limit: LIMITS.kernels },
  { part: 'TypeScript of core and loader', bytes: zipped(typescript), raw: typescript.length, limit: LIMITS.typescript },
  { part: 'all', bytes: zipped(everything), raw: everything.length, limit: LIMITS.kernels + LIMITS.typescript },
];

console.log(`${'part'.padEnd(32)}${'minified'.padStart(10)}${'gzip -9'.padStart(10)}${'limit'.padStart(10)}`);
for (const { part, bytes, raw, limit } of rows) {
  const verdict = bytes > limit ? '  too large' : '';
  console.log(`${part.padEnd(32)}${String(raw).padStart(10)}${String(bytes).padStart(10)}${String(limit).padStart(10)}${verdict}`);
}
process.exitCode = rows.some(({ bytes, limit }) => bytes > limit) ? 1 : 0;

/**
 * Everything that importing core brings.
 * @param {import('esbuild').Plugin[]} plugins
 */
async function bundle(plugins) {
  const { outputFiles } = await build({
    stdin: { contents: "export * from '@varve/core';", resolveDir: join(root, 'examples') },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    conditions: ['source'],
    legalComments: 'none',
    write: false,
    logLevel: 'error',
    plugins,
  });
  return /** @type {import('esbuild').OutputFile} */ (outputFiles[0]).contents;
}

/** @returns {import('esbuild').Plugin} */
function withoutKernels() {
  return {
    name: 'without-kernels',
    setup(context) {
      context.onLoad({ filter: KERNEL_MODULE }, () => ({ contents: "export const wasmText = '';" }));
    },
  };
}

/** @param {Uint8Array} bytes */
function zipped(bytes) {
  return gzipSync(bytes, { level: 9 }).length;
}
