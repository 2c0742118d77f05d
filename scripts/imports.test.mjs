import { expect, test } from 'vitest';
import { importsOf } from './imports.mjs';

test('every form of an import is found, types included', () => {
  const source = `
    import { a } from './a.ts';
    import type { B } from "./b.ts";
    import * as c from './c.ts'; import './d.ts';
    export { e } from './e.ts';
    export * from './f.ts';
    export type {
      G,
    } from './g.ts';
    type H = import('./h.ts').H;
    const i = await import( './i.ts' );
    const worker = new Worker(new URL('./j.ts', import.meta.url));
  `;
  const letters = ['a', 'b', 'c', 'e', 'f', 'g', 'd', 'h', 'i', 'j'];
  expect(importsOf(source)).toEqual(letters.map((letter) => `./${letter}.ts`));
});

test('comments and strings import nothing', () => {
  const source = [
    "// import { a } from './a.ts';",
    "/* export * from './b.ts'; */",
    'const text = "no // comment"; const c = `',
    "import { c } from './c.ts'`;",
    "export const from = 'x';",
  ].join('\n');
  expect(importsOf(source)).toEqual([]);
});

test('a specifier that occurs twice is named once', () => {
  expect(importsOf("import { a } from './a.ts';\nimport type { A } from './a.ts';")).toEqual(['./a.ts']);
});
