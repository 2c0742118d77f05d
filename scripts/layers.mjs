// Which way imports may point (ARCHITECTURE.md, layers): a file imports its own folder or a lower line, types included; a package imports
// packages of a lower line by their names. Tests may look sideways inside a package and may use any package that their manifest lists.

import { posix } from 'node:path';
import { importsOf } from './imports.mjs';

/** Top to bottom; `adapter-*` stands for every adapter. */
export const PACKAGE_LINES = [
  ['bench', 'bench-browser', 'examples', 'playground'],
  ['cli', 'cluster', 'simulator'],
  ['browser', 'inspector', 'level', 'table'],
  ['adapter-*', 'archive', 'cache-store', 'store-conformance'],
  ['core'],
  ['wasm-kernels'],
];

/** Top to bottom, in packages/core/src. */
export const CORE_LINES = [
  ['index.ts', 'inspect.ts', 'codecs.ts', 'checkpoint.ts', 'compactor.ts', 'copy.ts', 'object-log.ts', 'requests.ts', 'store.ts'],
  ['remote'],
  ['copy', 'reader'],
  ['db', 'inspect'],
  ['txn', 'gc'],
  ['read', 'write', 'flush', 'compaction'],
  ['iterators'],
  ['version', 'sst', 'vlog'],
  ['memtable', 'wal', 'mvcc', 'cache'],
  ['store', 'format'],
  ['heap', 'scheduler', 'stats'],
  ['base'],
];

const CORE_SOURCES = 'packages/core/src/';
const SCOPE = '@varve/';
const TEST = /\.test\.ts$|-test-kit\.ts$|\/test\//;

/** @typedef {{ path: string, source: string }} SourceFile path relative to the workspace */

/**
 * One sentence for every import that points the wrong way and for every file that stands on no line.
 * @param {SourceFile[]} files
 * @returns {string[]}
 */
export function layerViolations(files) {
  return files.flatMap((file) => [
    ...placeViolations(file.path),
    ...importsOf(file.source).flatMap((to) => importViolations(file.path, to)),
  ]);
}

/**
 * Top line first, so a larger number is lower; -1 when the package stands on no line.
 * @param {string} name without the scope
 */
export function packageLine(name) {
  const known = name.startsWith('adapter-') ? 'adapter-*' : name;
  return PACKAGE_LINES.findIndex((line) => line.includes(known));
}

/** @param {string} path */
function placeViolations(path) {
  if (packageLine(packageOf(path)) < 0) return [`${path}: the package stands on no line`];
  if (path.startsWith(CORE_SOURCES) && coreLine(path) < 0) return [`${path}: the folder stands on no line`];
  return [];
}

/**
 * @param {string} from
 * @param {string} specifier
 */
function importViolations(from, specifier) {
  if (specifier.startsWith('.')) return relativeViolations(from, posix.join(posix.dirname(from), specifier));
  if (specifier.startsWith(SCOPE)) return packageViolations(from, specifier.slice(SCOPE.length).split('/')[0] ?? '');
  return [];
}

/**
 * @param {string} from
 * @param {string} to the package
 */
function packageViolations(from, to) {
  const own = packageOf(from);
  if (TEST.test(from) || packageLine(to) > packageLine(own)) return [];
  return [`${from}: ${own} may not import ${to}`];
}

/**
 * @param {string} from
 * @param {string} to
 */
function relativeViolations(from, to) {
  // How tests start a browser is the workspace's matter.
  if (TEST.test(from) && to.startsWith('scripts/browsers/')) return [];
  if (packageOf(from) !== packageOf(to)) return [`${from}: imports ${to} by its path instead of its package's name`];
  if (!TEST.test(from) && TEST.test(to)) return [`${from}: imports ${to}, which is for tests`];
  if (!from.startsWith(CORE_SOURCES) || !to.startsWith(CORE_SOURCES)) return [];
  const [own, other] = [coreFolder(from), coreFolder(to)];
  const distance = coreLine(to) - coreLine(from);
  if (own === other || distance > 0 || (distance === 0 && TEST.test(from))) return [];
  return [`${from}: ${own} may not import ${other} (${to})`];
}

/** @param {string} path */
function packageOf(path) {
  const [first, second] = path.split('/');
  return (first === 'packages' ? second : first) ?? '';
}

/** @param {string} path */
function coreFolder(path) {
  return path.slice(CORE_SOURCES.length).split('/')[0] ?? '';
}

/** @param {string} path */
function coreLine(path) {
  const folder = coreFolder(path).replace(/^index\.test\.ts$/, 'index.ts');
  return CORE_LINES.findIndex((line) => line.includes(folder));
}
