// Formats the tree, or with --check says what is not formatted. The kernels' sources are nearly TypeScript: the formatter takes them once the
// decorators before functions, which TypeScript does not know, stand in comments.

import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from './commands.mjs';
import { filesBelow, root } from './workspace.mjs';

const SETTINGS = '.oxfmtrc.json';
const ASSEMBLY = 'packages/wasm-kernels/assembly';
const DECORATOR = /^( *)(@\w+(?:\(.*\))?)$/gm;
const HIDDEN_DECORATOR = /^( *)\/\/(@\w+(?:\(.*\))?)$/gm;

const check = process.argv.includes('--check');
const tree = await run('oxfmt', [check ? '--list-different' : '--write', '--no-error-on-unmatched-pattern', '.']);
if (tree.output.trim()) console.log(tree.output.trim());
const unformatted = await formatAssembly();
if (check) for (const path of unformatted) console.log(path);
process.exitCode = tree.ok && !(check && unformatted.length) ? 0 : 1;

/** Paths of the kernel sources that were not formatted. */
async function formatAssembly() {
  const paths = filesBelow(ASSEMBLY).filter((path) => path.endsWith('.ts'));
  const scratch = mkdtempSync(join(tmpdir(), 'varve-format-'));
  try {
    copyFileSync(join(root, SETTINGS), join(scratch, SETTINGS));
    for (const path of paths) copyHidden(path, copyOf(path, scratch));
    const { ok, output } = await run('oxfmt', ['--write', '--no-error-on-unmatched-pattern', '.'], { cwd: scratch });
    if (!ok) throw new Error(`the kernels' sources cannot be formatted\n${output}`);
    return paths.filter((path) => isChanged(path, readFileSync(copyOf(path, scratch), 'utf8').replace(HIDDEN_DECORATOR, '$1$2')));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * Settings ignore the folder of the kernels, so copies stand in none.
 * @param {string} path
 * @param {string} scratch
 */
function copyOf(path, scratch) {
  return join(scratch, path.slice(ASSEMBLY.length));
}

/**
 * @param {string} path
 * @param {string} copy
 */
function copyHidden(path, copy) {
  mkdirSync(dirname(copy), { recursive: true });
  writeFileSync(copy, readFileSync(join(root, path), 'utf8').replace(DECORATOR, '$1//$2'));
}

/**
 * @param {string} path
 * @param {string} formatted
 */
function isChanged(path, formatted) {
  if (readFileSync(join(root, path), 'utf8') === formatted) return false;
  if (!check) writeFileSync(join(root, path), formatted);
  return true;
}
