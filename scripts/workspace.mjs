// Where the workspace is and which packages it has, as the files say.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the workspace. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Where programs of the workspace's own dependencies stand. */
export const binaries = join(root, 'node_modules', '.bin');

/**
 * @typedef {object} Package
 * @property {string} name as imports name it
 * @property {string} folder relative to the workspace
 * @property {Record<string, any>} manifest
 */

/**
 * Every package of the workspace.
 * @returns {Package[]}
 */
export function packages() {
  const folders = [
    ...readdirSync(join(root, 'packages'))
      .sort()
      .map((name) => `packages/${name}`),
    'examples',
  ];
  return folders
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => {
      const manifest = readJson(`${folder}/package.json`);
      return { name: manifest.name, folder, manifest };
    });
}

/**
 * Parsed JSON file of the workspace.
 * @param {string} path relative to the workspace
 * @returns {Record<string, any>}
 */
export function readJson(path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

/**
 * Every file below a folder of the workspace, in order; what is installed or generated is left out.
 * @param {string} folder relative to the workspace
 * @returns {string[]} paths relative to the workspace
 */
export function filesBelow(folder) {
  if (!existsSync(join(root, folder))) return [];
  const entries = readdirSync(join(root, folder), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (!entry.isDirectory()) return [path];
    return ['node_modules', 'dist', 'generated'].includes(entry.name) ? [] : filesBelow(path);
  });
}
