// The source that is loaded instead of one of the tree's, with a bug in it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { plantInto } from './bug.ts';
import { bugs } from './bugs.ts';

type ReadFile = (name: string, folder: string) => string | null;
type Compile = (home: string, readFile: ReadFile, isOptimized: boolean) => Promise<Uint8Array>;

/** The workspace. */
export const ROOT = join(import.meta.dirname, '../../../..');
const KERNELS = join(ROOT, 'packages/wasm-kernels');

/** What stands in a file instead. */
export interface PlantedSource {
  readonly path: string;
  readonly source: string;
}

export async function plantedSource(name: string | undefined): Promise<PlantedSource> {
  const bug = bugs.find((each) => each.name === name);
  if (bug === undefined) throw new Error(`no such planted bug: ${name}`);
  const path = join(ROOT, bug.file);
  const source = plantInto(readFileSync(path, 'utf8'), bug);
  if (!bug.file.includes('/assembly/')) return { path, source };
  const bytes = await compileKernels(path, source);
  return { path: join(KERNELS, 'src/wasm-module.ts'), source: moduleOf(bytes) };
}

/** The kernels, of which one file says something else. */
async function compileKernels(path: string, source: string): Promise<Uint8Array> {
  const readFile: ReadFile = (file, folder) => {
    const from = join(folder, file);
    if (from === path) return source;
    try {
      return readFileSync(from, 'utf8');
    } catch {
      return null;
    }
  };
  const { compile } = (await import(pathToFileURL(join(KERNELS, 'scripts/compile.mjs')).href)) as { compile: Compile };
  return compile(KERNELS, readFile, false);
}

function moduleOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('base64');
  return `export const compile = () => new WebAssembly.Module(Buffer.from('${text}', 'base64'));\n`;
}
