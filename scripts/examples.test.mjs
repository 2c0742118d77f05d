import { expect, test } from 'vitest';
import { examplesOf } from './examples.mjs';

test('Markdown blocks run when they say so', () => {
  const text = '# Title\n\n```ts\n// runs\nconst a = 1;\n```\n\n```ts\nconst sketch = 2;\n```\n\n```sh\n// runs\n```\n';
  expect(examplesOf('README.md', text)).toEqual([{ path: 'README.md', line: 4, code: '// runs\nconst a = 1;\n' }]);
});

test('every block of an @example is found with its place', () => {
  const text = [
    '// head',
    '/**',
    ' * Does it.',
    ' * ```ts',
    ' * not.an.example();',
    ' * ```',
    ' * @example',
    ' * ```ts',
    ' * if (a) {',
    ' *   b();',
    ' * }',
    ' * ```',
    ' * @returns nothing',
    ' */',
    'export function f() {}',
    '/** One line. */',
  ].join('\n');
  expect(examplesOf('x.ts', text)).toEqual([{ path: 'x.ts', line: 9, code: 'if (a) {\n  b();\n}\n' }]);
});

test('an @example without a block is code as it stands', () => {
  const text = '/**\n * Title.\n * @example\n * const a = f(1);\n * @param x\n */\n/** @example f(2) */';
  expect(examplesOf('x.ts', text)).toEqual([
    { path: 'x.ts', line: 3, code: '\nconst a = f(1);\n' },
    { path: 'x.ts', line: 7, code: ' f(2)\n' },
  ]);
});
