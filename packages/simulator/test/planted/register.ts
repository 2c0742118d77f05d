// Loaded ahead of everything (`node --import`): plants the bug that the environment names into the sources that are loaded afterwards.

import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { plantInto } from './bug.ts';
import { bugs } from './bugs.ts';

type Compile = (home: string, readFile: (name: string, folder: string) => string | null) => Promise<Uint8Array>;

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const KERNELS = join(ROOT, 'packages/wasm-kernels');
const name = process.env['VARVE_PLANTED'];
const bug = bugs.find((each) => each.name === name);
if (bug === undefined) throw new Error(`no such planted bug: ${name}`);

const path = join(ROOT, bug.file);
const planted = plantInto(readFileSync(path, 'utf8'), bug);

if (bug.file.includes('/assembly/')) {
  // The kernels are compiled anew.
  const readFile = (file: string, folder: string): string | null => {
    const from = join(folder, file);
    if (from === path) return planted;
    try {
      return readFileSync(from, 'utf8');
    } catch {
      return null;
    }
  };
  const { compile } = (await import(pathToFileURL(join(KERNELS, 'scripts/compile.mjs')).href)) as { compile: Compile };
  const bytes = Buffer.from(await compile(KERNELS, readFile)).toString('base64');
  const source = `export const compile = () => new WebAssembly.Module(Buffer.from('${bytes}', 'base64'));`;
  loadInstead(join(KERNELS, 'src/wasm-module.ts'), source, 'module');
} else {
  loadInstead(path, planted, 'module-typescript');
}

function loadInstead(file: string, source: string, format: string): void {
  const wanted = pathToFileURL(file).href;
  registerHooks({
    load: (url, context, next) => (url === wanted ? { source, format, shortCircuit: true } : next(url, context)),
  });
}
