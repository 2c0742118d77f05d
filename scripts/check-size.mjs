// What a browser downloads, minified and packed with gzip -9. One KB is 1000 bytes.
//
// Two programs are bundled: one that opens a database with the usual codecs, and one that takes the whole entry of core. Each is bundled as applications do
// it, by esbuild and by vite (rolldown and its minifier), and the larger result counts. The kernels are what they add to the first bundle: one string, at
// its start, where gzip packs it best (core imports them first). The bare WebAssembly module, which workerd loads, is shown beside it.
//
// Of @varve/browser: what a page's own thread loads, and everything, with the worker, both adapters and the kernels; by esbuild alone, since vite packs the
// worker beside the page.
//
// The aims are 25 KB of TypeScript for the usual program, 8 KB for a page, 60 KB for everything. Sizes stand where their limits say, which only ever go down: whoever makes it smaller lowers the
// limit, whoever has to raise it says why in the commit.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import * as vite from 'vite';
import { root } from './workspace.mjs';

const AIM = 25_000;
const LIMITS = { usual: 44_680, kernels: 15_000, whole: 52_780, page: 9_850, everything: 87_380 };
const AIMS_OF_BROWSER = { page: 8_000, everything: 60_000 };
const USUAL = "export { open, utf8, json, tuple, bytes, StorageError } from '@varve/core';";
const WHOLE = "export * from '@varve/core';";

const PAGE = "export { openDatabase } from '@varve/browser'; export { utf8, json } from '@varve/core/codecs';";
const WORKER = "import '@varve/browser/worker';";
/** Programs of a page are bundled as if they stood here. */
const PAGE_HOME = join(root, 'packages/bench-browser');

/** Programs are bundled as if they stood here. */
const HOME = join(root, 'examples');
const KERNEL_TEXT = /[/\\]wasm-kernels[/\\]src[/\\]generated[/\\]/;
const NO_KERNELS = "export const wasmText = '';";

/** @typedef {{ minified: number, esbuild: number, vite: number }} Size */

const usual = await sizeOf(USUAL, false);
const withKernels = await sizeOf(USUAL, true);
const whole = await sizeOf(WHOLE, false);
const wasm = readFileSync(join(root, 'packages/wasm-kernels/dist/kernels.wasm'));
const page = await sizeOfPage(PAGE);
const everything = sum(page, await sizeOfPage(WORKER));
const bare = { minified: wasm.length, esbuild: zipped(wasm), vite: zipped(wasm) };

/** @type {{ part: string, size: Size, limit?: number }[]} */
const rows = [
  { part: 'TypeScript, usual codecs', size: usual, limit: LIMITS.usual },
  { part: 'kernels, as text beside it', size: difference(withKernels, usual), limit: LIMITS.kernels },
  { part: 'both', size: withKernels },
  { part: 'TypeScript, whole entry', size: whole, limit: LIMITS.whole },
  { part: 'kernels, bare module', size: bare, limit: LIMITS.kernels },
  { part: "browser, a page's thread", size: page, limit: LIMITS.page },
  { part: 'browser, with the worker', size: everything, limit: LIMITS.everything },
];

console.log(line('gzip -9', ['minified', 'esbuild', 'vite', 'limit']));
for (const { part, size, limit } of rows) {
  console.log(line(part, [size.minified, size.esbuild, size.vite || '', limit ?? '']) + (isTooLarge(size, limit) ? '  too large' : ''));
}
console.log(`the aim for the first line is ${AIM}, missed by ${Math.max(0, usual.esbuild - AIM)}`);
const { page: aimOfPage, everything: aimOfAll } = AIMS_OF_BROWSER;
console.log(
  `the aims for the last two are ${aimOfPage} and ${aimOfAll}, missed by ${page.esbuild - aimOfPage} and ${everything.esbuild - aimOfAll}`,
);
process.exitCode = rows.some(({ size, limit }) => isTooLarge(size, limit)) ? 1 : 0;

/**
 * @param {string} program
 * @param {boolean} kernels
 * @returns {Promise<Size>}
 */
async function sizeOf(program, kernels) {
  const one = await withEsbuild(program, kernels);
  const other = await withVite(program, kernels);
  return { minified: one.length, esbuild: zipped(one), vite: zipped(other) };
}

/**
 * @param {string} program
 * @param {boolean} kernels
 * @param {string} home
 */
async function withEsbuild(program, kernels, home = HOME) {
  /** @type {esbuild.Plugin} */
  const withoutKernels = {
    name: 'without-kernels',
    setup: (context) => context.onLoad({ filter: KERNEL_TEXT }, () => ({ contents: NO_KERNELS })),
  };
  const { outputFiles } = await esbuild.build({
    stdin: { contents: program, resolveDir: home },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    conditions: ['source'],
    legalComments: 'none',
    write: false,
    logLevel: 'error',
    plugins: kernels ? [] : [withoutKernels],
  });
  return /** @type {esbuild.OutputFile} */ (outputFiles[0]).contents;
}

/**
 * @param {string} program
 * @param {boolean} kernels
 */
async function withVite(program, kernels) {
  const entry = join(HOME, 'program.js');
  /** @type {vite.Plugin} */
  const sources = {
    name: 'sources',
    resolveId: (id) => (id === entry ? id : undefined),
    load: (id) => (id === entry ? program : !kernels && KERNEL_TEXT.test(id) ? NO_KERNELS : undefined),
  };
  const built = await vite.build({
    configFile: false,
    root: HOME,
    logLevel: 'error',
    resolve: { conditions: ['source'] },
    plugins: [sources],
    build: { write: false, target: 'es2022', modulePreload: false, rolldownOptions: { input: entry, preserveEntrySignatures: 'strict' } },
  });
  const { output } = /** @type {vite.Rollup.RollupOutput} */ (built);
  return Buffer.from(output.map((file) => ('code' in file ? file.code : '')).join(''));
}

/** @param {string} program @returns {Promise<Size>} */
async function sizeOfPage(program) {
  const built = await withEsbuild(program, true, PAGE_HOME);
  return { minified: built.length, esbuild: zipped(built), vite: NaN };
}

/** @param {Size} one @param {Size} other @returns {Size} */
function sum(one, other) {
  return { minified: one.minified + other.minified, esbuild: one.esbuild + other.esbuild, vite: NaN };
}

/**
 * @param {Size} all
 * @param {Size} less
 * @returns {Size}
 */
function difference(all, less) {
  return { minified: all.minified - less.minified, esbuild: all.esbuild - less.esbuild, vite: all.vite - less.vite };
}

/** @param {Uint8Array} bytes */
function zipped(bytes) {
  return gzipSync(bytes, { level: 9 }).length;
}

/**
 * @param {Size} size
 * @param {number} [limit]
 */
function isTooLarge(size, limit = Infinity) {
  return Math.max(size.esbuild, size.vite || 0) > limit;
}

/**
 * @param {string} part
 * @param {(string | number)[]} cells
 */
function line(part, cells) {
  return part.padEnd(28) + cells.map((cell) => String(cell).padStart(10)).join('');
}
