// Runs the examples of the documentation as a user would: typed against the built packages, on the Node of this machine, each in a process and an
// empty folder of its own. An example passes when it is typed correctly and ends with status 0. An @example that imports nothing gets the public
// names of its own package that it uses.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transform } from 'esbuild';
import { findOnMachine, run } from './commands.mjs';
import { examplesOf } from './examples.mjs';
import { filesBelow, packages, root } from './workspace.mjs';

const EXAMPLE_TIMEOUT_MS = 60_000;
const PARALLEL = 2;
const stage = join(root, '.tmp', 'documentation');

const node = findOnMachine('node') ?? process.execPath;
const examples = documents().flatMap((path) => examplesOf(path, readFileSync(join(root, path), 'utf8')));
const publicNames = new Map(await Promise.all(packages().map(namesOf)));
const programs = new Map(examples.map((example) => [nameOf(example), programOf(example)]));
prepareStage();
const failures = [...(await typeAll()), ...(await runAll())];
const version = await run(node, ['--version']);
for (const failure of failures) console.log(failure);
console.log(`${examples.length} examples, ${failures.length} failures, on Node ${version.output.trim()}`);
process.exitCode = failures.length ? 1 : 0;

function documents() {
  const pages = [...readdirSync(root).filter((name) => name.endsWith('.md')), ...filesBelow('docs')];
  const inPackages = packages().flatMap(({ folder }) => [...packagePages(folder), ...filesBelow(`${folder}/src`)]);
  return [...pages, ...inPackages].filter((path) => /\.(md|ts)$/.test(path) && !/\.test\.ts$|-test-kit\.ts$/.test(path));
}

/** @param {string} folder */
function packagePages(folder) {
  const pages = readdirSync(join(root, folder)).filter((name) => name.endsWith('.md'));
  return pages.map((name) => `${folder}/${name}`);
}

/** A folder in which packages are found by their names, as in a user's project. */
function prepareStage() {
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(join(stage, 'node_modules', '@varve'), { recursive: true });
  for (const { name, folder } of packages()) symlinkSync(join(root, folder), join(stage, 'node_modules', name));
  const compilerOptions = {
    ...{ composite: false, declaration: false, declarationMap: false, noEmit: true, rewriteRelativeImportExtensions: false },
    ...{ customConditions: [], noUnusedLocals: false, noUnusedParameters: false, types: ['node'] },
  };
  const settings = { extends: '../../tsconfig.base.json', compilerOptions, include: ['*.ts'] };
  writeFileSync(join(stage, 'tsconfig.json'), JSON.stringify(settings));
  for (const [name, source] of programs) writeFileSync(join(stage, `${name}.ts`), source);
}

async function typeAll() {
  if (examples.length === 0) return [];
  const { ok, output } = await run('tsc', ['-p', stage, '--pretty', 'false']);
  return ok ? [] : [output.replaceAll('.tmp/documentation/', '')];
}

async function runAll() {
  /** @type {string[]} */
  const failed = [];
  const waiting = [...programs.keys()];
  const worker = async () => {
    for (let name = waiting.shift(); name; name = waiting.shift()) {
      const { ok, output } = await runOne(name, programs.get(name) ?? '');
      if (!ok) failed.push(`${name}: the example does not run\n${output}`);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return failed;
}

/**
 * @param {string} name
 * @param {string} source
 */
async function runOne(name, source) {
  const file = join(stage, `${name}.mjs`);
  writeFileSync(file, (await transform(source, { loader: 'ts', target: 'node20', format: 'esm' })).code);
  const cwd = mkdtempSync(join(tmpdir(), 'varve-example-'));
  try {
    return await run(node, [file], { cwd, timeoutMs: EXAMPLE_TIMEOUT_MS });
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

/**
 * The example on the lines where it stands in its file, so that messages point there.
 * @param {import('./examples.mjs').Example} example
 */
function programOf({ path, line, code }) {
  const own = packages().find(({ folder }) => path.startsWith(`${folder}/`));
  const names = own && !/^import\b/m.test(code) ? (publicNames.get(own.name) ?? []) : [];
  const used = names.filter((name) => new RegExp(`\\b${name}\\b`).test(code));
  const imports = used.length ? `import { ${used.join(', ')} } from '${own?.name}';` : '';
  return imports + '\n'.repeat(line - 1) + code;
}

/**
 * @param {import('./workspace.mjs').Package} one
 * @returns {Promise<[string, string[]]>}
 */
async function namesOf({ name, folder }) {
  const entry = join(root, folder, 'dist', 'index.js');
  return [name, existsSync(entry) ? Object.keys(await import(pathToFileURL(entry).href)) : []];
}

/** @param {import('./examples.mjs').Example} example */
function nameOf({ path, line }) {
  return `${path.replaceAll('/', '~')}~${line}`;
}
