// `npm run test:bundlers`: the examples of examples/bundlers, installed as their users install them, built, served and used in real browsers. Downloads what
// the examples depend on from the npm registry. The last line is the sum.
//
//   --only NAME   one example
//   --serve       with it: leaves the example open on localhost until it is stopped
//   --lock        with it: writes its package-lock.json anew, after a change of its dependencies

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installBrowsers } from './browsers.mjs';
import { buildSteps } from './build.mjs';
import { EXAMPLES } from './bundlers/examples.mjs';
import { install, pack } from './bundlers/install.mjs';
import { serveFolder, serveProgram } from './bundlers/serve.mjs';
import { visit } from './bundlers/visit.mjs';
import { run } from './commands.mjs';
import { setUp } from './setup.mjs';
import { runSteps } from './steps.mjs';

const { values: options } = parseArgs({
  options: { only: { type: 'string' }, serve: { type: 'boolean', default: false }, lock: { type: 'boolean', default: false } },
});
const chosen = EXAMPLES.filter(({ name }) => options.only === undefined || options.only === name);
if (chosen.length === 0) {
  console.error(`there is no example ${options.only}: --only ${EXAMPLES.map(({ name }) => name).join(', ')}`);
  process.exit(1);
}

await setUp();
const scratch = mkdtempSync(join(tmpdir(), 'varve-bundlers-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
/** @type {import('./bundlers/install.mjs').Tarballs} */
let tarballs = new Map();

const { passed, failed } = await runSteps([
  ...buildSteps,
  installBrowsers,
  { name: 'pack', run: packAll },
  ...chosen.map((example) => ({ name: example.name, run: () => test(example) })),
]);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;

async function packAll() {
  const packed = await pack(scratch);
  tarballs = packed.tarballs;
  return packed.result;
}

/** @typedef {import('./bundlers/examples.mjs').Example} Example */
/** @typedef {import('./bundlers/examples.mjs').Site} Site */

/** @param {Example} example @returns {Promise<import('./steps.mjs').StepResult>} */
async function test(example) {
  const copy = join(scratch, example.name);
  const made = await make(example, copy);
  if (!made.ok) return made;
  if (options.serve) await leaveOpen(example, copy);
  const notes = [];
  const failures = [];
  let passed = 0;
  for (const site of example.sites) {
    const seen = await visitAll(site, copy);
    passed += site.browsers.length - seen.failures.length;
    failures.push(...seen.failures);
    notes.push(`${site.name} in ${site.browsers.join(', ')}${seen.note === undefined ? '' : `: ${seen.note}`}`);
  }
  return { ok: failures.length === 0, output: failures.join('\n'), note: notes.join('; '), passed, failed: failures.length };
}

/**
 * Whatever stands between the sources of an example and a site.
 * @param {Example} example
 * @param {string} copy
 */
async function make({ name, isTyped, isBuilt }, copy) {
  const installed = await install(name, copy, tarballs, options.lock);
  if (!installed.ok) return installed;
  const typed = isTyped ? await run('tsc', ['-p', copy, '--pretty', 'false']) : installed;
  if (!typed.ok || !isBuilt) return typed;
  return run('npm', ['run', 'build'], { cwd: copy, env: { NEXT_TELEMETRY_DISABLED: '1' } });
}

/** @param {Site} site @param {string} copy */
async function visitAll(site, copy) {
  const failures = [];
  /** @type {string | undefined} */
  let note;
  const server = await serve(site, copy);
  try {
    for (const browser of site.browsers) {
      try {
        const { page, worker } = await visit(browser, server.url);
        if (site.isDeployed) note ??= `page ${kilobytes(page)}, worker ${kilobytes(worker)}`;
      } catch (error) {
        failures.push(`${site.name} in ${browser}: ${/** @type {Error} */ (error).message}`);
      }
    }
  } finally {
    await server.close();
  }
  return { failures, note };
}

/** @param {Site} site @param {string} copy */
function serve({ folder, program = [] }, copy) {
  return folder === undefined ? serveProgram(program, copy) : serveFolder(join(copy, folder));
}

/** @param {Example} example @param {string} copy @returns {Promise<never>} */
async function leaveOpen({ name, sites }, copy) {
  const { url } = await serve(/** @type {Site} */ (sites[0]), copy);
  console.log(`\nThe example ${name} is open at ${url}\nCtrl+C ends it.`);
  return new Promise(() => undefined);
}

/** @param {number} bytes */
function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} KB`;
}
