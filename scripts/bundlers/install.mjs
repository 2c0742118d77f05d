// Installs an example as its user does: the packages of the workspace come packed as they are published, everything else from the registry, in the versions
// of the example's lock file. The packages themselves are not in that file: they are made anew each time.

import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../commands.mjs';
import { PNPM } from '../setup.mjs';
import { packages, root } from '../workspace.mjs';

const SCOPE = '@varve/';
const LOCK = 'package-lock.json';
const INSTALL = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--prefer-offline', '--loglevel=error'];

/** @typedef {Map<string, string>} Tarballs by the name of the package */
/** @typedef {import('../steps.mjs').StepResult} StepResult */

/**
 * Packs what the examples depend on, and what that depends on.
 * @param {string} folder where the tarballs go
 * @returns {Promise<{ result: StepResult, tarballs: Tarballs }>}
 */
export async function pack(folder) {
  /** @type {Tarballs} */
  const tarballs = new Map();
  let output = '';
  for (const name of dependencies(`${SCOPE}browser`)) {
    const { folder: home } = packageOf(name);
    const packed = await run('npx', ['--yes', PNPM, 'pack', '--pack-destination', folder], { cwd: join(root, home) });
    output += packed.output;
    const file = /\S+\.tgz$/m.exec(packed.output)?.[0];
    if (!packed.ok || file === undefined) return { result: { ok: false, output }, tarballs };
    tarballs.set(name, file);
  }
  return { result: { ok: true, output, note: [...tarballs.keys()].join(', ') }, tarballs };
}

/**
 * A copy of an example with everything that it depends on.
 * @param {string} name
 * @param {string} copy the folder that is made
 * @param {Tarballs} tarballs
 * @param {boolean} isToLock the lock file is written instead of being compared
 * @returns {Promise<StepResult>}
 */
export async function install(name, copy, tarballs, isToLock) {
  const source = join(root, 'examples/bundlers', name);
  cpSync(source, copy, { recursive: true, filter: (path) => !/[/\\](node_modules|dist|\.next)$/.test(path) });
  const manifest = readJson(join(copy, 'package.json'));
  for (const [dependency, file] of tarballs) manifest.dependencies[dependency] = `file:${file}`;
  writeFileSync(join(copy, 'package.json'), JSON.stringify(manifest));
  const installed = await run('npm', INSTALL, { cwd: copy });
  if (!installed.ok) return installed;
  const lock = lockOf(copy);
  if (isToLock) writeFileSync(join(source, LOCK), lock);
  if (versions(lock) === versions(readFileSync(join(source, LOCK), 'utf8'))) return { ok: true, output: '' };
  return {
    ok: false,
    output: `examples/bundlers/${name}/${LOCK} is not what was installed: npm run test:bundlers -- --only ${name} --lock`,
  };
}

/** @param {string} copy */
function lockOf(copy) {
  const lock = readJson(join(copy, LOCK));
  const [own] = [lock.packages['']];
  const isOurs = (/** @type {string} */ path) => path.includes(`node_modules/${SCOPE}`);
  const others = Object.entries(lock.packages).filter(([path]) => !isOurs(path));
  own.dependencies = Object.fromEntries(Object.entries(own.dependencies).filter(([dependency]) => !dependency.startsWith(SCOPE)));
  return `${JSON.stringify({ ...lock, packages: Object.fromEntries(others) }, null, 2)}\n`;
}

/** What is to be the same, whichever npm wrote the file. @param {string} lock */
function versions(lock) {
  /** @type {[string, { version?: string, integrity?: string }][]} */
  const entries = Object.entries(JSON.parse(lock).packages);
  return JSON.stringify(entries.filter(([path]) => path !== '').map(([path, { version, integrity }]) => [path, version, integrity]));
}

/** @param {string} name @returns {string[]} the package and those that it needs */
function dependencies(name) {
  const direct = Object.keys(packageOf(name).manifest['dependencies'] ?? {}).filter((dependency) => dependency.startsWith(SCOPE));
  return [...new Set([name, ...direct.flatMap(dependencies)])];
}

/** @param {string} name */
function packageOf(name) {
  const found = packages().find((one) => one.name === name);
  if (found === undefined) throw new Error(`no package is named ${name}`);
  return found;
}

/** @param {string} path */
function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
