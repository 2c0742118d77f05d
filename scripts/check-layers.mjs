// Checks that imports point down (layers.mjs), and that the TypeScript projects and their references are the packages and their dependencies.

import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { layerViolations } from './layers.mjs';
import { filesBelow, packages, readJson, root } from './workspace.mjs';

const SCOPE = '@varve/';

const files = packages()
  .flatMap(({ folder }) => [...filesBelow(`${folder}/src`), ...filesBelow(`${folder}/test`)])
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, source: readFileSync(join(root, path), 'utf8') }));
const violations = [...layerViolations(files), ...packages().flatMap(referenceViolations), ...solutionViolations()];

for (const violation of violations) console.log(violation);
console.log(`${files.length} files, ${violations.length} violations`);
process.exitCode = violations.length ? 1 : 0;

/**
 * A reference that is missing makes the build depend on its order; one too many hides a wrong dependency.
 * @param {import('./workspace.mjs').Package} one
 */
function referenceViolations({ folder, manifest }) {
  if (!existsSync(join(root, folder, 'tsconfig.json'))) return [`${folder}: has no tsconfig.json`];
  const wanted = Object.keys(manifest['dependencies'] ?? {}).filter((name) => name.startsWith(SCOPE));
  const referenced = references(`${folder}/tsconfig.json`).map((path) => readJson(`${path}/package.json`)['name']);
  return [
    ...wanted.filter((name) => !referenced.includes(name)).map((name) => `${folder}/tsconfig.json: does not reference ${name}`),
    ...referenced.filter((name) => !wanted.includes(name)).map((name) => `${folder}/tsconfig.json: references ${name}, no dependency`),
  ];
}

function solutionViolations() {
  const folders = packages().map(({ folder }) => folder);
  return ['tsconfig.json', 'tsconfig.tests.json'].flatMap((file) => {
    const referenced = references(file);
    return folders.filter((folder) => !referenced.includes(folder)).map((folder) => `${file}: does not reference ${folder}`);
  });
}

/**
 * @param {string} file
 * @returns {string[]} folders relative to the workspace
 */
function references(file) {
  const listed = readJson(file)['references'] ?? [];
  return listed.map((/** @type {{ path: string }} */ { path }) => posix.join(posix.dirname(file), path));
}
