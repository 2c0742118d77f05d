// `npm run bench:workerd`: gets and puts a second of a database in a Durable Object, in real workerd, and what memory they take. Clocks stand still inside, so
// each figure is the time of one request that does much, less that of one that does little, measured from outside. Memory is what the process of workerd has
// resident, less what it had before the database was opened: the isolate of the object, and what it caused in R2's stand-in, which runs in the same process.
//
// Options: --entries 200000 --gets 1000000

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { root } from './workspace.mjs';

const { values } = parseArgs({ options: { entries: { type: 'string', default: '200000' }, gets: { type: 'string', default: '1000000' } } });
const entries = Number(values.entries);
const gets = Number(values.gets);
const MIB = 2 ** 20;
const ROUNDS = 5;

const kernels = readFileSync(join(root, 'packages/wasm-kernels/dist/kernels.wasm'));
const script = await bundle();
await measure('paired', 'log in the object, tables in R2');
await measure('whole', 'whole in the object');

/**
 * One process writes the database and ends, the next one reads it: what the first has left in memory is not counted.
 * @param {string} kind
 * @param {string} title
 */
async function measure(kind, title) {
  const place = mkdtempSync(join(tmpdir(), 'varve-workerd-'));
  try {
    await within(place, (runtime) => ask(runtime, 'load', { kind, count: entries }));
    await within(place, async (runtime) => {
      await ask(runtime, 'nothing', { kind });
      const before = residentBytes();
      const inMemory = Number(await ask(runtime, 'warm', { kind }));
      console.log(`${title}: ${inMemory} entries of 100 B`);
      console.log(`  gets a second      ${await rate(runtime, 'get', { kind, count: entries }, gets)}`);
      if (kind === 'whole') console.log(`  getSyncs a second  ${await rate(runtime, 'getSync', { kind, count: entries }, gets)}`);
      console.log(`  memory             ${((residentBytes() - before) / MIB).toFixed(0)} MiB more than before it was opened`);
      console.log(`  puts a second      ${await rate(runtime, 'put', { kind }, gets / 100)}, one after the other`);
    });
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/**
 * @param {string} place where R2 and the objects are kept
 * @param {(runtime: Miniflare) => Promise<unknown>} work
 */
async function within(place, work) {
  const options = convertV4MiniflareOptions({
    cf: false,
    compatibilityDate: '2026-07-01',
    modules: [
      { type: 'ESModule', path: 'main.js', contents: script },
      { type: 'CompiledWasm', path: 'kernels.wasm', contents: kernels },
    ],
    r2Buckets: ['BUCKET'],
    durableObjects: { OBJECTS: { className: 'Subject', useSQLite: true } },
  });
  const runtime = new Miniflare({ ...options, resourcePersistencePath: place });
  try {
    await runtime.ready;
    await work(runtime);
  } finally {
    await runtime.dispose();
  }
}

/**
 * The best round: others use the machine as well.
 * @param {Miniflare} runtime
 * @param {string} what
 * @param {Record<string, string | number>} query
 * @param {number} times
 */
async function rate(runtime, what, query, times) {
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const little = await timeOf(() => ask(runtime, what, { ...query, times: 1 }));
    const much = await timeOf(() => ask(runtime, what, { ...query, times }));
    best = Math.max(best, times / Math.max(much - little, 1e-9));
  }
  return Math.round(best).toLocaleString('en');
}

/** @param {() => Promise<unknown>} work */
async function timeOf(work) {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

/**
 * @param {Miniflare} runtime
 * @param {string} what
 * @param {Record<string, string | number>} query
 */
async function ask(runtime, what, query) {
  const address = new URL(`http://bench/${what}`);
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, String(value));
  const answer = await runtime.dispatchFetch(address.href);
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

async function bundle() {
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(root, 'packages/adapter-do/test/workerd/bench-object.ts')],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'source'],
    external: ['cloudflare:workers', './kernels.wasm'],
    write: false,
    logLevel: 'error',
  });
  return /** @type {esbuild.OutputFile} */ (outputFiles[0]).text;
}

/** Of the workerd that this process has started. */
function residentBytes() {
  let bytes = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const status = readStatus(pid);
    if (!/^Name:\s*workerd$/m.test(status) || Number(/^PPid:\s*(\d+)/m.exec(status)?.[1]) !== process.pid) continue;
    bytes += Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1]) * 1024;
  }
  return bytes;
}

/** @param {string} pid */
function readStatus(pid) {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return ''; // It has ended.
  }
}
